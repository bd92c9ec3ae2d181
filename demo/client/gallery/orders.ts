import type { OrderView } from '@holdfast/server'
import type { Component, State } from './state.ts'

/* What `<holdfast-order>` shows of an order, from its payment to its end. The order is made up: nobody paid it. */

type Share = OrderView['shares'][number]
type Moment = OrderView['moments'][number]

/** Ids as the API makes them. */
const idOf = (kind: string, nth: number): string => `${kind}_01jd${String(nth).padStart(22, '0')}`
const [lathes, tooling] = [idOf('esc', 1), idOf('esc', 2)] as [string, string]
const total = 4_087_200
const [first, second] = [4_000_000, 87_200]

const nowhere = { captured: 0, held: 0, released: 0, releasedFee: 0, refunded: 0 }
const releaseTerms = { method: 'sea', inspectionDays: 60, claimDays: 30 } as const

/** Where an amount is: what is neither released nor refunded is held. */
function where(amount: number, { released = 0, refunded = 0 }: { readonly released?: number; readonly refunded?: number } = {}): OrderView['totals'] {
  return { captured: amount, held: amount - released - refunded, released, releasedFee: Math.round(released / 20), refunded }
}

const shareOf = (amount: number, changes: Partial<Share>): Share => ({
  escrow: lathes, reference: 'lathes-and-co', sellerName: 'Lathes & Co.', description: '5 × TL-400 toolroom lathe', status: 'funded', amount,
  platformFee: Math.round(amount / 20), totals: where(amount), releaseTerms, autoReleaseAt: null, dispute: null, actions: ['accept', 'dispute'], ...changes,
})
const lathesShare = (changes: Partial<Share> = {}): Share => shareOf(first, changes)
const toolingShare = (changes: Partial<Share> = {}): Share => shareOf(second, {
  escrow: tooling, reference: 'spindel-bremen', sellerName: 'Spindel Bremen GmbH', description: '4 × Carbide insert set CNMG', platformFee: 0, ...changes,
})

const moment = (at: string, type: Moment['type'], changes: Partial<Moment> = {}): Moment =>
  ({ at, type, escrow: null, amount: null, reason: null, delivery: null, note: null, ...changes })
const paid = [
  moment('2026-11-02T09:12:00.000Z', 'placed', { amount: total }),
  moment('2026-11-02T09:14:00.000Z', 'paid', { amount: total }),
]
const sent = moment('2026-11-09T15:40:00.000Z', 'shipped', { escrow: lathes, delivery: { method: 'Sea freight', trackingNumber: 'MSKU 907032-5' } })
const released = (escrow: string, amount: number, reason: Moment['reason']): Moment =>
  moment('2026-11-20T10:05:00.000Z', 'released', { escrow, amount, reason })

function orderOf(changes: Partial<OrderView> & Pick<OrderView, 'shares'>): OrderView {
  const sum = (of: (share: Share) => number): number => changes.shares.reduce((all, share) => all + of(share), 0)
  const totals = Object.fromEntries(Object.keys(nowhere).map((part) => [part, sum((share) => share.totals[part as keyof typeof nowhere])]))
  return {
    object: 'order_view', order: idOf('ord', 1), reference: 'Q-20431', status: 'paid', mode: 'test', marketplaceName: 'Quayside',
    currency: 'USD', exponent: 2, amount: total, totals: totals as typeof nowhere, paidWith: { method: 'card', card: { brand: 'visa', last4: '1111' } },
    moments: paid, linkExpiresAt: '2026-12-31T23:59:59.000Z', ...changes,
  }
}

const held = orderOf({ shares: [lathesShare(), toolingShare()] })
const shipped = orderOf({
  shares: [lathesShare({ status: 'delivered', autoReleaseAt: '2027-01-08T15:40:00.000Z' }), toolingShare()], moments: [...paid, sent],
})
const over: Pick<Share, 'status' | 'actions'> = { status: 'closed', actions: [] }
const reason = 'The spindle of one lathe is scored, and its tailstock is missing.'
const asked = moment('2026-11-21T08:30:00.000Z', 'dispute_opened', { escrow: lathes, note: reason })

/** What a buyer does: opens a question about the first share, and answers it. */
const open = (action: 'accept' | 'dispute') => (order: Component): void =>
  order.shadowRoot?.querySelector<HTMLElement>(`[data-action=${action}]`)?.click()
const answer = (action: 'accept' | 'dispute') => async (order: Component): Promise<void> => {
  open(action)(order)
  await order.updateComplete
  order.shadowRoot?.querySelector('form')?.requestSubmit()
}

export const orders: readonly State[] = [
  { name: 'order-unpaid', label: 'Order, not paid yet', order: orderOf({
    status: 'open', paidWith: null, moments: paid.slice(0, 1),
    shares: [lathesShare({ status: 'unfunded', totals: nowhere, actions: [] }), toolingShare({ status: 'unfunded', totals: nowhere, actions: [] })],
  }) },
  { name: 'order-held', label: 'Order, held', order: held },
  { name: 'order-shipped', label: 'Order, one share shipped', order: shipped },
  { name: 'order-accepting', label: 'Order, receipt to be confirmed', order: shipped, act: open('accept') },
  { name: 'order-releasing', label: 'Order, release under way', order: shipped, act: answer('accept') },
  { name: 'order-asking', label: 'Order, refund to be asked for', order: shipped, act: open('dispute') },
  { name: 'order-reasonless', label: 'Order, refund without a reason', order: shipped, act: answer('dispute') },
  { name: 'order-moved', label: 'Order, changed meanwhile', order: shipped, pays: { refused: 'escrow_disputed', status: 409 }, act: answer('accept') },
  { name: 'order-part', label: 'Order, partly released', order: orderOf({
    shares: [
      lathesShare({ status: 'delivered', totals: where(first, { released: 1_500_000 }), autoReleaseAt: '2027-01-08T15:40:00.000Z' }),
      toolingShare({ ...over, totals: where(second, { released: second }), actions: ['dispute'] }),
    ],
    moments: [...paid, sent, released(lathes, 1_500_000, 'requested'), released(tooling, second, 'accepted')],
  }) },
  { name: 'order-frozen', label: 'Order, one share frozen', order: orderOf({
    shares: [lathesShare({ status: 'disputed', actions: [], dispute: { status: 'negotiation', reason, openedAt: asked.at } }), toolingShare()],
    moments: [...paid, sent, asked],
  }) },
  { name: 'order-completed', label: 'Order, completed', order: orderOf({
    status: 'completed', shares: [lathesShare({ ...over, totals: where(first, { released: first }) }), toolingShare({ ...over, totals: where(second, { released: second }) })],
    moments: [...paid, sent, released(lathes, first, 'automatic'), released(tooling, second, 'accepted')],
  }) },
  { name: 'order-refunded', label: 'Order, one share refunded', order: orderOf({
    shares: [lathesShare(), toolingShare({ ...over, totals: where(second, { refunded: second }) })],
    moments: [
      ...paid, moment('2026-11-12T11:00:00.000Z', 'refund_pending', { escrow: tooling, amount: second }),
      moment('2026-11-14T11:00:00.000Z', 'refunded', { escrow: tooling, amount: second }),
    ],
  }) },
  { name: 'order-loading', label: 'Order, loading', order: held, reads: 'silence' },
  { name: 'order-unavailable', label: 'Order, no connection', order: held, reads: 'cut' },
  { name: 'order-over', label: 'Order, the link has expired', order: held, reads: { refused: 'buyer_link_expired', status: 401 } },
]
