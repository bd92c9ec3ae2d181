/** The server's time, as far as its answers have told: a buyer's own clock may be wrong by minutes. */
export class ServerClock {
  #aheadMs = 0

  /** @param date - an answer's `Date` header, or null where the page may not read it */
  hear(date: string | null): void {
    const told = Date.parse(date ?? '')
    if (told) this.#aheadMs = told - Date.now()
  }

  /** How long it is until an instant; negative once it has passed. */
  msUntil(instant: string): number {
    return Date.parse(instant) - Date.now() - this.#aheadMs
  }
}

/** The buyer's own clock, for what this browser keeps for itself; in milliseconds. */
export const ownNow = (): number => Date.now()
