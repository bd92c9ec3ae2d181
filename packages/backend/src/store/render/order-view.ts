import { exponentOf } from '@holdfast/contract'
import type { Escrow, Order, OrderMoment, OrderShare, OrderView, Payment, Refund } from '@holdfast/contract/types'
import { DAY_MS } from '@holdfast/core'
import type { BuyerLink } from '../../buyer-link.ts'
import { readDisputes, readRefunds, readReleases } from './movements.ts'
import { readOrders } from './orders.ts'
import { readPayments } from './payments.ts'
import { instant, type Reader } from './values.ts'

type Dispute = Awaited<ReturnType<typeof readDisputes>>[number]
type Release = Awaited<ReturnType<typeof readReleases>>[number]

/** Everything that happened to an order. */
interface Story {
  readonly order: Order
  readonly payments: readonly Payment[]
  readonly releases: readonly Release[]
  readonly refunds: readonly Refund[]
  readonly disputes: readonly Dispute[]
}

/** An order as its buyer sees it: nothing of other buyers, rails, or why a bank refused. Null: there is none. */
export async function readOrderView(
  db: Reader, { link, now }: { readonly link: BuyerLink; readonly now: Date },
): Promise<OrderView | null> {
  const { marketplace } = link
  const [order] = await readOrders(db, marketplace, [link.order])
  if (!order) return null
  const { name, mode } = await db.selectFrom('marketplaces').select(['name', 'mode'])
    .where('marketplace_id', '=', marketplace).executeTakeFirstOrThrow()
  const story = await readStory(db, marketplace, order)
  return {
    object: 'order_view', order: order.id, reference: order.reference, status: order.status, mode, marketplaceName: name,
    currency: order.currency, exponent: exponentOf(order.currency), amount: order.amount, totals: order.totals,
    paidWith: paidWith(story), shares: order.escrows.map((escrow) => shareOf(escrow, { story, now })),
    moments: momentsOf(story), linkExpiresAt: instant(link.expiresAt),
  }
}

async function readStory(db: Reader, marketplace: string, order: Order): Promise<Story> {
  const escrows = order.escrows.map(({ id }) => id).concat('')
  const idsOf = async (table: 'releases' | 'disputes' | 'refunds') => {
    const rows = db.selectFrom(table).select('id').where('marketplace_id', '=', marketplace).orderBy('id')
    const mine = table === 'refunds' ? rows.where('refunds.order_id', '=', order.id) : rows.where('escrow_id', 'in', escrows)
    return (await mine.execute()).map(({ id }) => id)
  }
  return {
    order,
    payments: await readPayments(db, marketplace, order.payments),
    releases: await readReleases(db, marketplace, await idsOf('releases')),
    refunds: await readRefunds(db, marketplace, await idsOf('refunds')),
    disputes: await readDisputes(db, marketplace, await idsOf('disputes')),
  }
}

/** The payment that holds; not one that took money after it had been closed over, and gave it back by itself. */
function paidWith({ payments, refunds }: Story): OrderView['paidWith'] {
  const superseded = new Set(refunds.flatMap(({ reason, payment }) => (reason === 'superseded' ? [payment] : [])))
  const payment = payments.find(({ id, captured, authorized }) => (captured > 0 || authorized > 0) && !superseded.has(id))
  if (!payment) return null
  return { method: payment.method, card: payment.card && { brand: payment.card.brand, last4: payment.card.last4 } }
}

function shareOf(escrow: Escrow, { story, now }: { readonly story: Story; readonly now: Date }): OrderShare {
  const dispute = story.disputes.find(({ id, closedAt }) => id === escrow.dispute && closedAt === null)
  return {
    escrow: escrow.id, reference: escrow.reference, sellerName: escrow.sellerName, description: escrow.description,
    status: escrow.status, amount: escrow.amount, platformFee: escrow.platformFee, totals: escrow.totals,
    releaseTerms: escrow.releaseTerms, autoReleaseAt: escrow.autoReleaseAt,
    dispute: dispute ? { status: dispute.status, reason: dispute.reason, openedAt: dispute.openedAt } : null,
    actions: actionsOf(escrow, now),
  }
}

/** What the decisions would let through now. They have the last word, under a lock. */
function actionsOf(escrow: Escrow, now: Date): OrderShare['actions'] {
  const { totals: { held, released }, milestones, dispute } = escrow
  if (dispute !== null) return []
  const shipped = milestones.some(({ status, totals }) => ['delivered', 'accepted', 'auto_accepted'].includes(status) && totals.held > 0)
  const claimable = held > 0 || (released > 0 && now.getTime() < claimEnd(escrow))
  return [...(shipped ? ['accept' as const] : []), ...(claimable ? ['dispute' as const] : [])]
}

/** Until when the release terms let a buyer claim what has been released already. */
function claimEnd({ acceptedAt, delivery, releaseTerms: { claimDays } }: Escrow): number {
  const received = acceptedAt ?? delivery?.at
  return received === undefined ? Number.POSITIVE_INFINITY : Date.parse(received) + claimDays * DAY_MS
}

const blank = { escrow: null, amount: null, reason: null, delivery: null, note: null }

function momentsOf({ order, payments, releases, refunds, disputes }: Story): OrderMoment[] {
  const moments: OrderMoment[] = [
    { ...blank, at: order.createdAt, type: 'placed', amount: order.amount },
    ...payments.flatMap(({ captures }) => captures.filter(({ status }) => status === 'succeeded')
      .map(({ createdAt, amount }) => ({ ...blank, at: createdAt, type: 'paid' as const, amount }))),
    ...order.escrows.flatMap(({ id, delivery }) => (delivery
      ? [{ ...blank, at: delivery.at, type: 'shipped' as const, escrow: id, delivery: { method: delivery.method, trackingNumber: delivery.trackingNumber } }] : [])),
    ...releases.map(({ createdAt, escrow, gross, reason }) => ({ ...blank, at: createdAt, type: 'released' as const, escrow, amount: gross, reason })),
    ...refunds.map(momentOfRefund),
    ...disputes.flatMap(({ escrow, openedAt, closedAt, reason }) => [
      { ...blank, at: openedAt, type: 'dispute_opened' as const, escrow, note: reason },
      ...(closedAt ? [{ ...blank, at: closedAt, type: 'dispute_closed' as const, escrow }] : []),
    ]),
  ]
  return moments.toSorted((a, b) => a.at.localeCompare(b.at))
}

const refundMoments = { pending: 'refund_pending', succeeded: 'refunded', failed: 'refund_failed' } as const

function momentOfRefund({ createdAt, resolvedAt, amount, status, allotments }: Refund): OrderMoment {
  const [first, ...others] = new Set(allotments.map(({ escrow }) => escrow))
  return { ...blank, at: resolvedAt ?? createdAt, type: refundMoments[status], amount, escrow: others.length === 0 ? first ?? null : null }
}
