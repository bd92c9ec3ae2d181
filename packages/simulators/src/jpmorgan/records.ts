import { dayOf, nextDay } from '../shared/clock.ts'
import { declines, type CardRecord, type Decline } from './cards.ts'
import type { BrowserInfo, CaptureMethod, MerchantDetails, MultiCapture } from './requests.ts'

/** What every operation leaves behind. Amounts are minor units, instants milliseconds since the epoch. */
export interface Operation {
  readonly requestId: string
  readonly merchantId: string
  readonly at: number
  readonly approvalCode: string
  readonly hostReferenceId: string
  /** Present when it was declined: then it moved nothing. */
  readonly decline?: Decline
}

export interface PaymentRecord extends Operation {
  readonly transactionId: string
  readonly captureMethod: CaptureMethod
  /** What was approved; what was asked, if declined. */
  readonly amount: number
  readonly partial: boolean
  readonly currency: string
  readonly expiresAt: number
  /** When a DELAYED payment is captured by itself. */
  readonly captureDueAt?: number
  readonly card: CardRecord
  readonly postalCodeGiven: boolean
  readonly networkTransactionId: string
  readonly merchant: MerchantDetails
  readonly merchantOrderNumber?: string
  readonly statementDescriptor?: string
  readonly initiatorType: string
  readonly accountOnFile: string
  readonly isAmountFinal: boolean
  readonly partialAuthorizationSupport?: string
  /** The issuer is to authenticate the buyer before anything is authorized. */
  readonly authentication?: Authentication
}

export interface Authentication {
  /** Also the 3DS server's transaction id. */
  readonly id: string
  /** Of the URL that the buyer's browser is given. */
  readonly signature: string
  /** The test card that its issuer goes by. */
  readonly fate: string
  readonly mode: 'automatic' | 'challenge'
  readonly returnUrl: string
  readonly browser: BrowserInfo
  /** When the rail gives it up. */
  readonly dueAt: number
  /** What the issuer says to the authorization that follows. */
  readonly answer?: Decline
}

export interface ChallengeRecord {
  readonly transactionId: string
  readonly acsTransID: string
  readonly dsTransID: string
  readonly acsURL: string
}

/** How an authentication ended; with `decline`, the payment too. */
export interface AuthenticationRecord {
  readonly transactionId: string
  readonly transStatus: string
  readonly eci: string
  readonly dsTransID: string
  readonly decline?: Decline
}

/** A void, or a new total to hold. */
export interface PatchRecord extends Operation {
  readonly transactionId: string
  readonly change: 'void' | 'amount'
  readonly amount?: number
  readonly captureMethod?: CaptureMethod
}

interface Settled {
  /** The UTC day on whose report it stands. */
  readonly settlementDay: string
  readonly fee: number
}

export interface CaptureRecord extends Operation, Settled {
  readonly captureId: string
  readonly transactionId: string
  readonly amount: number
  /** Nothing more will be captured: the rest of the authorization is released. */
  readonly closes: boolean
  readonly multiCapture?: MultiCapture
  /** Asked for by PATCH: then the inquiry is `GET /payments`. */
  readonly byPatch?: true
}

export interface RefundRecord extends Operation, Settled {
  readonly refundId: string
  /** The payment that it goes back on; none for a standalone refund. */
  readonly transactionId?: string
  readonly transactionReferenceId?: string
  readonly amount: number
  readonly currency: string
  readonly allocations: readonly { readonly captureId: string; readonly amount: number }[]
  readonly card: CardRecord
  readonly merchant: MerchantDetails
  readonly merchantOrderNumber?: string
  readonly statementDescriptor?: string
  readonly initiatorType: string
  readonly accountOnFile: string
}

/** A report as it was first produced; it is kept whole, so that it can never change. */
export interface ReportRecord {
  readonly merchantId: string
  readonly date: string
  readonly reportId: string
  readonly csv: string
}

