import type { TrialBalance } from '@holdfast/contract/types'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../packages/backend/src/testing/backend.ts'
import { call } from '../../packages/backend/src/testing/http.ts'
import { commands, type Command, type CommandName, type Load } from './commands.ts'
import { HOT_ORDERS_FROM, idOf } from './objects.ts'
import { quickPayments, quickPayouts } from './quick-rails.ts'
import { hotOrders, paidOrders, releasable, seed, type Orders } from './seed.ts'

const FEW = 3
const few = (orders: readonly Orders[]): Orders[] =>
  orders.map((some) => ({ ...some, to: Math.min(some.to, some.from + FEW - 1) }))

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend()
  ;(backend.deps.rails.payments as Map<string, unknown>).set(quickPayments.name, quickPayments)
  ;(backend.deps.rails.payouts as Map<string, unknown>).set(quickPayouts.name, quickPayouts)
  const owner = new pg.Client(backend.database.owner)
  await owner.connect()
  await seed(owner, {
    marketplace: backend.marketplace.id,
    orders: few([...releasable, ...hotOrders, ...paidOrders]),
    checked: true,
  })
  await owner.end()
  for (const n of [0, 1, 2, 3]) {
    await call(backend, 'PATCH', `/v1/sellers/${idOf('sel', n)}`, {
      body: {
        bankAccount: {
          holder: 'Load',
          country: 'US',
          currency: 'USD',
          routingNumber: '021000021',
          accountNumber: '9988776655',
        },
      },
    })
  }
})
afterAll(() => backend.close())

async function books(): Promise<Pick<TrialBalance, 'balanced' | 'covered'>> {
  const { body } = await call(backend, 'GET', '/v1/ledger/trial-balance')
  return { balanced: body['balanced'] as boolean, covered: body['covered'] as boolean }
}

test('what is seeded balances, foreign keys and CHECKs checked', async () => {
  expect(await books()).toEqual({ balanced: true, covered: true })
})

/** The command, on one of the few that this test has seeded. */
function among(command: CommandName, load: Load): { path: string; body: string; status: number } {
  const make: Command = commands[command]
  const request = make(load)
  const n = load === 'spread' ? 1 : command === 'payout' ? 0 : HOT_ORDERS_FROM
  const here = (text: string): string =>
    text.replace(/(sel|esc|pay)_00\d{24}/, (_id, prefix: 'sel' | 'esc' | 'pay') =>
      idOf(prefix, prefix === 'sel' && load === 'hot' ? 0 : n),
    )
  return { ...request, path: here(request.path), body: here(request.body) }
}

test.each(
  (['release', 'releaseOfSeller', 'capture', 'refund', 'payout', 'session'] as const).flatMap(
    (command) =>
      [
        [command, 'spread'],
        [command, 'hot'],
      ] as const,
  ),
)('the load’s %s (%s) is done, and the books still balance', async (command, load) => {
  const { path, body, status } = among(command, load)
  const answer = await call(backend, 'POST', path, { body: JSON.parse(body) })
  expect([answer.status, answer.text]).toEqual([status, expect.not.stringContaining('"code"')])
  expect(await books()).toEqual({ balanced: true, covered: true })
})
