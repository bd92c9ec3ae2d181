/** So many in so long. */
export interface Limit {
  readonly count: number
  readonly windowMs: number
}

export interface RateLimits {
  /** Frame tickets redeemed and cards sent, by network address. */
  readonly address: Limit
  /** Cards sent with one frame session. */
  readonly frameSession: Limit
  /** One card, within a marketplace. */
  readonly card: Limit
  /** Cards that share their first eight digits, within a marketplace: how stolen ranges are tried out. */
  readonly bin: Limit
}

const minute = 60_000

/** For buyers: someone who mistypes, changes cards and comes back stays far below. */
export const liveLimits: RateLimits = {
  address: { count: 60, windowMs: 10 * minute },
  frameSession: { count: 12, windowMs: 30 * minute },
  card: { count: 15, windowMs: 60 * minute },
  bin: { count: 300, windowMs: 10 * minute },
}

/** For tests, where all buyers share an address and a handful of published numbers. */
export const testLimits: RateLimits = {
  address: { count: 6_000, windowMs: 10 * minute },
  frameSession: { count: 60, windowMs: 30 * minute },
  card: { count: 6_000, windowMs: 60 * minute },
  bin: { count: 6_000, windowMs: 10 * minute },
}

export interface Limiter {
  /** Counts one more; answers 0, or how long to wait, in milliseconds. */
  hit(key: string, now: Date): number
}

interface Bucket {
  tokens: number
  atMs: number
}

/**
 * A token bucket per key, in bounded memory: past `keys` entries the one longest untouched goes, so that many
 * addresses can't fill the process, and a busy one can't push itself out.
 */
export function createLimiter({ count, windowMs }: Limit, { keys }: { readonly keys: number }): Limiter {
  const buckets = new Map<string, Bucket>()
  const perMs = count / windowMs
  return {
    hit(key, now) {
      const nowMs = now.getTime()
      const found = buckets.get(key)
      const tokens = found ? Math.min(count, found.tokens + Math.max(0, nowMs - found.atMs) * perMs) : count
      const allowed = tokens >= 1
      buckets.delete(key)
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, atMs: nowMs })
      if (buckets.size > keys) buckets.delete(buckets.keys().next().value ?? key)
      return allowed ? 0 : Math.ceil((1 - tokens) / perMs)
    },
  }
}

/** An address as it is counted: of IPv6 the /64, which one household or host has for itself. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  return address.includes(':') ? firstGroups(address) : address
}

function firstGroups(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':')
}