export interface TokenRecord {
  readonly digest: string
  readonly clientId: string
  readonly expiresAt: number
}

export interface AssertionRecord {
  readonly clientId: string
  readonly jti: string
  readonly expiresAt: number
}

export type Entry =
  | { readonly type: 'payment'; readonly record: PaymentRecord }
  | { readonly type: 'challenge'; readonly record: ChallengeRecord }
  | { readonly type: 'authentication'; readonly record: AuthenticationRecord }
  | { readonly type: 'patch'; readonly record: PatchRecord }
  | { readonly type: 'capture'; readonly record: CaptureRecord }
  | { readonly type: 'refund'; readonly record: RefundRecord }
  | { readonly type: 'report'; readonly record: ReportRecord }
  | { readonly type: 'token'; readonly record: TokenRecord }
  | { readonly type: 'assertion'; readonly record: AssertionRecord }

/** A payment with all that has happened to it. */
export interface Payment {
  record: PaymentRecord
  /** The buyer is still to be authenticated: nothing is authorized. */
  pending: boolean
  challenge: ChallengeRecord | undefined
  authenticated: AuthenticationRecord | undefined
  /** What the issuer holds or held: the approved amount, or what a PATCH made of it. */
  total: number
  incremented: boolean
  captureMethod: CaptureMethod
  voided: boolean
  closed: boolean
  readonly captures: CaptureRecord[]
  readonly refunds: RefundRecord[]
}

export type Found =
  | { readonly kind: 'payment'; readonly payment: Payment }
  | { readonly kind: 'patch'; readonly payment: Payment; readonly patch: PatchRecord }
  | { readonly kind: 'capture'; readonly payment: Payment; readonly capture: CaptureRecord }
  | { readonly kind: 'refund'; readonly refund: RefundRecord }

/** The rail's records, as a fold over the journal. */
export class Records {
  readonly payments: Map<string, Payment> = new Map()
  readonly captures: Map<string, CaptureRecord> = new Map()
  readonly refunds: Map<string, RefundRecord> = new Map()
  readonly tokens: Map<string, TokenRecord> = new Map()
  readonly assertions: Map<string, AssertionRecord> = new Map()
  readonly #operations = new Map<string, Found>()
  readonly #reports = new Map<string, ReportRecord>()
  readonly #lastReported = new Map<string, string>()
  /** By the authentication's id. */
  readonly authentications: Map<string, Payment> = new Map()
  /** Payments that will capture themselves. */
  readonly delayed: Set<Payment> = new Set()

  apply(entry: Entry): void {
    switch (entry.type) {
      case 'payment':
        return this.#payment(entry.record)
      case 'challenge':
        this.#paymentOf(entry.record.transactionId).challenge = entry.record
        return
      case 'authentication':
        return this.#authentication(entry.record)
      case 'patch':
        return this.#patch(entry.record)
      case 'capture':
        return this.#capture(entry.record)
      case 'refund':
        return this.#refund(entry.record)
      case 'report':
        return this.#report(entry.record)
      case 'token':
        return void this.tokens.set(entry.record.digest, entry.record)
      case 'assertion':
        return void this.assertions.set(`${entry.record.clientId} ${entry.record.jti}`, entry.record)
    }
  }

  /** What an earlier request left behind, by its request id. */
  find(merchantId: string, requestId: string): Found | undefined {
    return this.#operations.get(`${merchantId} ${requestId}`)
  }

  report(merchantId: string, date: string): ReportRecord | undefined {
    return this.#reports.get(`${merchantId} ${date}`)
  }

  /** The day on whose report something that happens now will stand: never one that has been produced. */
  settlementDay(merchantId: string, at: number): string {
    const today = dayOf(at)
    const last = this.#lastReported.get(merchantId)
    return last !== undefined && today <= last ? nextDay(last) : today
  }

