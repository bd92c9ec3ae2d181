import type { TemplateResult } from 'lit'
import type { CheckoutView, FrameTicket } from '@holdfast/contract/types'
import type { CardBrand, CardField, FrameStyle } from '@holdfast/contract/frame'
import type { Answer } from '../api.ts'
import type { Fault } from '../errors.ts'
import type { Language } from '../i18n/index.ts'
import type { Prepare } from '../session.ts'
import type { Timing } from '../timing.ts'

/** What a method may ask of the checkout that shows it. */
export interface MethodHost {
  readonly language: Language
  readonly timing: Timing
  readonly view: CheckoutView
  ticket(): Promise<Answer<FrameTicket>>
  /** The look that the checkout has right now, as a frame takes it. */
  style(): FrameStyle
  /** Something is to be drawn again. */
  changed(): void
  /** The method can't be used, for now or at all. */
  broken(fault: Fault): void
  /** The buyer asked to pay from within the method. */
  submit(): void
  /** The session has moved on without this page. */
  outdated(): void
}

/** A way to pay: one folder, one row in the list, and one thing that it brings to a confirm call. */
export interface PaymentMethod {
  readonly type: string
  /** It can be typed into. */
  readonly ready: boolean
  /** All that it needs has been given: a payment could be sent. */
  readonly complete: boolean
  readonly brand: CardBrand | null
  /** Its marks, at the end of its row. */
  marks(): TemplateResult
  /** What opens under its row. */
  form(): TemplateResult
  validate(): Promise<boolean>
  prepare: Prepare
  /** The amount has changed: what was typed stays. */
  renew(): Promise<void>
  focus(field?: CardField): void
  disable(disabled: boolean): void
  close(): void
}
