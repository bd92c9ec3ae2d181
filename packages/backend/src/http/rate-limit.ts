/** How often one subject may call: on average, and at once. */
export interface RateLimit {
  readonly perMinute: number
  readonly burst: number
}

interface Bucket {
  tokens: number
  at: number
}

const MAX_SUBJECTS = 50_000

/**
 * Token buckets in this process's memory, one a subject (an address, a session).
 *
 * Real time, not the virtual clock: they guard against a flood, and a flood is real.
 */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: RateLimit, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Takes one call from a subject's bucket; null, or the seconds after which the next one is let through. */
  take(subject: string): number | null {
    const bucket = this.#refilled(subject)
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1
      return null
    }
    return Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / this.#limit.perMinute))
  }

  #refilled(subject: string): Bucket {
    const now = this.#now()
    const known = this.#buckets.get(subject)
    const tokens = known ? known.tokens + ((now - known.at) / 60_000) * this.#limit.perMinute : this.#limit.burst
    const bucket = { tokens: Math.min(this.#limit.burst, tokens), at: now }
    this.#buckets.delete(subject)
    this.#buckets.set(subject, bucket)
    this.#forgetOldest()
    return bucket
  }

  /** A map keeps its order: the first is the one that has been quiet longest. */
  #forgetOldest(): void {
    if (this.#buckets.size <= MAX_SUBJECTS) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}

/** An address as it is counted: of IPv6 the /64, within which one household or host may take any. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}
