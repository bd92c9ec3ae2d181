/*
 * Whether a buyer can have seen the field that a card is typed into. A page could keep the frame out of sight and have
 * a browser fill it in. It can't change what the frame sees of itself.
 */

/** Smaller than any form that can be read: the component's own is never below it. */
const leastPx = { width: 160, height: 80 }

/** What Chromium alone tells, of frames of other origins too (Intersection Observer v2). */
interface Visibility extends IntersectionObserverEntry {
  readonly isVisible?: boolean
}

export class Sight {
  /** It was large enough to be read, at one of the times when something was typed. */
  large = false
  #shown: boolean | undefined
  #seen = false
  #typed = false

  /** @param field - with all that lies over it by our own doing: only what isn't within it covers it */
  constructor(field: HTMLElement) {
    const told: IntersectionObserverCallback = entries => {
      this.#shown = (entries.at(-1) as Visibility | undefined)?.isVisible
      this.#weigh()
    }
    const settings: IntersectionObserverInit & { trackVisibility: true; delay: number } = { trackVisibility: true, delay: 100 }
    new IntersectionObserver(told, settings).observe(field)
  }

  /**
   * Whether nothing lay over the field, and nothing made it transparent or another shape, at some time since something
   * was typed; undefined where the browser doesn't say.
   */
  get seen(): boolean | undefined {
    return this.#seen || (this.#shown === undefined ? undefined : false)
  }

  typed(): void {
    this.#typed = true
    this.large ||= innerWidth >= leastPx.width && innerHeight >= leastPx.height
    this.#weigh()
  }

  #weigh(): void {
    this.#seen ||= this.#typed && this.#shown === true
  }
}
