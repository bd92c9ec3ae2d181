import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from './backend.ts'
import { call } from './http.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend({ worker: true })
})
afterAll(() => backend.close())

test('the marketplace of the key', async () => {
  const { status, body } = await call(backend, 'GET', '/v1/marketplace')
  expect([status, body['id']]).toEqual([200, backend.marketplace.id])
})

test('simulators follow the clock that the API advances', async () => {
  const { body } = await call(backend, 'POST', '/v1/test/clock/advance', { body: { byMs: 86_400_000 } })
  expect(body['offsetMs']).toBe(86_400_000)
  expect(backend.rails.bank.clock.nowMs() - backend.deps.clock.now().getTime()).toBeLessThan(1_000)
})
