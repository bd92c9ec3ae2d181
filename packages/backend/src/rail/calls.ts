import type { BodyOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { Answer, Claim } from '../commands/idempotency.ts'
import type { Deps } from '../deps.ts'
import { payoutConnector } from '../rails.ts'
import { cardWay, walletWay, type CardConfirm, type CardView, type Choosing, type Way } from './attempts/way.ts'
import { captures, payouts, refunds, voids, type CaptureInput } from './begin.ts'
import { beginAttempt, readCard, signAttempt } from './confirm.ts'
import { gathered, operate } from './operate.ts'
import { askAboutPayment } from './resume.ts'
import type { Card } from './send.ts'

/* The calls that ask a rail for something, as their routes make them. */

/** What a buyer's browser shows of itself in the request that pays. */
export interface Visitor {
  readonly ip: string
  readonly userAgent: string
  readonly accept: string
}

export interface From {
  readonly marketplace: { readonly id: string; readonly name: string }
  readonly requestId: string
  readonly idempotency: Claim | null
}

const common = ({ marketplace, requestId, idempotency }: From) =>
  ({ marketplace: marketplace.id, requestId, claim: idempotency })

/** Pays with a card token, or begins to pay with a wallet. One attempt at a time; the amount is the session's own. */
export async function confirmCheckout(
  deps: Deps, from: From,
  input: {
    readonly session: string; readonly body: BodyOf<'checkout.confirm'>; readonly visitor: Visitor; readonly origin: string | null
  },
): Promise<Answer> {
  const { marketplace } = from
  const { session, body, visitor, origin } = input
  const card = body.method === 'card' ? await readCard(deps, { marketplace: marketplace.id, session, body }) : null
  const way = (operation: string) => (choosing: Choosing): Way | Refusal => (body.method !== 'card' ? walletWay(deps, { wanted: body, origin }, choosing)
    : cardWay(deps, { card: card as CardView, operation, browser: body.browser, origin }, choosing))
  return operate(deps, {
    ...common(from), route: 'checkout.confirm', ...(body.method === 'card' && { card: cardOf(body, visitor) }),
    begin: async (tx, start) => (card && isRefusal(card) ? card
      : beginAttempt(tx, {
        ...start, marketplace, session, revision: body.revision, way: way(start.operation), ...(body.method === 'card' && { save: body.save }),
      })),
    sign: (op, outcome) => signAttempt(deps, op, outcome),
  })
}

/** What goes to the rail with a charge, and is kept nowhere. */
function cardOf({ token, browser }: CardConfirm, visitor: Visitor): Card {
  if (!browser) return { cardToken: token }
  const { challengeWindow: _, ...told } = browser
  return { cardToken: token, browser: { ...told, ...visitor } }
}

/** Captures an authorized payment, whole or in part. */
export async function capturePayment(deps: Deps, from: From, input: CaptureInput): Promise<Answer> {
  return operate(deps, {
    ...common(from), route: 'payments.capture', begin: gathered(captures, input),
    prepare: () => askAboutPayment(deps, { marketplace: from.marketplace.id, payment: input.payment }),
  })
}

/** Voids what is authorized and not captured. */
export async function voidPayment(deps: Deps, from: From, input: { readonly payment: string }): Promise<Answer> {
  return operate(deps, {
    ...common(from), route: 'payments.void', begin: gathered(voids, input),
    prepare: () => askAboutPayment(deps, { marketplace: from.marketplace.id, payment: input.payment }),
  })
}

/** Refunds the buyer, from held money first. */
export async function createRefund(deps: Deps, from: From, body: BodyOf<'refunds.create'>): Promise<Answer> {
  return operate(deps, {
    ...common(from), route: 'refunds.create', begin: gathered(refunds, body),
    prepare: () => askAboutPayment(deps, { marketplace: from.marketplace.id, payment: body.payment }),
  })
}

/** Sends a seller's settled balance to its bank account. */
export async function createSellerPayout(deps: Deps, from: From, body: BodyOf<'payouts.create'>): Promise<Answer> {
  const connector = payoutConnector(deps.rails).name
  return operate(deps, { ...common(from), route: 'payouts.create', begin: gathered(payouts, { body, connector }) })
}
