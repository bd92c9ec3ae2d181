import type { PayoutConnector } from '@holdfast/core'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../../../test/support/wait.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { fresh, openShop, type Shop } from '../testing/shop.ts'

/* Outcomes that are recorded together lock as everyone does: by rank, then by id. */

let backend: TestBackend
let shop: Shop

beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 1_000_000, reference: fresh('top-up') })
})
afterAll(() => backend.close())

/** A seller who can be paid out. */
async function payable(): Promise<string> {
  const { id } = await shop.seller()
  const { escrows: [escrow] } = await shop.paid([{ seller: id, amount: 10_000 }])
  await shop.post(`/v1/escrows/${escrow!.id}/release`, {})
  return id
}

/** Payouts that the bank answers when the test says so, by amount. */
function holdBank(): (amount: number) => void {
  const rails = backend.deps.rails.payouts as Map<string, PayoutConnector>
  const gates = new Map<bigint, PromiseWithResolvers<void>>()
  const gate = (amount: bigint) => gates.get(amount) ?? gates.set(amount, Promise.withResolvers<void>()).get(amount)!
  for (const [name, bank] of rails) {
    const submit: PayoutConnector['submit'] = async (request, options) => {
      await gate(request.amount).promise
      return bank.submit(request, options)
    }
    rails.set(name, new Proxy(bank, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target) as unknown
        return key === 'submit' ? submit : typeof value === 'function' ? value.bind(target) as unknown : value
      },
    }))
  }
  return (amount) => gate(BigInt(amount)).resolve()
}

async function holding(text: string, values: unknown[]): Promise<PoolClient> {
  const client = await backend.deps.pool.connect()
  await client.query('begin')
  await client.query(text, values)
  return client
}

test('payouts’ outcomes that wait for a seller hold neither custody nor a seller that comes later', async () => {
  const [a, b, c] = [await payable(), await payable(), await payable()]
  await shop.advance(86_400_000)
  await shop.post('/v1/settlements/import')
  const open = holdBank()
  const asked = [[c, 103], [b, 102], [a, 101]].map(([seller, amount]) => shop.post('/v1/payouts', { seller, amount }))
  const sent = async () => (await backend.deps.pool.query(`select 1 from operations where kind = 'payout' and state = 'sent'`)).rowCount === 3
  await waitFor(sent, { what: 'three payouts at the bank' })
  const custody = await holding('select 1 from custody for update', [])
  open(103)
  await waitFor(async () => (await waiting()) === 1, { what: 'the first outcome to wait for custody' })
  open(102)
  open(101)
  // both answers are in this process: they reach their lane within some turns of its loop
  for (let turn = 0; turn < 50; turn += 1) await backend.deps.pool.query('select 1')
  const seller = await holding('select 1 from seller_balances where seller_id = $1 for update', [a])
  await custody.query('rollback')
  custody.release()
  await waitFor(async () => (await waiting()) > 0, { what: 'the other outcomes to wait for the seller' })
  const free = await seller.query('select 1 from seller_balances where seller_id = $1 for update nowait', [b])
    .then(() => seller.query('select 1 from custody for update nowait')).then(() => 'free', (error: Error) => error.message)
  await seller.query('rollback')
  seller.release()
  expect(free).toBe('free')
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([201, 201, 201])
})

const waiting = async () => (await backend.deps.pool.query(
  `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount ?? 0
