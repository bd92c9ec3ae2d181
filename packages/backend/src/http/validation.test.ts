import { endpoints } from '@holdfast/contract'
import { expect, test } from 'vitest'
import type { EdgeRefusal } from './problem.ts'
import { validate } from './validation.ts'

const seller = (over: object) => ({ reference: 'acme', name: 'Acme', country: 'DE', ...over })
const create = endpoints['sellers.create'].body
const session = endpoints['sessions.create'].body
const bank = { holder: 'Acme', country: 'DE', currency: 'EUR' }
const line = { reference: 'l', seller: 'sel_01kam3k9r3e8f9w3y0v3v8x4zq', amount: 100 }
const order = (over: object) => ({ reference: 'o', currency: 'USD', returnUrl: 'https://shop.example/back', lines: [line], ...over })

test.each([
  ['a missing field', create, { name: 'Acme', country: 'DE' }, 'reference', 'is missing: expected a string.'],
  ['a field of another type', create, seller({ name: 5 }), 'name', 'expected a string; got the number 5.'],
  ['an unknown field', create, seller({ nmae: 'x' }), 'nmae', 'is not a field of this call'],
  ['an unknown field, deep', session, order({ lines: [{ ...line, price: 1 }] }), 'lines[0].price', 'is not a field'],
  ['a schema’s own words', session, order({ lines: [{ ...line, amount: 1.5 }] }), 'lines[0].amount', 'expected a whole number of minor units, such as 124800 for USD 1,248.00; got the number 1.5.'],
  ['an amount of zero', session, order({ lines: [{ ...line, amount: 0 }] }), 'lines[0].amount', 'expected an amount of 1 or more'],
  ['more than twelve digits', session, order({ lines: [{ ...line, amount: 1e12 }] }), 'lines[0].amount', 'at most 12 digits, in minor units; got a number of more than 12 digits.'],
  ['a currency that isn’t one', session, order({ currency: 'USX' }), 'currency', 'expected an ISO 4217 currency'],
  ['an empty list', session, order({ lines: [] }), 'lines', 'expected at least 1 entries; got a list of 0.'],
  ['a choice', session, order({ captureMode: 'later' }), 'captureMode', "expected 'automatic' or 'manual'"],
  ['the branch that was meant', create, seller({ bankAccount: { ...bank, iban: 'nonsense' } }), 'bankAccount.iban', 'expected an IBAN without spaces; got a string of 8 characters.'],
  ['the other branch', create, seller({ bankAccount: { ...bank, routingNumber: '12', accountNumber: '123456' } }), 'bankAccount.routingNumber', 'nine digits'],
  ['branches that fit equally badly', endpoints['clock.advance'].body, {}, 'body', 'expected either byMs or to.'],
  ['a missing choice', session, order({ lines: [{ ...line, releaseTerms: {} }] }), 'lines[0].releaseTerms.method', "is missing: expected 'express' or"],
  ['two branches at once', endpoints['clock.advance'].body, { byMs: 5, to: '2030-01-01T00:00:00Z' }, 'body', 'expected one of to and byMs, not both.'],
  ['two of three branches at once', endpoints['webhookEndpoints.replay'].body, { event: 'evt_01kam3k9r3e8f9w3y0v3v8x4zq', since: '2030-01-01T00:00:00Z' }, 'body', 'expected one of since and event, not both.'],
  ['an allotment with both', endpoints['payments.capture'].body, { allotments: [{ amount: 5, escrow: 'esc_01kam3k9r3e8f9w3y0v3v8x4zq', milestone: 'ms_01kam3k9r3e8f9w3y0v3v8x4zq' }] }, 'allotments[0]', 'expected one of escrow and milestone, not both.'],
  ['an account with no number of either kind', create, seller({ bankAccount: bank }), 'bankAccount', 'expected either iban or routingNumber with accountNumber.'],
  ['an allotment with neither', endpoints['payments.capture'].body, { allotments: [{ amount: 5 }] }, 'allotments[0]', 'expected either milestone or escrow.'],
  ['a list where an object goes', create, [], 'body', 'expected an object; got a list of 0.'],
  ['what reads as no number', endpoints['orders.list'].query, { limit: 'ten' }, 'limit', 'expected a number; got what is no number.'],
  ['null', create, null, 'body', 'expected an object; got null.'],
  ['an id of another kind', endpoints['refunds.create'].body, { payment: 'po_1' }, 'payment', 'expected the id of a payment, as pay_…; got a string of 4 characters.'],
  ['an e-mail address', create, seller({ email: 'nobody' }), 'email', 'expected an e-mail address; got a string of 6 characters.'],
  ['a form that nothing chooses', endpoints['checkout.confirm'].body, { token: 'tok_' }, 'method', "is missing or none of these: 'card', 'alipay'."],
  ['a metadata value', create, seller({ metadata: { a: 1 } }), 'metadata.a', 'expected a string; got the number 1.'],
])('names the field, what was wrong and what was expected: %s', (_what, schema, value, field, detail) => {
  const refused = validate(schema, value, 'body')
  expect(refused).toMatchObject({ refused: 'validation_failed', field, detail: expect.stringContaining(detail) })
})

test('lists every problem', () => {
  const refused = validate(create, { reference: '', country: 'de', extra: 1 }, 'body')
  expect((refused as EdgeRefusal).errors?.map(({ field }) => field).sort()).toEqual(['country', 'extra', 'name', 'reference', 'reference'])
})

test('says nothing of what a string holds: a card number may have been put into the wrong field', () => {
  const number = '4111111111111111'
  for (const value of [seller({ country: number }), seller({ [number.slice(0, 3)]: 1, name: Number(number) })]) {
    expect(JSON.stringify(validate(create, value, 'body'))).not.toContain(number)
  }
})
