/*
 * Alipay's clock is Beijing's, eight hours ahead of UTC and without summer time since 1991. The client takes the
 * machine's own zone for a request's timestamp: we say ours.
 */

const aheadMs = 8 * 3_600_000

/** `2026-01-05 17:00:00`, in Beijing. */
export function beijingTime(at: Date): string {
  return new Date(at.getTime() + aheadMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** The day in Beijing, YYYY-MM-DD. */
export function beijingDay(at: Date): string {
  return beijingTime(at).slice(0, 10)
}

/** The first instant of a day in Beijing. */
export function startOfDay(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) - aheadMs)
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
