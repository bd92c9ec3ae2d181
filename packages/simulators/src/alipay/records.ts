import { beijingDay } from './wire.ts'

/** What a merchant asked a buyer to pay. Amounts are fen, instants milliseconds since the epoch. */
export interface OrderRecord {
  /** Names the cashier's page or the code; nobody can guess it. */
  readonly id: string
  readonly outTradeNo: string
  readonly api: 'alipay.trade.page.pay' | 'alipay.trade.wap.pay' | 'alipay.trade.precreate'
  readonly amount: number
  readonly subject: string
  readonly storeId?: string
  readonly notifyUrl?: string
  readonly returnUrl?: string
  readonly quitUrl?: string
  readonly at: number
  readonly expiresAt: number
}

export interface RefundRecord {
  readonly outRequestNo: string
  readonly outTradeNo: string
  readonly amount: number
  readonly at: number
}

/** One notification: the same one however often it is sent. */
export interface NotificationRecord {
  readonly id: string
  readonly outTradeNo: string
  readonly url: string
  /** Without its signature, which is made anew each time. */
  readonly fields: Readonly<Record<string, string>>
}

export type Entry =
  | { readonly type: 'order'; readonly record: OrderRecord }
  /** The trade begins: the buyer has opened the page or scanned the code. */
  | { readonly type: 'trade'; readonly outTradeNo: string; readonly tradeNo: string; readonly at: number }
  | { readonly type: 'paid'; readonly outTradeNo: string; readonly at: number }
  | { readonly type: 'closed'; readonly outTradeNo: string; readonly at: number; readonly by: 'merchant' | 'buyer' | 'time' }
  | { readonly type: 'refund'; readonly record: RefundRecord }
  | { readonly type: 'notification'; readonly record: NotificationRecord }
  | { readonly type: 'acknowledged'; readonly id: string }

export type TradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED' | 'TRADE_FINISHED'

/** An order with all that has happened to it. */
export interface Trade {
  readonly order: OrderRecord
  /** From when on the rail knows of it. */
  tradeNo?: string
  createdAt?: number
  paidAt?: number
  closedAt?: number
  closedBy?: 'merchant' | 'buyer' | 'time'
  readonly refunds: RefundRecord[]
}

/** How long a paid trade can be refunded: after that it is finished. */
export const refundableMs: number = 90 * 86_400_000

export function refunded({ refunds }: Trade): number {
  return refunds.reduce((sum, { amount }) => sum + amount, 0)
}

export function statusOf(trade: Trade, nowMs: number): TradeStatus {
  const { order, paidAt, closedAt } = trade
  if (paidAt === undefined) return closedAt === undefined ? 'WAIT_BUYER_PAY' : 'TRADE_CLOSED'
  if (refunded(trade) === order.amount) return 'TRADE_CLOSED'
  return nowMs - paidAt >= refundableMs ? 'TRADE_FINISHED' : 'TRADE_SUCCESS'
}

/** The rail's records, as a fold over the journal. */
export class Records {
  readonly trades: Map<string, Trade> = new Map()
  readonly orders: Map<string, Trade> = new Map()
  readonly notifications: Map<string, NotificationRecord> = new Map()
  readonly acknowledged: Set<string> = new Set()
  /** Those that the time may still close. */
  readonly open: Set<Trade> = new Set()

  apply(entry: Entry): void {
    switch (entry.type) {
      case 'order': {
        const trade = { order: entry.record, refunds: [] }
        this.trades.set(entry.record.outTradeNo, trade)
        this.orders.set(entry.record.id, trade)
        this.open.add(trade)
        return
      }
      case 'notification':
        return void this.notifications.set(entry.record.id, entry.record)
      case 'acknowledged':
        return void this.acknowledged.add(entry.id)
      default:
        this.#applyTo(entry)
    }
  }

  #applyTo(entry: Extract<Entry, { type: 'trade' | 'paid' | 'closed' | 'refund' }>): void {
    const trade = this.trades.get(entry.type === 'refund' ? entry.record.outTradeNo : entry.outTradeNo)
    if (!trade) return
    if (entry.type === 'refund') return void trade.refunds.push(entry.record)
    if (entry.type === 'trade') return void Object.assign(trade, { tradeNo: entry.tradeNo, createdAt: entry.at })
    if (entry.type === 'paid') trade.paidAt = entry.at
    else Object.assign(trade, { closedAt: entry.at, closedBy: entry.by })
    this.open.delete(trade)
  }

  /** By Alipay's number, which wins, or by the merchant's; only what a buyer has come to is there. */
  find({ tradeNo, outTradeNo }: { tradeNo?: string | undefined; outTradeNo?: string | undefined }): Trade | undefined {
    const found =
      tradeNo !== undefined
        ? [...this.trades.values()].find(trade => trade.tradeNo === tradeNo)
        : this.trades.get(outTradeNo ?? '')
    return found?.tradeNo === undefined ? undefined : found
  }

  /** What was paid and given back on a day of Beijing. */
  movementsOf(day: string): { payments: Trade[]; refunds: { trade: Trade; refund: RefundRecord }[] } {
    const trades = [...this.trades.values()]
    return {
      payments: trades.filter(({ paidAt }) => paidAt !== undefined && beijingDay(paidAt) === day),
      refunds: trades.flatMap(trade =>
        trade.refunds.filter(({ at }) => beijingDay(at) === day).map(refund => ({ trade, refund })),
      ),
    }
  }
}
