import type { Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../http/metrics.ts'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { openShop, type Shop } from '../testing/shop.ts'
import { addWallet, begin, type TestWallet } from '../testing/wallet.ts'
import { handlersOf } from './index.ts'
import { startWorker } from './worker.ts'

const none = async () => 0
let backend: TestBackend
let wallet: TestWallet
let shop: Shop
beforeAll(async () => {
  backend = await startTestBackend({ railTimeoutMs: 300 })
  wallet = addWallet(backend)
  shop = openShop(backend)
})
afterAll(() => backend.close())

test('a rail that hangs while many buyers are waited for keeps no other rail’s payment waiting', async () => {
  const lines = [{ seller: (await shop.seller()).id, amount: 10_000 }]
  const hanging = Promise.withResolvers<undefined>()
  let asked = 0
  wallet.over = {
    inquire: async () => {
      asked += 1
      await hanging.promise
      return { outcome: 'unknown', reason: 'it hung' }
    },
  }
  for (let buyers = 0; buyers < 20; buyers += 1) await begin({ backend, shop, session: await shop.session(lines) })
  await backend.deps.pool.query(`update operations set next_inquiry_at = now() where connector = 'wallet'`)
  const gauges = { unknownOperations: none, events: none, setAside: none, webhookBacklog: none, webhooksFailing: none, findings: none, verifierLag: none }
  const metrics = createMetrics({ pool: backend.deps.pool, gauges })
  const worker = await startWorker(backend.deps, { connection: backend.database.app, handlers: handlersOf(backend.deps.rails), metrics })
  expect(await until(() => asked >= 16, 15_000), 'as many hang as one queue may have under way').toBe(true)
  backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
  const { attempt } = await shop.confirm(await shop.session(lines))
  expect(attempt.status).toBe('pending')
  expect(await until(async () => (await shop.get<Payment>(`/v1/payments/${attempt.payment}`)).status === 'captured', 15_000)).toBe(true)
  hanging.resolve(undefined)
  await worker.stop()
}, 60_000)
