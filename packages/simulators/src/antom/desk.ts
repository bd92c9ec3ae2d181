import { randomUUID } from 'node:crypto'
import type { VirtualClock } from '../shared/clock.ts'
import type { Journal } from '../shared/journal.ts'
import { railDay, type Context, type Decision } from './decisions.ts'
import {
  isOpen, type Entry, type NotificationRecord, type Payment, type PaymentStatus, type Records, type Refund, type RefundStatus,
} from './records.ts'
import { renderPaymentNotification, renderRefundNotification } from './render.ts'
import { dueReports, type Fee } from './reports.ts'
import type { NotificationRules } from './rules.ts'

/**
 * What a buyer does at the wallet. `scan`: opens the page or the code. `pend`: pays in a way that the rail has still
 * to see to; `approve` or `refuse` then settles it.
 */
export type BuyerDeed = 'scan' | 'approve' | 'refuse' | 'pend'

export interface DeskParts {
  readonly records: Records
  readonly journal: Journal<Entry>
  readonly clock: VirtualClock
  readonly rules: NotificationRules
  readonly fee: Fee
}

/** Where requests, buyers and time meet records. */
export class Desk {
  readonly records: Records
  readonly clock: VirtualClock
  readonly #journal: Journal<Entry>
  readonly #rules: NotificationRules
  readonly #fee: Fee

  constructor({ records, journal, clock, rules, fee }: DeskParts) {
    this.records = records
    this.clock = clock
    this.#journal = journal
    this.#rules = rules
    this.#fee = fee
  }

  write(entries: readonly Entry[]): void {
    for (const entry of entries) this.records.apply(entry)
    this.#journal.append(entries)
  }

  /** Reads after what is due by the clock has been done: payments whose time has run out. */
  current<T>(read: () => T): T {
    const nowMs = this.clock.nowMs()
    for (const payment of this.records.waiting) {
      if (nowMs < payment.record.expiresAt) continue
      this.#end(payment, { status: 'FAIL', resultCode: 'ORDER_IS_CLOSED', at: payment.record.expiresAt })
    }
    return read()
  }

  decide(clientId: string, forced: string | undefined, decide: (context: Context) => Decision): Decision {
    const nowMs = this.clock.nowMs()
    return this.current(() => {
      const decision = decide({ records: this.records, clientId, nowMs, forced })
      this.write(decision.entries)
      return decision
    })
  }

  /** What a buyer does; false where the rail doesn't let them any more. */
  buyer(payment: Payment, deed: BuyerDeed): boolean {
    const at = this.clock.nowMs()
    return this.current(() => {
      if (deed === 'approve' && payment.status === 'SUCCESS') return true
      if (payment.status === 'PENDING' ? deed === 'scan' || deed === 'pend' : !isOpen(payment, at)) return false
      switch (deed) {
        case 'scan':
          this.write([{ type: 'scan', record: { paymentId: payment.record.paymentId, at } }])
          break
        case 'approve':
          this.#end(payment, { status: 'SUCCESS', resultCode: 'SUCCESS', at })
          break
        case 'refuse':
          this.#end(payment, { status: 'FAIL', resultCode: 'USER_REFUSED', at })
          break
        case 'pend':
          this.#end(payment, { status: 'PENDING', resultCode: 'PAYMENT_IN_PROCESS', at })
          break
      }
      return true
    })
  }

  /** Ends a refund that was left in process. */
  endRefund(refund: Refund, status: Exclude<RefundStatus, 'PROCESSING'>): void {
    const { refundId, refundRequestId, clientId, notifyUrl } = refund.record
    this.write([{ type: 'refundStatus', record: { refundId, status, at: this.clock.nowMs() } }])
    const body = renderRefundNotification(refund)
    this.write(this.#notification({ clientId, notifyType: 'REFUND_RESULT', about: refundRequestId, url: notifyUrl }, body))
  }

  /** Sends what was held, the last first if so asked. Returns how many. */
  release(order: 'first' | 'last' = 'first'): number {
    const held = [...this.records.notifications.values()].filter(notification => notification.held)
    const ordered = order === 'last' ? held.toReversed() : held
    const now = this.clock.nowMs()
    this.write(ordered.map(({ record }) => ({ type: 'release', record: { notificationId: record.id, dueAt: now } })))
    return ordered.length
  }

  /** Produces the reports of the days that are over. */
  reports(clientId: string): void {
    const today = railDay(this.clock.nowMs())
    this.write(this.current(() => dueReports(this.records, { clientId, today, fee: this.#fee })))
  }

  #end(payment: Payment, { status, resultCode, at }: { status: PaymentStatus; resultCode: string; at: number }): void {
    const { paymentId, paymentRequestId, clientId, notifyUrl } = payment.record
    this.write([{ type: 'status', record: { paymentId, status, resultCode, at } }])
    const notifyType = status === 'PENDING' ? 'PAYMENT_PENDING' : 'PAYMENT_RESULT'
    const body = renderPaymentNotification(payment, notifyType)
    this.write(this.#notification({ clientId, notifyType, about: paymentRequestId, url: notifyUrl }, body))
  }

  #notification(
    facts: Pick<NotificationRecord, 'clientId' | 'notifyType' | 'about' | 'url'>,
    body: object,
  ): Entry[] {
    const rule = this.#rules.take(facts)
    if (rule?.action === 'drop' || facts.url === '') return []
    const record = {
      ...facts,
      id: `ntf_${randomUUID()}`,
      body: JSON.stringify(body),
      dueAt: this.clock.nowMs() + (rule?.action === 'late' ? (rule.ms ?? 0) : 0),
      repeats: rule?.action === 'duplicate' ? (rule.times ?? 8) : 1,
      held: rule?.action === 'hold',
    }
    return [{ type: 'notification', record }]
  }
}
