import type { CSSResult, TemplateResult } from 'lit'
import type { Attempt, CheckoutView, FrameTicket } from '@holdfast/contract/types'
import type { CardBrand, CardField, FrameStyle } from '@holdfast/contract/frame'
import type { Answer, Api, ApiFailure } from '../api.ts'
import type { ServerClock } from '../clock.ts'
import type { Fault } from '../errors.ts'
import type { Language, StringKey } from '../i18n/index.ts'
import type { Prepare } from '../session.ts'
import type { Timing } from '../timing.ts'

/** What a method may ask of the checkout that shows it. */
export interface MethodHost {
  readonly language: Language
  readonly timing: Timing
  readonly view: CheckoutView
  /** For the card frame: for a new card, or a saved one's security code. */
  ticket(savedCard?: string): Promise<Answer<FrameTicket>>
  readonly api: Pick<Api, 'post'>
  /** Adds to the look of the checkout. */
  adopt(styles: CSSResult): void
  /** The look that the checkout has right now, as a frame takes it. */
  style(): FrameStyle
  /** Something is to be drawn again. */
  changed(): void
  /** The method can't be used, for now or at all. */
  broken(fault: Fault): void
  /** The buyer asked to pay from within the method. */
  submit(): void
  /** The session has moved on without this page: it is read again. */
  outdated(): Promise<void>
}

/** A way to pay: one folder, one row in the list, and one thing that it brings to a confirm call. */
export interface PaymentMethod {
  readonly type: string
  /** It can be used. */
  readonly ready: boolean
  /** All that it needs has been given: a payment could be sent. */
  readonly complete: boolean
  /** Of a card that is being typed. */
  readonly brand?: CardBrand | null
  /** What its row is called. */
  readonly name: StringKey
  /** What the pay button says, with `{amount}`. */
  readonly payWords: StringKey
  /** Its marks, at the end of its row. */
  marks(): TemplateResult
  /** What opens under its row. */
  form(): TemplateResult
  validate(): Promise<boolean>
  prepare: Prepare
  /** The amount has changed: what was typed stays. */
  renew?(): Promise<void>
  /** Where it has nothing to focus, its row is. */
  focus?(field?: CardField): void
  disable(disabled: boolean): void
  close?(): void
}

/** What a step of the buyer's may ask of the checkout that shows it. */
export interface StepHost {
  readonly language: Language
  readonly clock: ServerClock
  readonly view: CheckoutView
  changed(): void
  /** Has the rail asked, now, what became of the attempt. */
  check(): void
  /** Gives the attempt up and goes back to the methods. A failure leaves all as it is. */
  another(): Promise<ApiFailure | undefined>
  /** The same again: a new attempt, once the one before is closed. */
  again(): Promise<ApiFailure | undefined>
}

/** What a method shows while its attempt waits for what the buyer does outside this page. */
export interface BuyerStep {
  /** The payment that waits. */
  readonly payment: string
  /** It has asked for a way out, and keeps its place until there is an answer. */
  readonly busy: boolean
  /** The same attempt, heard of again. */
  update(attempt: Attempt): void
  /** The time is over: the buyer may start again. */
  lapse(): void
  draw(): TemplateResult
  /** What is said aloud when it changes. */
  announcement(): string
  close(): void
}
