import type { Attempt } from '@holdfast/contract/types'
import type { BuyerStep, StepHost } from './method.ts'

/** A step whose part is on its way: until it is here, the payment is merely under way. */
export class LaterStep implements BuyerStep {
  readonly payment: string
  #attempt: Attempt
  #step: BuyerStep | undefined
  #closed = false

  /** @param missing - what to do where the part can't be had */
  constructor(host: StepHost, attempt: Attempt, { coming, missing }: { coming: Promise<BuyerStep>, missing: (attempt: Attempt) => void }) {
    this.payment = attempt.payment
    this.#attempt = attempt
    coming.then((step) => {
      this.#step = step
      step.update(this.#attempt)
      if (this.#closed) step.close()
      host.changed()
    }, () => this.#closed || missing(this.#attempt))
  }

  get busy(): boolean {
    return this.#step?.busy ?? false
  }

  update(attempt: Attempt): void {
    this.#attempt = attempt
    this.#step?.update(attempt)
  }

  lapse(): void {
    this.#step?.lapse()
  }

  draw(): ReturnType<BuyerStep['draw']> {
    return this.#step?.draw()
  }

  announcement(): string {
    return this.#step?.announcement() ?? ''
  }

  close(): void {
    this.#closed = true
    this.#step?.close()
  }
}
