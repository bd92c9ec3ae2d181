import { newId } from '@holdfast/contract'
import type { Details, SaveCard } from '@holdfast/contract/types'
import { isRefusal, sessionMachine, type Outcome, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { refuseIncomplete } from '../details/details.ts'
import { credentialOf, recordConsent } from '../saved-cards/credential.ts'
import { openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { insertOperation, type OperationRow } from '../store/operations.ts'
import { wire } from '../store/render/values.ts'
import { lockSessions, moveSession, type SessionRow } from '../store/sessions.ts'
import type { CardConfirm, CardView, Choosing, Way } from './attempts/way.ts'
import type { Signed } from './reply.ts'

/**
 * Reads a token from the vault, and whether it is for this session as it stands.
 *
 * @refuses token_refused - unknown, used, expired, or another session's
 */
export async function readCard(
  deps: Pick<Deps, 'vault'>,
  { marketplace, session, body }: { readonly marketplace: string; readonly session: string; readonly body: CardConfirm },
): Promise<CardView | Refusal> {
  const view = await deps.vault.readToken({ marketplace, token: body.token })
  if (view && !view.used && view.session === session && view.revision === body.revision) return view
  return {
    refused: 'token_refused', field: 'token',
    detail: 'The card token is unknown, used, or made for another session or revision. Ask the card frame for a new one.',
  }
}

interface Beginning {
  readonly marketplace: { readonly id: string; readonly name: string }
  readonly session: string
  /** What the buyer has seen. */
  readonly revision: number
  /** How it is to be paid, once the session is known and locked. */
  readonly way: (choosing: Choosing) => Way | Refusal
  /** The buyer agrees that the card is kept. */
  readonly save?: SaveCard | undefined
  readonly operation: string
  readonly now: Date
}

/**
 * Begins an attempt: one at a time, on the revision that the buyer has seen, for the session's own amount.
 *
 * @refuses session_not_open, attempt_in_progress, session_revision_stale, details_missing,
 *   attempts_exhausted, and what its way refuses
 */
export async function beginAttempt(tx: Tx, input: Beginning): Promise<OperationRow | Refusal> {
  const { marketplace, now } = input
  const desk = openDesk({ marketplace: marketplace.id, now })
  await lockSessions(tx, desk, [input.session])
  const session = desk.sessions.get(input.session)
  const refusal = refuseAttempt(session, input)
  if (refusal || !session) return refusal ?? notOpen
  const { reference: orderReference, details } = await tx.db.selectFrom('orders').select(['reference', 'details'])
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', session.order_id).executeTakeFirstOrThrow()
  const incomplete = refuseIncomplete(session.collect, details)
  if (incomplete) return incomplete
  const way = input.way({ session, orderReference, marketplace, now })
  if (isRefusal(way)) return way
  const tooMany = way.method === 'card' ? await declinedCards(tx, session) >= MOST_DECLINED : await walletAttempts(tx, session) >= MOST_BY_WALLET
  if (tooMany) return way.method === 'card' ? exhausted : begunTooOften
  const credential = way.card ? await credentialOf(tx, { session, card: way.card, save: input.save }) : undefined
  if (credential && isRefusal(credential)) return credential
  const payment = newId('payment')
  await insertPayment(tx, desk, { session, payment, way })
  if (way.card) await recordConsent(tx, desk, { session, card: way.card, save: input.save, payment, credential })
  await moveSession(tx, desk, session, { event: 'confirm', payment })
  const told = credential ? { ...way, request: { ...way.request, credential } } : way
  const op = await insertCharge(tx, desk, { input, session, payment, way: told, orderReference, details })
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
  return op
}

/** A buyer tries two or three cards; whoever tries out stolen ones tries on. */
const MOST_DECLINED = 10

const exhausted: Refusal = {
  refused: 'attempts_exhausted',
  detail: `${MOST_DECLINED} cards were declined in this checkout session, which takes no more. The merchant can create another session for the buyer.`,
}

/** Renewed every quarter of an hour, it would last for more than a day. */
const MOST_BY_WALLET = 100

const begunTooOften: Refusal = {
  refused: 'attempts_exhausted',
  detail: `Paying with a wallet was begun ${MOST_BY_WALLET} times in this checkout session, which takes no more. The merchant can create another session for the buyer.`,
}

async function walletAttempts(tx: Tx, { marketplace_id, id, order_id }: SessionRow): Promise<number> {
  const { count } = await tx.db.selectFrom('payments').select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('marketplace_id', '=', marketplace_id).where('order_id', '=', order_id).where('session_id', '=', id)
    .where('method', '<>', 'card').executeTakeFirstOrThrow()
  return Number(count)
}

async function declinedCards(tx: Tx, { marketplace_id, id, order_id }: SessionRow): Promise<number> {
  const { count } = await tx.db.selectFrom('payments').select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('marketplace_id', '=', marketplace_id).where('order_id', '=', order_id).where('session_id', '=', id)
    .where('method', '=', 'card').where('state', '=', 'declined').executeTakeFirstOrThrow()
  return Number(count)
}

const notOpen: Refusal = { refused: 'session_not_open',
  detail: 'There is no such checkout session any more.' }

/** Whether a session takes a payment for what the buyer has seen of it. */
export function refuseAttempt(
  session: Pick<SessionRow, 'state' | 'revision' | 'expires_at'> | undefined, { revision, now }: Pick<Beginning, 'revision' | 'now'>,
): Refusal | null {
  if (!session) return notOpen
  if (session.state === 'processing') {
    return { refused: 'attempt_in_progress',
      detail: 'An attempt to pay is under way. Wait for its outcome, which GET /v1/checkout has, or close it: POST /v1/checkout/cancel-attempt.' }
  }
  const step = sessionMachine.step(session.state, 'confirm')
  if (isRefusal(step)) return step
  if (session.expires_at <= now) {
    return { refused: 'session_not_open',
      detail: `The checkout session expired at ${session.expires_at.toISOString()}. Ask the shop for a new one.` }
  }
  if (session.revision === revision) return null
  return {
    refused: 'session_revision_stale', field: 'revision',
    detail: `The session is at revision ${session.revision}, and this is for ${revision}: its amounts have changed. Show the buyer the new ones.`,
  }
}

/** What a rail is told of the order. */
interface Told {
  readonly orderReference: string
  readonly details: Partial<Details>
}

interface Begun {
  readonly session: SessionRow
  readonly payment: string
  readonly way: Way
}

async function insertPayment(tx: Tx, desk: Desk, { session, payment, way }: Begun): Promise<void> {
  const { card } = way
  await tx.db.insertInto('payments').values({
    marketplace_id: desk.marketplace, id: payment, order_id: session.order_id, session_id: session.id,
    revision: session.revision,
    connector: way.connector, method: way.method, currency: session.currency, amount: session.amount,
    state: 'processing',
    rail_reference: null, card_brand: card?.brand ?? null, card_last4: card?.last4 ?? null,
    card_exp_month: card?.expMonth ?? null, card_exp_year: card?.expYear ?? null,
    card_fingerprint: card?.fingerprint ?? null, card_wallet: card?.wallet ?? null, decline_class: null, decline_code: null,
    authorization_expires_at: null, created_at: desk.now,
  }).execute()
}

async function insertCharge(
  tx: Tx, desk: Desk,
  { input, session, payment, way, orderReference, details }: Begun & Told & { readonly input: Beginning },
): Promise<OperationRow> {
  return insertOperation(tx, desk, {
    id: input.operation, kind: way.kind, connector: way.connector,
    currency: session.currency, amount: session.amount, payment, sentBy: 'sender',
    request: {
      ...way.request, method: way.method, subject: payment, orderReference, session: session.id,
      revision: session.revision, marketplaceName: input.marketplace.name,
      ...(Object.keys(details).length > 0 && { details }),
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
