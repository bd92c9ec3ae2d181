import type { Money } from '../shared/money.ts'

/** How a payment stands, in the rail's words. PENDING: the buyer has paid, and the rail has still to see to it. */
export type PaymentStatus = 'PROCESSING' | 'PENDING' | 'SUCCESS' | 'FAIL' | 'CANCELLED'
export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'FAIL'

/** A payment as it was asked for. Instants are milliseconds since the epoch. */
export interface PaymentRecord {
  readonly paymentId: string
  readonly paymentRequestId: string
  readonly clientId: string
  readonly at: number
  readonly expiresAt: number
  readonly amount: Money
  readonly paymentMethodType: string
  readonly productCode: string
  readonly terminalType: string
  readonly referenceOrderId: string
  readonly orderDescription: string
  readonly referenceMerchantId: string
  readonly merchantName: string
  readonly redirectUrl: string
  readonly notifyUrl: string
  /** In the addresses of its page and code. */
  readonly token: string
}

/** What became of a payment. */
export interface StatusRecord {
  readonly paymentId: string
  readonly status: PaymentStatus
  readonly resultCode: string
  readonly at: number
}

export interface RefundRecord {
  readonly refundId: string
  readonly refundRequestId: string
  readonly paymentId: string
  readonly clientId: string
  readonly at: number
  readonly amount: Money
  readonly notifyUrl: string
}

export interface RefundStatusRecord {
  readonly refundId: string
  readonly status: RefundStatus
  readonly at: number
}

/** What is to be sent to a client, until it acknowledges it or eight tries have failed. */
export interface NotificationRecord {
  readonly id: string
  readonly clientId: string
  readonly notifyType: 'PAYMENT_RESULT' | 'PAYMENT_PENDING' | 'REFUND_RESULT'
  /** `paymentRequestId` or `refundRequestId`. */
  readonly about: string
  readonly url: string
  readonly body: string
  readonly dueAt: number
  /** How often it is sent although it was acknowledged; 1 but for a rule. */
  readonly repeats: number
  /** Not sent until it is released. */
  readonly held: boolean
}

export interface TryRecord {
  readonly notificationId: string
  readonly at: number
  /** null: no answer. */
  readonly status: number | null
  readonly acknowledged: boolean
  /** Whether the acknowledgement was signed by the client. */
  readonly signed: boolean
}

/** A report as it was first produced; it is kept whole, so that it can never change. */
export interface ReportRecord {
  readonly clientId: string
  readonly date: string
  readonly reportId: string
  readonly lineCount: number
  readonly csv: string
}

export type Entry =
  | { readonly type: 'payment'; readonly record: PaymentRecord }
  | { readonly type: 'scan'; readonly record: { readonly paymentId: string; readonly at: number } }
  | { readonly type: 'status'; readonly record: StatusRecord }
  | { readonly type: 'refund'; readonly record: RefundRecord }
  | { readonly type: 'refundStatus'; readonly record: RefundStatusRecord }
  | { readonly type: 'notification'; readonly record: NotificationRecord }
  | { readonly type: 'release'; readonly record: { readonly notificationId: string; readonly dueAt: number } }
  | { readonly type: 'try'; readonly record: TryRecord }
  | { readonly type: 'report'; readonly record: ReportRecord }

/** A payment with all that has happened to it. */
export interface Payment {
  readonly record: PaymentRecord
  status: PaymentStatus
  resultCode: string
  /** When the money was taken; a payment that was canceled afterwards keeps it. */
  paidAt: number | undefined
  endedAt: number | undefined
  scannedAt: number | undefined
  readonly refunds: Refund[]
}

export interface Refund {
  readonly record: RefundRecord
  status: RefundStatus
  settledAt: number | undefined
}

export interface Notification {
  readonly record: NotificationRecord
  held: boolean
  /** When the next try is due; undefined: never. */
  dueAt: number | undefined
  readonly tries: TryRecord[]
}

/** The rail's records, as a fold over the journal. */
export class Records {
  readonly payments: Map<string, Payment> = new Map()
  readonly refunds: Map<string, Refund> = new Map()
  readonly notifications: Map<string, Notification> = new Map()
  readonly reports: Map<string, ReportRecord> = new Map()
  /** Payments that nothing has become of yet. */
  readonly waiting: Set<Payment> = new Set()
  /** Notifications that another try is due of, now or later. */
  readonly pending: Set<Notification> = new Set()
  readonly #byRequest = new Map<string, Payment>()
  readonly #byToken = new Map<string, Payment>()
  /** Of whichever client: for tests, whose ids are their own. */
  readonly #byId = new Map<string, Payment>()
  readonly #refundsByRequest = new Map<string, Refund>()
  readonly #gapsMs: readonly number[]

