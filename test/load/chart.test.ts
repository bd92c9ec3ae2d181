import { expect, test } from 'vitest'
import { axisOf, drawReleases } from './chart.ts'
import type { ReleasesPart } from './results.ts'

test.each([
  [7_300, { step: 2_000, top: 8_000 }],
  [8_000, { step: 2_000, top: 8_000 }],
  [950, { step: 200, top: 1_000 }],
  [12_001, { step: 5_000, top: 15_000 }],
  [4, { step: 1, top: 4 }],
])('the axis for %d ends at or above it on a round step', (largest, expected) => {
  expect(axisOf(largest)).toEqual(expected)
})

const rows = (['holdfast', 'bare', 'plain'] as const).flatMap((system, place) =>
  (['hot', 'spread'] as const).flatMap((load) =>
    [1, 8, 32, 128].map((callers) => ({
      system,
      load,
      callers,
      perSecond: callers * 100 * (3 - place),
      p50: 1,
      p95: 1,
      p99: 1,
      cpuUs: 1,
      runsApart: 0,
    })),
  ),
)
const part: ReleasesPart = {
  on: '2026-01-01',
  rounds: 5,
  windowMs: 1,
  releases: rows,
  verdicts: [],
  machine: {
    processor: 'a <fast> & one',
    processors: 2,
    memoryGiB: 1,
    system: '',
    node: '',
    postgres: { server_version: '18' },
    fdatasyncMs: 1,
    loadBefore: 0,
  },
}

test('the chart says every figure and both ratios in words', () => {
  const svg = drawReleases(part)
  expect(svg.match(/class="(?:ink strong|quiet) value middle"/g)).toHaveLength(24)
  expect(svg).toContain('>38,400</text>')
  expect(svg).toContain('32 callers: Holdfast 9,600, bare SQL 6,400, plain server 3,200')
  expect(svg.match(/1\.5× bare SQL/g)).toHaveLength(8)
})

test('a figure that is missing stops the drawing', () => {
  expect(() => drawReleases({ ...part, releases: rows.slice(1) })).toThrow(
    'no figure for holdfast, hot, 1 callers',
  )
})
