/** The present instant. Injected everywhere: nothing else in this package asks for the time. */
export type Now = () => Date

/** The machine's own clock. */
export const systemNow: Now = () => new Date()

/** A clock that can be moved: a base clock plus an offset in milliseconds. */
export class VirtualClock {
  readonly #base: Now
  #offsetMs = 0

  constructor(base: Now) {
    this.#base = base
  }

  get offsetMs(): number {
    return this.#offsetMs
  }

  /** Sets the offset (it doesn't add to the one before). */
  set(offsetMs: number): void {
    this.#offsetMs = offsetMs
  }

  /** Milliseconds since the epoch. */
  nowMs(): number {
    return this.#base().getTime() + this.#offsetMs
  }
}

export const minuteMs = 60_000
export const dayMs = 86_400_000

/** `2026-01-05T11:46:18.685Z` */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** The UTC day of an instant, `2026-01-05`. */
export function dayOf(ms: number): string {
  return iso(ms).slice(0, 10)
}

/** Midnight UTC at which a day begins, or undefined if there is no such day. */
export function startOfDay(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  const ms = Date.parse(`${day}T00:00:00.000Z`)
  return Number.isNaN(ms) || dayOf(ms) !== day ? undefined : ms
}

/** The day after. */
export function nextDay(day: string): string {
  return dayOf(Date.parse(`${day}T00:00:00.000Z`) + dayMs)
}
