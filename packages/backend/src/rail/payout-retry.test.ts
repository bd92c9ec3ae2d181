import type { PayoutConnector } from '@holdfast/core'
import type { Payout } from '@holdfast/contract/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inquiries } from '../jobs/inquiries.ts'
import { payouts } from '../jobs/payouts.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { openShop, type Shop } from '../testing/shop.ts'

let backend: TestBackend
let shop: Shop
beforeAll(async () => {
  backend = await startTestBackend({ railTimeoutMs: 300 })
  shop = openShop(backend)
})
afterAll(() => backend.close())

/** A bank that swears it has no record of what it took. */
function forgetfulBank(): void {
  const rails = backend.deps.rails.payouts as Map<string, PayoutConnector>
  const bank = rails.get('bank') as PayoutConnector
  rails.set('bank', {
    name: bank.name, capabilities: bank.capabilities, submit: bank.submit.bind(bank), changes: bank.changes.bind(bank),
    inquire: async () => ({ outcome: 'not_found' }),
  })
}

/** As if an hour had passed; then the worker looks at what is due. */
async function work(): Promise<void> {
  await backend.deps.pool.query(`
    update operations set next_inquiry_at = now(), leased_until = null, sent_at = sent_at - interval '1 hour'
    where state in ('intent_written', 'sent', 'unknown')`)
  for (const subject of await inquiries.due(backend.deps, { limit: 10, except: [] })) await inquiries.handle(backend.deps, subject)
}

const operations = async (): Promise<string[]> =>
  (await backend.deps.pool.query<{ state: string }>(`select state from operations where kind = 'payout' order by id`)).rows.map(({ state }) => state)

test('a payout that proves sent after all is not sent again', async () => {
  const seller = (await shop.seller()).id
  const { escrows } = await shop.paid([{ seller, amount: 50_000 }])
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 100_000, reference: 'first' })
  await shop.post(`/v1/escrows/${escrows[0]!.id}/release`)
  await shop.advance(2 * 86_400_000)
  await shop.post('/v1/settlements/import')
  backend.rails.bank.faults.add({ fault: 'timeout_recorded', method: 'POST' })
  const { body } = await shop.post('/v1/payouts', { seller, amount: 1_000 })
  forgetfulBank()
  await work()
  expect(await operations()).toEqual(['rejected', 'intent_written'])
  await shop.advance(3 * 86_400_000)
  for (const subject of await payouts.due(backend.deps, { limit: 10, except: [] })) await payouts.handle(backend.deps, subject)
  expect((await shop.get<Payout>(`/v1/payouts/${String(body['id'])}`)).status).toBe('completed')
  await work()
  await work()
  expect(backend.rails.bank.records.transfers()).toHaveLength(1)
  expect(await operations()).toEqual(['rejected', 'rejected'])
  expect((await shop.books()).balanced).toBe(true)
})