  /** @param gapsMs - how long after one try the next is due */
  constructor(gapsMs: readonly number[]) {
    this.#gapsMs = gapsMs
  }

  apply(entry: Entry): void {
    switch (entry.type) {
      case 'payment':
        return this.#payment(entry.record)
      case 'scan':
        return void (this.need(entry.record.paymentId).scannedAt ??= entry.record.at)
      case 'status':
        return this.#status(entry.record)
      case 'refund':
        return this.#refund(entry.record)
      case 'refundStatus':
        return this.#refundStatus(entry.record)
      case 'notification':
        return this.#notify(entry.record)
      case 'release': {
        const { notificationId, dueAt } = entry.record
        const notification = this.#notification(notificationId)
        this.pending.add(Object.assign(notification, { held: false, dueAt }))
        return
      }
      case 'try':
        return this.#try(entry.record)
      case 'report':
        return void this.reports.set(`${entry.record.clientId} ${entry.record.date}`, entry.record)
    }
  }

  byRequest(clientId: string, paymentRequestId: string): Payment | undefined {
    return this.#byRequest.get(`${clientId} ${paymentRequestId}`)
  }

  ofAnyone(paymentRequestId: string): Payment | undefined {
    return this.#byId.get(paymentRequestId)
  }

  byToken(token: string): Payment | undefined {
    return this.#byToken.get(token)
  }

  refundByRequest(clientId: string, refundRequestId: string): Refund | undefined {
    return this.#refundsByRequest.get(`${clientId} ${refundRequestId}`)
  }

  need(paymentId: string): Payment {
    const payment = this.payments.get(paymentId)
    if (!payment) throw new Error(`the journal has something on ${paymentId}, which it doesn't have`)
    return payment
  }

  #payment(record: PaymentRecord): void {
    const payment: Payment = {
      record,
      status: 'PROCESSING',
      resultCode: 'PAYMENT_IN_PROCESS',
      paidAt: undefined,
      endedAt: undefined,
      scannedAt: undefined,
      refunds: [],
    }
    this.payments.set(record.paymentId, payment)
    this.waiting.add(payment)
    this.#byRequest.set(`${record.clientId} ${record.paymentRequestId}`, payment)
    this.#byToken.set(record.token, payment)
    this.#byId.set(record.paymentRequestId, payment)
  }

  #status({ paymentId, status, resultCode, at }: StatusRecord): void {
    const payment = this.need(paymentId)
    payment.status = status
    if (status !== 'PROCESSING') this.waiting.delete(payment)
    payment.resultCode = resultCode
    if (status === 'SUCCESS') payment.paidAt = at
    if (status !== 'PENDING' && status !== 'PROCESSING') payment.endedAt = at
  }

  #refund(record: RefundRecord): void {
    const refund: Refund = { record, status: 'PROCESSING', settledAt: undefined }
    this.refunds.set(record.refundId, refund)
    this.#refundsByRequest.set(`${record.clientId} ${record.refundRequestId}`, refund)
    this.need(record.paymentId).refunds.push(refund)
  }

  #refundStatus({ refundId, status, at }: RefundStatusRecord): void {
    const refund = this.refunds.get(refundId)
    if (!refund) throw new Error(`the journal has a status of ${refundId}, which it doesn't have`)
    refund.status = status
    refund.settledAt = status === 'SUCCESS' ? at : undefined
  }

  #notify(record: NotificationRecord): void {
    const { held, dueAt } = record
    const notification: Notification = { record, held, dueAt: held ? undefined : dueAt, tries: [] }
    this.notifications.set(record.id, notification)
    if (!held) this.pending.add(notification)
  }

  #notification(id: string): Notification {
    const notification = this.notifications.get(id)
    if (!notification) throw new Error(`the journal has something on ${id}, which it doesn't have`)
    return notification
  }

  #try(record: TryRecord): void {
    const notification = this.#notification(record.notificationId)
    notification.tries.push(record)
    const { tries, record: { repeats, clientId } } = notification
    // a sandbox sends once
    const gap = clientId.startsWith('SANDBOX_') && repeats === 1 ? undefined : this.#gapsMs[tries.length]
    const over = (record.acknowledged && tries.length >= repeats) || gap === undefined
    notification.dueAt = over ? undefined : record.at + (record.acknowledged ? 0 : gap)
    if (over) this.pending.delete(notification)
  }
}

/** What can still be refunded, in minor units. */
export function remainingOf({ record, refunds }: Payment): bigint {
  return refunds
    .filter(({ status }) => status !== 'FAIL')
    .reduce((left, refund) => left - BigInt(refund.record.amount.value), BigInt(record.amount.value))
}

/** Whether the buyer can still act. */
export function isOpen({ status, record }: Payment, nowMs: number): boolean {
  return status === 'PROCESSING' && nowMs < record.expiresAt
}
