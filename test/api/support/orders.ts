import { randomUUID } from 'node:crypto'
import type { CheckoutSession, Escrow, Holdfast, Order, Payment, Refund, SavedCard, Seller, SessionCreate } from '@holdfast/server'
import { waitFor } from '../../support/wait.ts'
import { cards, type Buyer, type TypedCard } from './buyer.ts'

export const DAY_MS = 86_400_000
export const currency = 'USD'

/** A reference that no other test has. */
export const fresh = (name: string): string => `${name}-${randomUUID()}`

export const usAccount = { holder: 'Ada Lamps LLC', country: 'US', currency, routingNumber: '021000021', accountNumber: '9988776655' }

export interface Shop {
  readonly holdfast: Holdfast
  readonly buyer: Buyer
}

export function addSeller({ holdfast }: Pick<Shop, 'holdfast'>, name = 'Ada Lamps'): Promise<Seller> {
  return holdfast.sellers.create({ reference: fresh('seller'), name, country: 'US', bankAccount: usAccount })
}

/** A line to sell; amounts in cents. */
export interface Line {
  readonly seller: string
  readonly amount: number
  readonly platformFee?: number
}

export function openSession({ holdfast }: Pick<Shop, 'holdfast'>, lines: readonly Line[], more: Partial<SessionCreate> = {}): Promise<CheckoutSession> {
  return holdfast.sessions.create({
    reference: fresh('order'), currency, returnUrl: 'https://shop.example/thanks',
    lines: lines.map((line, at) => ({ reference: `line-${at}`, ...line })), ...more,
  })
}

/** An order with its payment, as its buyer left it. */
export interface Bought {
  readonly session: CheckoutSession
  readonly order: Order
  readonly payment: Payment
  /** One a line, in the lines' order. */
  readonly escrows: readonly Escrow[]
  readonly paymentToken: string
}

export interface Buying {
  readonly card?: TypedCard
  readonly captureMode?: 'automatic' | 'manual'
}

/** Sells the lines to a buyer who pays at once; captured, unless `captureMode` is manual. */
export async function buy(shop: Shop, lines: readonly Line[], { card = cards.approved, captureMode = 'automatic' }: Buying = {}): Promise<Bought> {
  const session = await openSession(shop, lines, { captureMode })
  const attempt = await shop.buyer.pay(session.clientSecret, card)
  const payment = await shop.holdfast.payments.retrieve(attempt.payment)
  const order = await shop.holdfast.orders.retrieve(session.order)
  return { session, order, payment, escrows: order.escrows, paymentToken: attempt.paymentToken ?? '' }
}

/** A card that a new buyer saves by paying with it. */
export async function saveCard(shop: Shop, seller: string): Promise<SavedCard> {
  const buyer = fresh('buyer')
  const { clientSecret, revision } = await openSession(shop, [{ seller, amount: 700 }], { buyer: { reference: buyer }, savedCards: {} })
  const token = await shop.buyer.tokenize(clientSecret, cards.approved)
  const save = { consent: '2026-11', locale: 'en', shared: false }
  await shop.buyer.confirm(clientSecret, { method: 'card', token, revision, save })
  const { data: [card] } = await shop.holdfast.savedCards.list({ buyer }).page()
  if (!card) throw new Error(`${buyer} has saved no card`)
  return card
}

/** The refund once the rail has answered. */
export function refunded({ holdfast }: Pick<Shop, 'holdfast'>, { id }: Pick<Refund, 'id'>): Promise<Refund> {
  return waitFor(async () => {
    const refund = await holdfast.refunds.retrieve(id)
    return refund.status !== 'pending' && refund
  }, { what: `refund ${id} to be answered`, within: 20_000 })
}
