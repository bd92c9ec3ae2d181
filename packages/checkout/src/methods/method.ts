import type { CSSResult, TemplateResult } from 'lit'
import type { Shown } from '@holdfast/contract/amount'
import type { Attempt, CheckoutView, FrameTicket } from '@holdfast/contract/types'
import type { CardBrand, CardField, FrameStyle } from '@holdfast/contract/frame'
import type { Answer, ApiFailure } from '../api.ts'
import type { ServerClock } from '../clock.ts'
import type { IconName } from '../element/icons.ts'
import type { ErrorCode, Fault } from '../errors.ts'
import type { Language } from '../i18n/index.ts'
import type { Prepare } from '../session.ts'
import type { Timing } from '../timing.ts'
import type { EarlyFrame } from './card/early.ts'

/** What a session says of a way to pay that it offers. */
export type Offer<Type extends string = string> = Extract<CheckoutView['methods'][number], { type: Type }>

/**
 * A way to pay, as its folder's module brings it: card and Alipay, the parts that are loaded when a session offers
 * them, and those that a merchant adds.
 */
export interface Method {
  /**
   * Its row in the list; nothing where this browser, or this session, can't be paid with it.
   *
   * @param offer - the session's entry; undefined for a method that the session doesn't list, which a merchant has added
   */
  row(host: MethodHost, offer: Offer | undefined): PaymentMethod | undefined | Promise<PaymentMethod | undefined>
  /**
   * What is shown while an attempt waits for what its buyer does outside of this page. A step that is still on its way
   * calls `host.changed()` once it is here, and is asked for again.
   */
  step?(host: StepHost, attempt: Attempt): BuyerStep | undefined
}

/** Where a method's module comes from: here, by a function that imports it, or from an address by its SRI hash. */
export type MethodSource = Method | (() => Promise<Method>) | { readonly url: string, readonly integrity: string }

/** Text, a node that the method keeps, or a template of the component's own Lit. */
export type Drawing = TemplateResult | Node | string

/** What a method may ask of the checkout that shows it. */
export interface MethodHost {
  readonly language: Language
  readonly timing: Timing
  readonly view: CheckoutView
  /** The element's `nonce`, for what a wallet's own script has to write into the page. */
  readonly nonce: string
  /** For the card frame: for a new card, or a saved one's security code. */
  ticket(savedCard?: string): Promise<Answer<FrameTicket>>
  /** The card frame that has been loading since before the session was read, if it is at this address; once. @internal */
  early?(address: string): EarlyFrame | undefined
  /** Asks the API, as the page of this session, for what a method needs: `/v1/checkout/<name>`. It pays nothing. */
  post(name: string, body: object): Promise<Answer<Record<string, unknown>>>
  /** What the buyer is told, by code, or by what the API answered. */
  fault(why: ErrorCode | ApiFailure): Fault
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

/** A way to pay: one row in the list, and one thing that it brings to a confirm call. */
export interface PaymentMethod {
  readonly type: string
  /** It can be used. */
  readonly ready: boolean
  /** All that it needs has been given: a payment could be sent. */
  readonly complete: boolean
  /** Of a card that is being typed. */
  readonly brand?: CardBrand | null
  /** What its row is called: a sentence of the component's by its key, or the name itself. */
  readonly name: string
  /** What the pay button says, with `{amount}`: a key, or the words themselves. By default `pay`. */
  readonly payWords?: string
  /** Its marks, at the end of its row. */
  marks?(): Drawing | undefined
  /** What opens under its row. */
  form?(): Drawing
  /** In place of the pay button. It calls `host.submit()`. */
  button?(): Drawing
  validate(): Promise<boolean>
  /** What a confirm call is to carry, why there is none, or that the buyer thought better of it. */
  prepare: Prepare
  /** How the attempt ended for which it prepared. */
  ended?(status: 'complete' | 'failed' | 'pending' | 'canceled'): void
  /** The amount has changed: what was typed stays. */
  renew?(): Promise<void>
  /** Where it has nothing to focus, its row is. */
  focus?(field?: CardField): void
  disable?(disabled: boolean): void
  close?(): void
}

/** The component's own pieces, for parts that draw in its place. */
export interface Kit {
  /** A mark beside a word. */
  readonly icon: (name: IconName, classes?: string) => TemplateResult
  /** The heading that takes the focus. */
  readonly title: (words: string) => TemplateResult
  readonly notice: (kind: 'error' | 'info', words: string) => TemplateResult
  /** What the buyer is told of a failure. */
  readonly words: (failure: ApiFailure) => string
  readonly money: (shown: Shown) => string
}

/** What a step of the buyer's may ask of the checkout that shows it. */
export interface StepHost {
  readonly language: Language
  readonly clock: ServerClock
  readonly view: CheckoutView
  /** What the component draws with, and says. */
  readonly kit: Kit
  /** Whether a link may be followed. */
  isHttpUrl(url: unknown): boolean
  changed(): void
  /** Takes a part's styles into the element's own. */
  adopt(styles: CSSResult): void
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
  /** Undefined: nothing of its own yet. */
  draw(): TemplateResult | undefined
  /** What is said aloud when it changes. */
  announcement(): string
  close(): void
}
