import { expect, it } from 'vitest'
import { payment, RailCaller } from '../testing.ts'

const visa = '4111111111111111'
const mastercard = '5112345112345114'
type Body = Record<string, unknown>

const paid = (over: Body = {}, card: Body = {}): Body => {
  const body = payment({ number: visa, ...over }) as { paymentMethodType: { card: Body } } & Body
  return { ...body, paymentMethodType: { card: { ...body.paymentMethodType.card, ...card } } }
}
const without = { cvv: undefined }
const stored = { initiatorType: 'CARDHOLDER', accountOnFile: 'TO_BE_STORED' }
const again = { initiatorType: 'CARDHOLDER', accountOnFile: 'STORED' }
const merchant = { initiatorType: 'MERCHANT', accountOnFile: 'STORED' }

/** A rail where a Visa and a Mastercard have been stored; with the network's id of the Visa's payment. */
async function rail() {
  const caller = await RailCaller.start()
  const { body } = await caller.call('POST', '/api/v2/payments', paid(stored))
  await caller.call('POST', '/api/v2/payments', paid({ ...stored, number: mastercard }))
  const { networkTransactionId } = (body as { paymentMethodType: { card: { networkResponse: { networkTransactionId: string } } } }).paymentMethodType.card.networkResponse
  return { caller, networkTransactionId }
}

it('takes what the guide has: a buyer with the code or without, a merchant with the network’s id', async () => {
  const { caller, networkTransactionId: originalNetworkTransactionId } = await rail()
  const taken: Body[] = [
    paid(again), paid(again, without), paid(again, { ...without, originalNetworkTransactionId }),
    paid(merchant, { ...without, originalNetworkTransactionId }), paid({ ...merchant, number: mastercard }, without),
    paid({ ...stored, recurring: { recurringSequence: 'FIRST' } }),
    paid({ ...merchant, recurring: { recurringSequence: 'SUBSEQUENT' } }, { ...without, originalNetworkTransactionId }),
  ]
  for (const body of taken) expect(await caller.call('POST', '/api/v2/payments', body)).toMatchObject({ status: 200, body: { responseCode: 'APPROVED' } })
})

it.each<[string, Body, string]>([
  ['a merchant with a card that is not stored', paid({ initiatorType: 'MERCHANT', accountOnFile: 'NOT_STORED' }, without), 'accountOnFile'],
  ['a merchant who stores', paid({ initiatorType: 'MERCHANT', accountOnFile: 'TO_BE_STORED' }, without), 'accountOnFile'],
  ['a merchant with a security code', paid(merchant), 'paymentMethodType.card.cvv'],
  ['a merchant’s Visa without the network’s id', paid(merchant, without), 'paymentMethodType.card.originalNetworkTransactionId'],
  ['another payment’s network id', paid(again, { originalNetworkTransactionId: '000000000000000' }), 'paymentMethodType.card.originalNetworkTransactionId'],
  ['a card that nobody stored', paid({ ...again, number: '4012000033330026' }), 'accountOnFile'],
  ['a first of a series that is not stored', paid({ ...again, recurring: { recurringSequence: 'FIRST' } }), 'recurring.recurringSequence'],
  ['a next of a series by the buyer', paid({ ...again, recurring: { recurringSequence: 'SUBSEQUENT' } }), 'recurring.recurringSequence'],
])('refuses %s', async (_what, body, entity) => {
  const { caller } = await rail()
  expect(await caller.call('POST', '/api/v2/payments', body)).toMatchObject({ status: 400, body: { responseStatus: 'ERROR', validationErrors: [{ entity }] } })
})

it('a declined payment has stored nothing', async () => {
  const caller = await RailCaller.start()
  await caller.call('POST', '/api/v2/payments', paid({ ...stored, number: '4000000000000002' }))
  expect(await caller.call('POST', '/api/v2/payments', paid({ ...again, number: '4000000000000002' }))).toMatchObject({ status: 400 })
})
