import type { BodyOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { Answer, Claim } from '../commands/idempotency.ts'
import type { Deps } from '../deps.ts'
import { payoutConnector } from '../rails.ts'
import { cardWay, walletWay, type CardView, type Choosing, type Way } from './attempts/way.ts'
import { startCapture, startPayout, startRefund, startVoid } from './begin.ts'
import { beginAttempt, readCard, signAttempt } from './confirm.ts'
import { operate } from './operate.ts'
import { askAboutPayment } from './resume.ts'

/* The calls that ask a rail for something, as their routes make them. */

export interface From {
  readonly marketplace: { readonly id: string; readonly name: string }
  readonly requestId: string
  readonly idempotency: Claim | null
}

const common = ({ marketplace, requestId, idempotency }: From) =>
  ({ marketplace: marketplace.id, requestId, claim: idempotency })

/** Pays with a card token, or begins to pay with a wallet. One attempt at a time; the amount is the session's own. */
export async function confirmCheckout(
  deps: Deps, from: From, input: { readonly session: string; readonly body: BodyOf<'checkout.confirm'> },
): Promise<Answer> {
  const { marketplace } = from
  const { session, body } = input
  const card = body.method === 'card' ? await readCard(deps, { marketplace: marketplace.id, session, body }) : null
  const way = (choosing: Choosing): Way | Refusal => (body.method !== 'card' ? walletWay(deps, body, choosing)
    : cardWay(deps, card as CardView, choosing))
  return operate(deps, {
    ...common(from), route: 'checkout.confirm', ...(body.method === 'card' && { card: { cardToken: body.token } }),
    begin: async (tx, start) => (card && isRefusal(card) ? card
      : beginAttempt(tx, { ...start, marketplace, session, revision: body.revision, way })),
    sign: (op, outcome) => signAttempt(deps, op, outcome),
  })
}

/** Captures an authorized payment, whole or in part. */
export async function capturePayment(
  deps: Deps, from: From, input: { readonly payment: string; readonly body: BodyOf<'payments.capture'> },
): Promise<Answer> {
  return operate(deps, { ...common(from), route: 'payments.capture', prepare: () =>
    askAboutPayment(deps, { marketplace: from.marketplace.id, payment: input.payment }), begin: (tx, start) =>
    startCapture(tx, start, input) })
}

/** Voids what is authorized and not captured. */
export async function voidPayment(
  deps: Deps, from: From, input: { readonly payment: string },
): Promise<Answer> {
  return operate(deps, { ...common(from), route: 'payments.void', prepare: () =>
    askAboutPayment(deps, { marketplace: from.marketplace.id, payment: input.payment }), begin: (tx, start) =>
    startVoid(tx, start, input) })
}

/** Refunds the buyer, from held money first. */
export async function createRefund(deps: Deps, from: From, body: BodyOf<'refunds.create'>): Promise<Answer> {
  return operate(deps, { ...common(from), route: 'refunds.create', prepare: () =>
    askAboutPayment(deps, { marketplace: from.marketplace.id, payment: body.payment }), begin: (tx, start) =>
    startRefund(tx, start, body) })
}

/** Sends a seller's settled balance to its bank account. */
export async function createSellerPayout(
  deps: Deps, from: From, body: BodyOf<'payouts.create'>,
): Promise<Answer> {
  const connector = payoutConnector(deps.rails).name
  return operate(deps, { ...common(from), route: 'payouts.create', begin: (tx, start) =>
    startPayout(tx, start, { body, connector }) })
}
