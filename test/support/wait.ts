export interface WaitOptions {
  /** What is waited for, as it would read after "waited for"; it is all that a failure says. */
  readonly what: string
  /** Milliseconds until it fails; 10,000 by default. */
  readonly within?: number
  /** Milliseconds between two looks; 25 by default. */
  readonly every?: number
}

/**
 * Looks until `probe` answers something other than `undefined`, `null` or `false`, and returns that. The only
 * place where a test lets time pass: a sleep would be too short on a busy machine and too long on any other.
 *
 * @throws Error - when the time is up; it carries the probe's last error as its cause
 */
export async function waitFor<Found>(
  probe: () => Found | Promise<Found>,
  { what, within = 10_000, every = 25 }: WaitOptions,
): Promise<Exclude<Found, undefined | null | false>> {
  const deadline = performance.now() + within
  let cause: unknown
  for (;;) {
    try {
      const found = await probe()
      cause = undefined
      if (found !== undefined && found !== null && found !== false) {
        return found as Exclude<Found, undefined | null | false>
      }
    } catch (error) {
      cause = error
    }
    if (performance.now() >= deadline) throw new Error(`waited ${within} ms for ${what}`, { cause })
    await new Promise(resolve => setTimeout(resolve, every))
  }
}
