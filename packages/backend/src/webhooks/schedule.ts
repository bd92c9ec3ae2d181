/* When a delivery is tried again, and how long an endpoint that fails is left alone. Pure. */

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The whole of one attempt: resolving, connecting, sending, and the answer's headers. */
export const ATTEMPT_TIMEOUT_MS: number = 15 * SECOND_MS
/** How long a claimed delivery is one worker's own: far longer than an attempt may last. */
export const LEASE_MS: number = MINUTE_MS
/** How long a delivery is tried at least. */
export const GIVE_UP_AFTER_MS: number = 5 * DAY_MS
/** And how often at least: what waited for days behind a dead endpoint gets its chances too. */
export const MIN_TRIES = 12
/** After so many failures in a row an endpoint is asked by one attempt at a time, with pauses. */
export const PAUSE_AFTER = 5
/** From when an endpoint that accepts nothing is called failing. */
export const FAILING_AFTER_MS: number = DAY_MS

const BASE_MS = 10 * SECOND_MS
const CAP_MS = 6 * HOUR_MS
const PAUSE_BASE_MS = 2 * SECOND_MS
const PAUSE_CAP_MS = 10 * MINUTE_MS
/** An endpoint may ask to be left alone; not for longer than this. */
const RETRY_AFTER_CAP_MS = HOUR_MS

/** What came of one attempt. */
export interface Outcome {
  /** Null: no answer. */
  readonly statusCode: number | null
  /** Null: the event was accepted. Short, and never the endpoint's own words. */
  readonly error: string | null
  readonly durationMs: number
  /** As the answer's Retry-After says it. */
  readonly retryAfter: string | null
}

export interface Attempted {
  readonly outcome: Outcome
  /** Attempts so far, this one among them. */
  readonly tries: number
  readonly giveUpAt: Date
  readonly now: Date
  /** From 0 to below 1. */
  readonly random: () => number
}

export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'failed' }
  /** `gone`: the endpoint wants no more events, so it is disabled, and the event waits. */
  | { readonly state: 'pending'; readonly nextAt: Date; readonly gone: boolean; readonly pauseMs: number | null }

/** Decides what follows an attempt: done, again at an instant, or given up. */
export function decide({ outcome, tries, giveUpAt, now, random }: Attempted): Verdict {
  if (outcome.error === null) return { state: 'delivered' }
  const gone = outcome.statusCode === 410
  const askedMs = readRetryAfter(outcome.retryAfter, now)
  if (!gone && now >= giveUpAt && tries >= MIN_TRIES) return { state: 'failed' }
  const waitMs = Math.max(jitter({ baseMs: BASE_MS, capMs: CAP_MS, times: tries - 1, random }), askedMs ?? 0)
  const last = giveUpAt.getTime()
  const at = now.getTime() + waitMs
  const nextAt = new Date(now.getTime() < last ? Math.min(at, last) : at)
  const busy = outcome.statusCode === 429 || outcome.statusCode === 503
  return { state: 'pending', nextAt, gone, pauseMs: busy ? askedMs : null }
}

/** How long an endpoint is left alone after its failures in a row; 0 while they are few. */
export function pauseMs({ failures, random }: { failures: number; random: () => number }): number {
  if (failures < PAUSE_AFTER) return 0
  return jitter({ baseMs: PAUSE_BASE_MS, capMs: PAUSE_CAP_MS, times: failures - PAUSE_AFTER, random })
}

interface Jitter {
  readonly baseMs: number
  readonly capMs: number
  readonly times: number
  readonly random: () => number
}

/** Full jitter: anywhere from 0 to a bound that doubles, so that those who failed together don't return together. */
function jitter({ baseMs, capMs, times, random }: Jitter): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** Math.min(times, 30)))
}

/** Retry-After in milliseconds, as seconds or as a date, within bounds; null: it says nothing. */
export function readRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) return null
  const seconds = /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : (Date.parse(text) - now.getTime()) / SECOND_MS
  if (!Number.isFinite(seconds)) return null
  return Math.min(Math.max(0, Math.ceil(seconds * SECOND_MS)), RETRY_AFTER_CAP_MS)
}
