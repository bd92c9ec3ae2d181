import { randomBytes, randomInt } from 'node:crypto'
import type { VirtualClock } from '../shared/clock.ts'
import type { Journal } from '../shared/journal.ts'
import type { Entry, OrderRecord, Records, Trade } from './records.ts'
import { refunded, statusOf } from './records.ts'
import { beijing, beijingDay, yuan } from './wire.ts'

export interface Merchant {
  readonly appId: string
  /** The account that is paid: 16 digits, 2088… */
  readonly sellerId: string
  /** As the buyer is shown it. */
  readonly name: string
}

export interface DeskParts {
  readonly records: Records
  readonly journal: Journal<Entry>
  readonly clock: VirtualClock
  readonly merchant: Merchant
  /** Sends a new notification; it is on record when this is called. */
  readonly notify: (id: string) => void
}

/** Where all that happens to a trade is written, and told to the merchant. */
export class Desk {
  readonly records: Records
  readonly clock: VirtualClock
  readonly merchant: Merchant
  readonly #journal: Journal<Entry>
  readonly #notify: (id: string) => void

  constructor({ records, journal, clock, merchant, notify }: DeskParts) {
    this.records = records
    this.clock = clock
    this.merchant = merchant
    this.#journal = journal
    this.#notify = notify
  }

  write(entries: readonly Entry[]): void {
    for (const entry of entries) this.records.apply(entry)
    this.#journal.append(entries)
  }

  settled(): Promise<void> {
    return this.#journal.settled()
  }

  /** Closes what the time has run out for. Runs before anything is read. */
  sweep(): void {
    const now = this.clock.nowMs()
    for (const trade of [...this.records.open]) {
      if (now >= trade.order.expiresAt) this.close(trade, 'time')
    }
  }

  order(record: Omit<OrderRecord, 'id' | 'at'>): Trade {
    const id = randomBytes(12).toString('base64url')
    this.write([{ type: 'order', record: { ...record, id, at: this.clock.nowMs() } }])
    return this.records.trades.get(record.outTradeNo)!
  }

  /** The buyer has come. */
  begin(trade: Trade): void {
    if (trade.tradeNo !== undefined || trade.closedAt !== undefined) return
    const { outTradeNo } = trade.order
    this.write([{ type: 'trade', outTradeNo, tradeNo: this.#newTradeNo(), at: this.clock.nowMs() }])
  }

  /** Answers whether the trade can be paid (still). `force` pays what is closed, as no honest rail does. */
  pay(trade: Trade, { force = false }: { force?: boolean } = {}): boolean {
    if (trade.paidAt !== undefined) return true
    if (trade.closedAt !== undefined && !force) return false
    const { outTradeNo } = trade.order
    const at = this.clock.nowMs()
    const begun: Entry[] = trade.tradeNo === undefined ? [{ type: 'trade', outTradeNo, tradeNo: this.#newTradeNo(), at }] : []
    this.write([...begun, { type: 'paid', outTradeNo, at }])
    this.#tell(trade, {})
    return true
  }

  close(trade: Trade, by: 'merchant' | 'buyer' | 'time'): void {
    const { outTradeNo } = trade.order
    this.write([{ type: 'closed', outTradeNo, at: this.clock.nowMs(), by }])
    // a code that nobody has scanned never was a trade: there is nothing to tell
    if (trade.tradeNo !== undefined) this.#tell(trade, { gmt_close: beijing(this.clock.nowMs()) })
  }

  refund(trade: Trade, { outRequestNo, amount }: { outRequestNo: string; amount: number }): void {
    const { outTradeNo } = trade.order
    const at = this.clock.nowMs()
    this.write([{ type: 'refund', record: { outRequestNo, outTradeNo, amount, at } }])
    this.#tell(trade, { out_biz_no: outRequestNo, refund_fee: yuan(refunded(trade)), gmt_refund: `${beijing(at)}.000` })
  }

  /** Puts a notification about a trade, as it stands, on record, and has it sent. */
  #tell(trade: Trade, more: Readonly<Record<string, string>>): void {
    const { order } = trade
    if (order.notifyUrl === undefined) return
    const id = `${beijingDay(this.clock.nowMs()).replaceAll('-', '')}00222${digits(21)}`
    const fields = { ...this.fieldsOf(trade), ...more, notify_id: id }
    this.write([{ type: 'notification', record: { id, outTradeNo: order.outTradeNo, url: order.notifyUrl, fields } }])
    this.#notify(id)
  }

  /** What is told of a trade as it stands. */
  fieldsOf(trade: Trade): Readonly<Record<string, string>> {
    const { order, tradeNo = '', createdAt = order.at, paidAt } = trade
    const { appId, sellerId } = this.merchant
    const total = yuan(order.amount)
    return {
      app_id: appId, auth_app_id: appId, seller_id: sellerId, charset: 'utf-8', version: '1.0',
      notify_type: 'trade_status_sync', out_trade_no: order.outTradeNo, trade_no: tradeNo,
      trade_status: statusOf(trade, this.clock.nowMs()), subject: order.subject, total_amount: total,
      gmt_create: beijing(createdAt), buyer_id: '2088102122524333', buyer_logon_id: '159****5620',
      ...(paidAt === undefined ? {} : {
        gmt_payment: beijing(paidAt), receipt_amount: total, buyer_pay_amount: total, invoice_amount: total, point_amount: '0.00',
        fund_bill_list: JSON.stringify([{ amount: total, fundChannel: 'ALIPAYACCOUNT' }]),
      }),
    }
  }

  /** 28 digits that begin with the day, as Alipay's are. */
  #newTradeNo(): string {
    return `${beijingDay(this.clock.nowMs()).replaceAll('-', '')}22001${digits(15)}`
  }
}

function digits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('')
}
