import { randomBytes } from 'node:crypto'

const POOL_BYTES = 4_096

let pool = Buffer.alloc(0)

/** A few random bytes, cut from a stock that is filled in one go: asking for each costs more than using them. */
export function fewRandomBytes(count: number): Buffer {
  if (pool.length < count) pool = randomBytes(POOL_BYTES)
  const few = pool.subarray(0, count)
  pool = pool.subarray(count)
  return few
}
