import type { EndpointName } from '@holdfast/contract'
import type { Attempt } from '@holdfast/contract/types'
import { assert, need, type Refusal } from '@holdfast/core'
import { readAttempt } from '../attempt.ts'
import type { PaymentTokenSigner } from '../deps.ts'
import type { Reply } from '../http/route.ts'
import { readPayouts, readRefunds } from '../store/render/movements.ts'
import { readPayments } from '../store/render/payments.ts'
import type { Reader } from '../store/render/values.ts'
import { isResolved, type OperationRow } from '../store/operations.ts'

/** A signer, or one payment token that was signed beforehand. */
export type Signed = Pick<PaymentTokenSigner, 'sign'>

/** A call whose operation has been sent, or was about to be. */
interface Asked {
  readonly op: OperationRow
  readonly route: EndpointName
  readonly signed: Signed | undefined
}

/** As `repliesOf`, of one. */
export async function replyOf(db: Reader, asked: Asked): Promise<Reply | Refusal> {
  const [reply] = await repliesOf(db, [asked])
  return reply as Reply | Refusal
}

/**
 * What routes answer about operations of one marketplace and kind, as things stand: 202 while the rail's answer is not
 * known. That the buyer has to act is an answer.
 *
 * Refunds and payouts have a state of their own for that, so theirs is the endpoint's own status.
 *
 * @param told - objects that were read a moment ago, by id
 */
export async function repliesOf(
  db: Reader, asked: readonly Asked[], told: ReadonlyMap<string, object> = new Map(),
): Promise<(Reply | Refusal)[]> {
  const bodies = await bodiesOf(db, asked, told)
  return asked.map((one, index) => replyWith(bodies[index], one))
}

function replyWith(body: unknown, { op, route }: Asked): Reply | Refusal {
  if (op.kind === 'refund' || op.kind === 'payout') return { body }
  const answered = isResolved(op) || (body as Partial<Attempt>).action
  if (!answered) return { status: 202, body }
  return route === 'checkout.confirm' ? { body } : (refusalOf(op) ?? { body })
}

const answeredWith = {
  refund: { read: readRefunds, id: (op: OperationRow) => op.refund_id as string },
  payout: { read: readPayouts, id: (op: OperationRow) => op.payout_id as string },
  payment: { read: readPayments, id: (op: OperationRow) => op.payment_id as string },
}

async function bodiesOf(db: Reader, asked: readonly Asked[], told: ReadonlyMap<string, object>): Promise<readonly unknown[]> {
  const [{ op: { kind, marketplace_id: marketplace } }] = asked as [Asked]
  if (kind === 'authorize' || kind === 'sale') return oneAfterAnother(asked, (one) => attemptOf(db, one))
  const { read, id } = answeredWith[kind === 'refund' || kind === 'payout' ? kind : 'payment']
  const ids = asked.map(({ op }) => id(op))
  const unread = ids.filter((one) => !told.has(one))
  const objects = new Map([...told, ...(await read(db, marketplace, unread)).map((one) => [one.id, one] as const)])
  return ids.map((one) => need(objects, one))
}

/** A connection does one thing at a time. */
async function oneAfterAnother<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const item of items) done.push(await work(item))
  return done
}

async function attemptOf(db: Reader, { op, signed }: Asked): Promise<Attempt> {
  const row = await db.selectFrom('payments').selectAll().where('marketplace_id', '=', op.marketplace_id)
    .where('id', '=', op.payment_id as string).executeTakeFirstOrThrow()
  assert(signed !== undefined, 'an attempt is answered with a signer at hand')
  return readAttempt(db, row, signed)
}

/** A capture or void that the rail refused, or that never reached it. */
function refusalOf(op: OperationRow): Refusal | null {
  if (op.state !== 'rejected') return null
  const { outcome, decline } = (op.outcome ?? {}) as { outcome?: string; decline?: { code?: string } }
  if (outcome === 'not_sent') {
    return { refused: 'rail_unavailable',
      detail: `The ${op.kind} did not reach the rail; nothing was done. Send the call again.` }
  }
  return {
    refused: 'payment_transition_refused',
    detail: `The rail refused the ${op.kind}: ${decline?.code ?? 'no reason given'}. Read the payment to see how it stands.`,
  }
}
