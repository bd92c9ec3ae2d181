import { newId, type BodyOf } from '@holdfast/contract'
import { isRefusal, sessionMachine, type Outcome, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { insertOperation, type OperationRow } from '../store/operations.ts'
import { wire } from '../store/render/values.ts'
import { lockSessions, moveSession, type SessionRow } from '../store/sessions.ts'
import type { Signed } from './reply.ts'

/** What may be shown of the card behind a token. */
export interface CardView {
  readonly brand: string
  readonly last4: string
  readonly expMonth: number
  readonly expYear: number
  readonly fingerprint: string
}

/** A buyer's wish to pay with a card. */
export type CardConfirm = Extract<BodyOf<'checkout.confirm'>, { readonly method: 'card' }>

interface Reading {
  readonly marketplace: string
  readonly session: string
  readonly body: CardConfirm
}

/**
 * Reads a token from the vault, and whether it is for this session as it stands.
 *
 * @refuses token_refused - unknown, used, expired, or another session's
 */
export async function readCard(
  deps: Pick<Deps, 'vault' | 'clock'>, { marketplace, session, body }: Reading,
): Promise<CardView | Refusal> {
  const view = await deps.vault.readToken({ marketplace, token: body.token })
  if (view && !view.used && view.session === session && view.revision === body.revision) return view
  return {
    refused: 'token_refused', field: 'token',
    detail: 'The card token is unknown, used, or made for another session or revision. Ask the card frame for a new one.',
  }
}

interface Beginning extends Reading {
  readonly card: CardView
  readonly connector: string
  readonly marketplaceName: string
  readonly operation: string
  readonly now: Date
}

/**
 * Begins an attempt: one at a time, on the revision that the buyer has seen, for the session's own amount.
 *
 * @refuses session_not_open, attempt_in_progress, session_revision_stale
 */
export async function beginAttempt(tx: Tx, input: Beginning): Promise<OperationRow | Refusal> {
  const { marketplace, now } = input
  const desk = openDesk({ marketplace, now })
  await lockSessions(tx, desk, [input.session])
  const session = desk.sessions.get(input.session)
  const refusal = refuseAttempt(session, input)
  if (refusal || !session) return refusal ?? notOpen
  const payment = newId('payment')
  await insertPayment(tx, { input, session, payment })
  await moveSession(tx, desk, session, { event: 'confirm', payment })
  const op = await insertCharge(tx, { desk, input, session, payment })
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
  return op
}

const notOpen: Refusal = { refused: 'session_not_open',
  detail: 'There is no such checkout session any more.' }

function refuseAttempt(session: SessionRow | undefined, { body, now }: Beginning): Refusal | null {
  if (!session) return notOpen
  if (session.state === 'processing') {
    return { refused: 'attempt_in_progress',
      detail: 'An attempt to pay is under way. Wait for its outcome: GET /v1/checkout has it.' }
  }
  const step = sessionMachine.step(session.state, 'confirm')
  if (isRefusal(step)) return step
  if (session.expires_at <= now) {
    return { refused: 'session_not_open',
      detail: `The checkout session expired at ${session.expires_at.toISOString()}. Ask the shop for a new one.` }
  }
  if (session.revision === body.revision) return null
  return {
    refused: 'session_revision_stale', field: 'revision',
    detail: `The session is at revision ${session.revision}, and this is for ${body.revision}: its amounts have changed. Show the buyer the new ones.`,
  }
}

async function insertPayment(
  tx: Tx, { input, session, payment }: { input: Beginning; session: SessionRow; payment: string },
): Promise<void> {
  const { card, marketplace, now } = input
  await tx.db.insertInto('payments').values({
    marketplace_id: marketplace, id: payment, order_id: session.order_id, session_id: session.id,
    revision: session.revision,
    connector: input.connector, method: 'card', currency: session.currency, amount: session.amount,
    state: 'processing',
    rail_reference: null, card_brand: card.brand, card_last4: card.last4, card_exp_month: card.expMonth,
    card_exp_year: card.expYear,
    card_fingerprint: card.fingerprint, decline_class: null, decline_code: null,
    authorization_expires_at: null, created_at: now,
  }).execute()
}

async function insertCharge(
  tx: Tx, { desk, input, session,
    payment }: { desk: Desk; input: Beginning; session: SessionRow; payment: string },
): Promise<OperationRow> {
  const order = await tx.db.selectFrom('orders').select('reference')
    .where('marketplace_id', '=', desk.marketplace)
    .where('id', '=', session.order_id).executeTakeFirstOrThrow()
  return insertOperation(tx, desk, {
    id: input.operation, kind: session.capture_mode === 'automatic' ? 'sale' : 'authorize',
    connector: input.connector,
    currency: session.currency, amount: session.amount, payment, sentBy: 'sender',
    request: {
      method: 'card', subject: payment, orderReference: order.reference, session: session.id, revision: session.revision,
      marketplaceName: input.marketplaceName,
    },
  })
}

/**
 * Signs the payment token of an attempt that was approved, before its transaction: none may be open meanwhile.
 * For any other outcome, the signer itself stands by.
 */
export async function signAttempt(deps: Deps, op: OperationRow, outcome: Outcome): Promise<Signed> {
  if (outcome.outcome !== 'approved' || outcome.amount !== op.amount) return deps.signer
  const row = await deps.db.selectFrom('payments').select(['session_id', 'revision', 'order_id'])
    .where('marketplace_id', '=', op.marketplace_id)
    .where('id', '=', op.payment_id as string).executeTakeFirstOrThrow()
  const token = await deps.signer.sign(op.marketplace_id, {
    sub: op.payment_id as string, session: row.session_id, revision: row.revision, order: row.order_id,
    status: op.kind === 'authorize' ? 'authorized' : 'captured', amount: wire(op.amount),
    currency: op.currency,
  })
  return { sign: async () => token }
}
