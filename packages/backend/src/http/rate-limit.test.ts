import { expect, test } from 'vitest'
import { RateLimiter } from './rate-limit.ts'

test('lets a burst through, then the average, each subject by itself', () => {
  const time = { now: 0 }
  const limiter = new RateLimiter({ perMinute: 60, burst: 3 }, () => time.now)
  const take = (subject: string) => limiter.take(subject)
  expect([take('a'), take('a'), take('a'), take('a'), take('b')]).toEqual([null, null, null, 1, null])
  time.now = 1_000
  expect([take('a'), take('a')]).toEqual([null, 1])
  time.now = 60_000
  expect([take('a'), take('a'), take('a'), take('a')]).toEqual([null, null, null, 1])
})

test('says how long to wait', () => {
  const limiter = new RateLimiter({ perMinute: 2, burst: 1 }, () => 0)
  expect([limiter.take('a'), limiter.take('a')]).toEqual([null, 30])
})
