/** The first wait's upper bound; each further one doubles it. */
const BASE_MS = 250
const CAP_MS = 8_000

export interface Wait {
  /** Attempts so far, from 1. */
  readonly attempts: number
  readonly retryAfterMs: number | undefined
  /** From 0 up to 1. */
  readonly random: () => number
}

/**
 * How long to wait before the next attempt: full jitter, so that callers who failed together do not come back
 * together; what the server asked for is waited in full, and the jitter comes on top.
 */
export function waitMs({ attempts, retryAfterMs, random }: Wait): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (attempts - 1))
  if (retryAfterMs === undefined) return Math.floor(random() * ceiling)
  return retryAfterMs + Math.floor(random() * BASE_MS)
}

/** `Retry-After`: whole seconds or an HTTP date (RFC 9110, 10.2.3); undefined when it is neither. */
export function readRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const at = header.endsWith('GMT') ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
