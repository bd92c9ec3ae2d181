import { describe, expect, test } from 'vitest'
import { decide, GIVE_UP_AFTER_MS, MIN_TRIES, PAUSE_AFTER, pauseMs, readRetryAfter, type Outcome } from './schedule.ts'

const SECOND = 1_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const now = new Date('2026-11-22T09:30:00.000Z')
const giveUpAt = new Date(now.getTime() + GIVE_UP_AFTER_MS)
const most = () => 0.999_999
const least = () => 0

const answered = (statusCode: number | null, retryAfter: string | null = null): Outcome =>
  ({ statusCode, error: statusCode !== null && statusCode < 300 ? null : 'no', durationMs: 5, retryAfter })
const attempt = (outcome: Outcome, more: Partial<Parameters<typeof decide>[0]> = {}) =>
  decide({ outcome, tries: 1, giveUpAt, now, random: most, ...more })
const waitMs = (verdict: ReturnType<typeof decide>): number => (verdict.state === 'pending' ? verdict.nextAt.getTime() - now.getTime() : -1)

describe('what follows an attempt', () => {
  test.each([[200, 'delivered'], [204, 'delivered'], [299, 'delivered'], [301, 'pending'], [400, 'pending'], [404, 'pending'], [500, 'pending'], [null, 'pending']] as const)(
    'that was answered %s: %s', (status, state) => {
      expect(attempt(answered(status)).state).toBe(state)
    })

  test('that was answered 410: the endpoint is gone, and the event waits, however late it is', () => {
    expect(attempt(answered(410))).toMatchObject({ state: 'pending', gone: true })
    expect(attempt(answered(410), { now: giveUpAt, tries: 99 })).toMatchObject({ state: 'pending', gone: true })
  })

  test.each([[1, 10 * SECOND], [2, 20 * SECOND], [5, 160 * SECOND], [12, 5.69 * HOUR], [13, 6 * HOUR], [60, 6 * HOUR]])(
    'number %i waits anywhere up to %i ms', (tries, bound) => {
      expect(waitMs(attempt(answered(500), { tries }))).toBeGreaterThan(0.99 * bound)
      expect(waitMs(attempt(answered(500), { tries }))).toBeLessThanOrEqual(1.01 * bound)
      expect(waitMs(attempt(answered(500), { tries, random: least }))).toBe(0)
    })

  test('waits are spread over the whole of their range', () => {
    const waits = Array.from({ length: 2_000 }, () => waitMs(attempt(answered(500), { tries: 8, random: Math.random })))
    const bound = 10 * SECOND * 2 ** 7
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
    expect(mean / bound).toBeGreaterThan(0.4)
    expect(mean / bound).toBeLessThan(0.6)
    expect(Math.min(...waits) / bound).toBeLessThan(0.05)
    expect(Math.max(...waits) / bound).toBeGreaterThan(0.95)
  })

  test('it is tried for days: the last attempt falls on the end, and only then is it given up', () => {
    const almost = new Date(giveUpAt.getTime() - HOUR)
    expect(attempt(answered(500), { now: almost, tries: 40 })).toMatchObject({ state: 'pending', nextAt: giveUpAt })
    expect(attempt(answered(500), { now: giveUpAt, tries: 41 }).state).toBe('failed')
    expect(GIVE_UP_AFTER_MS).toBeGreaterThanOrEqual(3 * DAY)
  })

  test('what waited for days without an attempt gets its chances all the same', () => {
    const late = new Date(giveUpAt.getTime() + 30 * DAY)
    expect(attempt(answered(500), { now: late, tries: 1 })).toMatchObject({ state: 'pending' })
    expect(attempt(answered(500), { now: late, tries: MIN_TRIES }).state).toBe('failed')
  })

  test('it is not tried before the endpoint’s Retry-After', () => {
    expect(waitMs(attempt(answered(503, '1800'), { random: least }))).toBe(1800 * SECOND)
    expect(waitMs(attempt(answered(503, '1'), { tries: 12 }))).toBeGreaterThan(HOUR)
  })

  test.each([[429, 1800 * SECOND], [503, 1800 * SECOND], [500, null], [404, null]])(
    'a Retry-After with %i leaves the whole endpoint alone for %s ms', (status, pause) => {
      expect(attempt(answered(status, '1800'))).toMatchObject({ pauseMs: pause })
    })
})

test.each([
  [null, null], ['0', 0], ['120', 120 * SECOND], [' 7 ', 7 * SECOND], ['999999999', HOUR], ['86400', HOUR], ['-5', 0], ['soon', null], ['', null],
  ['Sun, 22 Nov 2026 09:40:00 GMT', 600 * SECOND], ['Sun, 22 Nov 2026 09:00:00 GMT', 0], ['Sun, 22 Nov 2099 09:00:00 GMT', HOUR],
] as const)('Retry-After: %s means %s ms', (text, ms) => {
  expect(readRetryAfter(text, now)).toBe(ms)
})

test.each([[1, 0], [PAUSE_AFTER - 1, 0], [PAUSE_AFTER, 2 * SECOND], [PAUSE_AFTER + 3, 16 * SECOND], [PAUSE_AFTER + 12, 600 * SECOND], [10_000, 600 * SECOND]])(
  'after %i failures in a row an endpoint is left alone for up to %i ms', (failures, bound) => {
    expect(pauseMs({ failures, random: most })).toBeGreaterThanOrEqual(Math.floor(0.99 * bound))
    expect(pauseMs({ failures, random: most })).toBeLessThanOrEqual(bound)
    expect(pauseMs({ failures, random: least })).toBe(0)
  })
