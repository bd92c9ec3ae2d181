const said = new Set<string>()

/** Tells the developer of the page, once, that something fell back. Buyers never read it. */
export function warnOnce(message: string): void {
  if (said.has(message)) return
  said.add(message)
  // oxlint-disable-next-line no-console
  console.warn(`holdfast-checkout: ${message}`)
}