  #payment(record: PaymentRecord): void {
    const payment: Payment = {
      record,
      pending: record.authentication !== undefined,
      challenge: undefined,
      authenticated: undefined,
      total: record.amount,
      incremented: false,
      captureMethod: record.captureMethod,
      voided: false,
      closed: false,
      captures: [],
      refunds: [],
    }
    this.payments.set(record.transactionId, payment)
    this.#remember(record, { kind: 'payment', payment })
    if (record.authentication) this.authentications.set(record.authentication.id, payment)
    if (record.captureDueAt !== undefined && !record.decline) this.delayed.add(payment)
  }

  #authentication(record: AuthenticationRecord): void {
    const payment = this.#paymentOf(record.transactionId)
    payment.pending = false
    payment.authenticated = record
    if (record.decline) payment.record = { ...payment.record, decline: record.decline }
  }

  #patch(record: PatchRecord): void {
    const payment = this.#paymentOf(record.transactionId)
    this.#remember(record, { kind: 'patch', payment, patch: record })
    if (record.decline) return
    if (record.change === 'void') {
      payment.voided = true
      if (payment.pending) payment.record = { ...payment.record, decline: declines.aborted }
      payment.pending = false
      this.delayed.delete(payment)
      return
    }
    payment.incremented ||= (record.amount ?? 0) > payment.total
    payment.total = record.amount ?? payment.total
    payment.captureMethod = record.captureMethod ?? payment.captureMethod
    if (payment.captureMethod === 'MANUAL') this.delayed.delete(payment)
  }

  #capture(record: CaptureRecord): void {
    const payment = this.#paymentOf(record.transactionId)
    this.captures.set(record.captureId, record)
    this.#remember(record, { kind: 'capture', payment, capture: record })
    if (record.decline) return
    payment.captures.push(record)
    payment.closed ||= record.closes
    this.delayed.delete(payment)
  }

  #refund(record: RefundRecord): void {
    this.refunds.set(record.refundId, record)
    this.#remember(record, { kind: 'refund', refund: record })
    if (record.transactionId !== undefined && !record.decline)
      this.#paymentOf(record.transactionId).refunds.push(record)
  }

  #report(record: ReportRecord): void {
    this.#reports.set(`${record.merchantId} ${record.date}`, record)
    const last = this.#lastReported.get(record.merchantId)
    if (last === undefined || record.date > last) this.#lastReported.set(record.merchantId, record.date)
  }

  /** A sale's capture has the request id of its payment: the payment keeps it. */
  #remember({ merchantId, requestId }: Operation, found: Found): void {
    const key = `${merchantId} ${requestId}`
    if (!this.#operations.has(key)) this.#operations.set(key, found)
  }

  #paymentOf(transactionId: string): Payment {
    const payment = this.payments.get(transactionId)
    if (!payment) throw new Error(`the journal has an operation on ${transactionId}, which it doesn't have`)
    return payment
  }
}

export function capturedOf(payment: Payment): number {
  return payment.captures.reduce((sum, { amount }) => sum + amount, 0)
}

export function isExpired(payment: Payment, nowMs: number): boolean {
  return nowMs >= payment.record.expiresAt
}

/** What can still be captured now. */
export function remainingAuthorized(payment: Payment, nowMs: number): number {
  if (payment.pending || payment.record.decline || payment.voided || payment.closed || isExpired(payment, nowMs)) return 0
  return payment.total - capturedOf(payment)
}

/** What can still be refunded of one capture. */
export function remainingOfCapture(payment: Payment, capture: CaptureRecord): number {
  const taken = payment.refunds
    .flatMap(({ allocations }) => allocations)
    .filter(({ captureId }) => captureId === capture.captureId)
  return capture.amount - taken.reduce((sum, { amount }) => sum + amount, 0)
}

export function remainingRefundable(payment: Payment): number {
  return payment.captures.reduce((sum, capture) => sum + remainingOfCapture(payment, capture), 0)
}
