import { expect, test } from 'vitest'
import { missed, published, type Results } from './report.ts'
import { isHere } from './scripts.ts'

const row = { name: 'Holdfast', version: '1', bytes: 25_000, evaluationMs: 10, heapBytes: 2048, shows: 'all', refused: 0 }
const good: Results = {
  browser: 'Chrome', processor: '2 × x', loadBefore: 0, rounds: 9, slowdown: 4,
  rows: [row, { ...row, name: 'Other', bytes: 100_000, evaluationMs: 45, refused: 3 }],
  ours: { frameBytes: 9000, focusableMs: 300, fromLastByteMs: 420, floorMs: 200, shift: 0, keyMs: 12, keyMs95: 16 },
}

test.each([
  ['a script that is too big', { ...good, rows: [{ ...row, bytes: 25_601 }] }, /on the page/],
  ['a field that is late by a millisecond', { ...good, ours: { ...good.ours, focusableMs: 301 } }, /focus/],
  ['the least shift', { ...good, ours: { ...good.ours, shift: 0.0001 } }, /shift/],
  ['a key that waits for a second frame', { ...good, ours: { ...good.ours, keyMs: 17 } }, /key/],
  ['a figure that is none', { ...good, ours: { ...good.ours, focusableMs: Number.NaN } }, /focus/],
])('%s is missed', (_, results, what) => {
  expect(missed(results)).toEqual([expect.stringMatching(what)])
  expect(published(results)).toContain('**not met**')
})

test('what is kept is met, and others stand beside it as ratios', () => {
  expect(missed(good)).toEqual([])
  expect(published(good)).toContain('| Other 1 | 100,000 (4.0 ×) | 45 (4.5 ×) | 2 (1.0 ×) | all | 3 |')
})

test.each([
  ['http://localhost:1/', true], ['http://vault.localhost:2/frame', true], ['http://127.0.0.1/', true], ['data:,', true],
  ['https://checkoutshopper-test.adyen.com/x', false], ['https://localhost.example/', false], ['wss://example.com/', false],
])('%s is on this machine: %s', (url, here) => {
  expect(isHere(url)).toBe(here)
})
