import type { Dispute, Escrow, Order, Payment, Refund, Release } from '@holdfast/server'
import { totalsBar } from '../view/bar.ts'
import { date, distance, instant, meansName, money, word } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'

/** Everything that happened to an order, as the API tells it. */
export interface OrderStory {
  readonly order: Order
  readonly payments: readonly Payment[]
  readonly releases: readonly Release[]
  readonly refunds: readonly Refund[]
  readonly disputes: readonly Dispute[]
  /** The shop's clock. */
  readonly now: string
  readonly formKey: string
}

interface Moment {
  readonly at: string
  readonly what: string
  readonly kind: 'past' | 'next' | 'alarm'
}

const stateLook: Readonly<Record<string, string>> = {
  funded: 'held', delivered: 'held', disputed: 'bad', closed: 'good', paid: 'held', completed: 'good', refunded: 'still',
  canceled: 'still', open: 'still', unfunded: 'still', captured: 'good', action_required: 'held', declined: 'bad',
}

export function stateBadge(state: string): Html {
  return html`<span class="state ${stateLook[state] ?? 'still'}">${word(state)}</span>`
}

const moment = (at: string, what: string, kind: Moment['kind'] = 'past'): Moment => ({ at, what, kind })

/** Attempts with a wallet that took nothing, by what ended them. */
const ends: Readonly<Record<string, string>> = {
  refused: 'The payment was refused in Alipay; nothing was taken',
  expired: 'The time to pay with Alipay ran out; nothing was taken',
  canceled: 'The payment with Alipay was called off',
}

function momentsOf(payment: Payment): Moment[] {
  const wallet = payment.method !== 'card'
  if (payment.status === 'action_required') return [moment(payment.createdAt, 'Waiting for you to pay with Alipay')]
  if (wallet && payment.decline) return [moment(payment.createdAt, ends[payment.decline.code] ?? 'Alipay took no payment', 'alarm')]
  if (wallet && payment.status === 'voided') return [moment(payment.createdAt, ends['canceled']!)]
  if (payment.status === 'declined') return [moment(payment.createdAt, 'A card was declined; nothing was taken', 'alarm')]
  return payment.captures.filter(({ status }) => status === 'succeeded').map((capture) => moment(capture.createdAt,
    `${money(capture.amount, capture.currency)} paid ${wallet ? 'with' : 'by'} ${meansName(payment)}, and held`))
}

/** It took money after it had been called off: the money goes back, and paid for nothing. */
function isSuperseded({ id }: Payment, refunds: readonly Refund[]): boolean {
  return refunds.some(({ payment, reason }) => payment === id && reason === 'superseded')
}

function refundWords(refund: Refund, payments: readonly Payment[]): string {
  const amount = money(refund.amount, refund.currency)
  const payment = payments.find(({ id }) => id === refund.payment)
  const wallet = payment?.method === 'alipay'
  if (refund.status === 'failed') return `A refund of ${amount} failed`
  const way = refund.status === 'pending' ? '; on its way' : ''
  return refund.reason === 'superseded'
    ? `${wallet ? 'Alipay' : 'A card'} paid ${amount} for an attempt that was called off: refunded by itself${way}`
    : `${amount} refunded to ${wallet ? 'Alipay' : 'your card'}${way}`
}

