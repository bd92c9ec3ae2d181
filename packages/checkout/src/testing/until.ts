/**
 * Looks, frame by frame, until `probe` finds something. The only place where a test lets time pass.
 *
 * @throws Error - when the time is up
 */
export async function until<T>(
  what: string, probe: () => T | undefined | null | false, withinMs: number = 9000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = probe()
    if (found !== undefined && found !== null && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
