import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('figures that the database has not are left out while it is away, and those of the process told', async () => {
  const database = { away: false }
  const read = async (): Promise<number> => {
    if (database.away) throw new Error('connect ECONNREFUSED')
    return 3
  }
  const gauges = new Proxy({}, { get: () => read }) as Parameters<typeof createMetrics>[0]['gauges']
  const pool = { totalCount: 0, idleCount: 0, waitingCount: 7 } as Parameters<typeof createMetrics>[0]['pool']
  const metrics = createMetrics({ pool, gauges })
  metrics.observe({ route: 'payments.capture', method: 'POST', status: 503, durationMs: 1 })
  const samples = async () => (await metrics.text()).split('\n').filter((line) => /_findings|_waiting|_count/.test(line) && !line.startsWith('#'))
  const own = ['holdfast_http_request_duration_seconds_count{route="payments.capture",method="POST",status="503"} 1', 'holdfast_db_waiting 7']
  expect(await samples()).toEqual([...own, 'holdfast_verifier_findings 3'])
  database.away = true
  expect(await samples()).toEqual(own)
  database.away = false
  expect(await samples()).toEqual([...own, 'holdfast_verifier_findings 3'])
})
