import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the Grafana dashboard', () => {
  interface Panel { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }
  const { panels } = JSON.parse(read('../../../../deploy/grafana/holdfast.json')) as { panels: readonly Panel[] }
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const))

  it.each(queries)('asks for figures that there are: %s, %s', async (_title, expr) => {
    const zero = async (): Promise<number> => 0
    const gauges = new Proxy({}, { get: () => zero }) as Parameters<typeof createMetrics>[0]['gauges']
    const pool = { totalCount: 0, idleCount: 0, waitingCount: 0 } as Parameters<typeof createMetrics>[0]['pool']
    const metrics = createMetrics({ pool, gauges })
    const text = await metrics.text()
    const labels = read('./metrics.ts')
    for (const [name] of expr.matchAll(/holdfast_\w+/g)) expect(text).toContain(`# TYPE ${name.replace(/_(?:bucket|count|sum)$/, '')} `)
    for (const [, names] of expr.matchAll(/by \(([^)]*)\)/g)) {
      for (const label of (names ?? '').split(', ').filter((one) => one !== 'le')) expect(labels).toContain(`'${label}'`)
    }
  })
})
