import { expect, test } from 'vitest'
import { addressKey, RateLimiter } from './rate-limit.ts'

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

test.each([
  ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'], ['2001:db8::6', '2001:db8:0:0'], ['::1', '0:0:0:0'], ['fe80::1%eth0', 'fe80:0:0:0'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})