function pastOf(story: OrderStory): Moment[] {
  const { order, payments, releases, refunds, disputes } = story
  const nameOf = new Map(order.escrows.map((escrow) => [escrow.id, escrow.sellerName]))
  const seller = (escrow: string): string => nameOf.get(escrow) ?? 'the seller'
  return [
    moment(order.createdAt, `Order placed: ${money(order.amount, order.currency)}`),
    ...payments.flatMap((payment) => isSuperseded(payment, refunds) ? [] : momentsOf(payment)),
    ...order.escrows.flatMap((escrow) => escrow.delivery
      ? [moment(escrow.delivery.at, `${escrow.sellerName} shipped by ${escrow.delivery.method}${escrow.delivery.trackingNumber ? `, tracking ${escrow.delivery.trackingNumber}` : ''}`)] : []),
    ...releases.map((release) => moment(release.createdAt, `${money(release.gross, release.currency)} released to ${seller(release.escrow)}${release.reason === 'automatic' ? ' by itself, when the inspection period ended' : release.reason === 'accepted' ? ': you confirmed receipt' : ''}`)),
    ...refunds.map((refund) => moment(refund.createdAt, refundWords(refund, payments), refund.status === 'failed' ? 'alarm' : 'past')),
    ...disputes.flatMap((dispute) => [
      moment(dispute.openedAt, `You asked ${seller(dispute.escrow)} for a refund; the share is frozen: “${dispute.reason}”`, 'alarm'),
      ...(dispute.closedAt ? [moment(dispute.closedAt, `The request to ${seller(dispute.escrow)} was withdrawn`)] : []),
    ]),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
}

function nextOf({ order, now }: OrderStory): Moment[] {
  return order.escrows
    .filter(({ autoReleaseAt, status, totals }) => autoReleaseAt && status === 'delivered' && totals.held > 0)
    .map((escrow) => ({
      at: escrow.autoReleaseAt!, kind: 'next' as const,
      what: `${money(escrow.totals.held, escrow.currency)} is released to ${escrow.sellerName} by itself, ${distance(now, escrow.autoReleaseAt!)}, unless you ask for a refund before`,
    }))
    .toSorted((a, b) => a.at.localeCompare(b.at))
}

function timeline(story: OrderStory): Html {
  return html`<ol class="timeline">${[...pastOf(story), ...nextOf(story)].map(({ at, what, kind }) =>
    html`<li class="${kind}"><span class="what">${what}</span><time datetime="${at}">${instant(at)}</time></li>`)}</ol>`
}

const openEscrow = new Set(['funded', 'delivered'])

function actions({ order, disputes, formKey }: OrderStory, escrow: Escrow): Html {
  const base = `/orders/${order.id}/escrows/${escrow.id}`
  const held = money(escrow.totals.held, escrow.currency)
  const dispute = disputes.find(({ id, closedAt }) => id === escrow.dispute && !closedAt)
  const key = html`<input type="hidden" name="formKey" value="${formKey}-${escrow.id}">`
  if (dispute) {
    return html`<p class="small">Frozen since ${date(dispute.openedAt)}: nothing is released until this is settled.</p>
      <form method="post" action="/orders/${order.id}/disputes/${dispute.id}/withdraw">${key}<button class="second">Withdraw the request</button></form>`
  }
  if (escrow.totals.held === 0 || !openEscrow.has(escrow.status)) return html``
  return html`${escrow.status === 'delivered' && html`<details class="act"><summary>Confirm receipt</summary>
    <form method="post" action="${base}/accept">${key}<p>Releases <b>${held}</b> to ${escrow.sellerName}. This can’t be undone.</p><button>Release ${held}</button></form></details>`}
    <details class="act danger"><summary>Ask for a refund</summary>
    <form method="post" action="${base}/dispute">${key}<p>Freezes <b>${held}</b> at once. ${escrow.sellerName} sees what you write and can refund you in whole or part.</p>
      <label>What is wrong<textarea name="reason" maxlength="2000" required></textarea></label><button class="danger">Freeze and ask</button></form></details>`
}

function condition(escrow: Escrow): string {
  const days = escrow.releaseTerms.inspectionDays
  if (escrow.totals.held === 0 || escrow.status === 'disputed') return ''
  if (escrow.autoReleaseAt) return `Released when you confirm receipt, or by itself on ${instant(escrow.autoReleaseAt)}.`
  return days === null ? 'Released when you confirm receipt.' : `Released when you confirm receipt, or by itself ${days} days after it is shipped.`
}

function share(story: OrderStory, escrow: Escrow): Html {
  return html`<section class="panel" data-escrow="${escrow.reference}">
    <div class="row"><div><h2>${escrow.sellerName}</h2><p class="small quiet">${escrow.description}</p></div>${stateBadge(escrow.status)}</div>
    ${totalsBar(escrow.totals, escrow.currency)}
    <p class="small quiet">${condition(escrow)} The platform keeps ${money(escrow.platformFee, escrow.currency)} of the share for its service.</p>
    ${actions(story, escrow)}</section>`
}

export function orderPage(story: OrderStory): Html {
  const { order, payments, refunds } = story
  const unpaid = order.status === 'open'
  const took = payments.find((payment) => payment.captured > 0 && !isSuperseded(payment, refunds))
  const means = took && meansName(took)
  return html`<div class="stack"><div class="row"><div><p class="small quiet"><a href="/orders">Your orders</a></p><h1>Order ${order.reference}</h1></div>${stateBadge(order.status)}</div>
    <section class="panel"><div class="row"><h2>Where the money is</h2><span class="big">${money(order.amount, order.currency)}</span></div>
      ${totalsBar(order.totals, order.currency)}
      ${means && html`<p class="small quiet">Paid with ${means}. <a href="/orders/${order.id}/follow">Follow it as your buyers would</a></p>`}
      ${unpaid && html`<p>Nothing has been paid yet. <a href="/checkout/${order.session}">Go to payment</a></p>`}</section>
    ${saidOf(order)}
    <div class="split"><div class="stack">${order.escrows.map((escrow) => share(story, escrow))}</div>
      <section class="panel"><h2>What happened, and what will</h2>${timeline(story)}</section></div></div>`
}

/** The same order as any merchant's page can show it: one tag, with a link of this buyer's. */
export function followPage({ order, secret, apiUrl, locale }: { order: Order; secret: string; apiUrl: string; locale: string }): Html {
  return html`<div class="stack"><div><p class="small quiet"><a href="/orders/${order.id}">Back to the order’s page</a></p><h1>Follow your order</h1></div>
    <div class="checkout-slot"><holdfast-order buyer-secret="${secret}" api-url="${apiUrl}" locale="${locale}"></holdfast-order></div>
    <p class="small quiet">Drawn by <code>&lt;holdfast-order&gt;</code>, for an hour: a buyer’s link ends by itself.</p></div>`
}

export function ordersPage(orders: readonly Order[]): Html {
  if (orders.length === 0) return html`<h1>Your orders</h1><div class="empty"><h2>No orders yet</h2><p>An order shows here from the moment at which you go to payment.</p><a class="button" href="/">See the catalogue</a></div>`
  return html`<div class="stack"><h1>Your orders</h1>${orders.map((order) => html`<section class="panel">
    <div class="row"><div><h2><a href="/orders/${order.id}">Order ${order.reference}</a></h2><p class="small quiet">${instant(order.createdAt)} · ${order.escrows.map(({ sellerName }) => sellerName).join(', ')}</p></div>
    <div><b class="money">${money(order.amount, order.currency)}</b><br>${stateBadge(order.status)}</div></div>
    ${totalsBar(order.totals, order.currency)}</section>`)}</div>`
}

/** What the buyer said of the order at the checkout. */
function saidOf({ details: { company, taxId, purchaseOrder, deliveryAddress: to } }: Order): Html | false {
  const said = [
    ['Company', company], ['Tax ID', taxId && `${taxId.number} (${taxId.kind}, ${taxId.country})`], ['Purchase order', purchaseOrder],
    ['Delivery address', to && [to.recipient, to.line1, to.line2, to.district, to.postalCode, to.city, to.region, to.country].filter(Boolean).join(', ')],
  ].filter(([, value]) => value)
  return said.length > 0 && html`<section class="panel"><h2>Order details</h2><dl class="sheet">${said.map(([name, value]) => html`<dt>${name!}</dt><dd>${value!}</dd>`)}</dl></section>`
}
