import type { EndpointName } from '@holdfast/contract'
import type { Attempt } from '@holdfast/contract/types'
import { assert, type Refusal } from '@holdfast/core'
import { readAttempt } from '../attempt.ts'
import type { PaymentTokenSigner } from '../deps.ts'
import type { Reply } from '../http/route.ts'
import { readPayouts, readRefunds } from '../store/render/movements.ts'
import { readPayments } from '../store/render/payments.ts'
import type { Reader } from '../store/render/values.ts'
import { isResolved, type OperationRow } from '../store/operations.ts'

/** A signer, or one payment token that was signed beforehand. */
export type Signed = Pick<PaymentTokenSigner, 'sign'>

interface Replying {
  readonly db: Reader
  readonly signed: Signed | undefined
}

/**
 * What a route answers about an operation, as things stand: 202 while the rail's answer is not known. That the buyer
 * has to act is an answer.
 *
 * Refunds and payouts have a state of their own for that, so theirs is the endpoint's own status.
 */
export async function replyOf(
  replying: Replying, { op, route }: { op: OperationRow; route: EndpointName },
): Promise<Reply | Refusal> {
  const body = await bodyOf(replying, op)
  if (op.kind === 'refund' || op.kind === 'payout') return { body }
  const answered = isResolved(op) || (body as Partial<Attempt>).action
  if (!answered) return { status: 202, body }
  return route === 'checkout.confirm' ? { body } : (refusalOf(op) ?? { body })
}

async function bodyOf({ db, signed }: Replying, op: OperationRow): Promise<unknown> {
  const { marketplace_id: marketplace } = op
  if (op.kind === 'refund') return (await readRefunds(db, marketplace, [op.refund_id as string]))[0]
  if (op.kind === 'payout') return (await readPayouts(db, marketplace, [op.payout_id as string]))[0]
  const isAttempt = op.kind === 'authorize' || op.kind === 'sale'
  if (!isAttempt) return (await readPayments(db, marketplace, [op.payment_id as string]))[0]
  const row = await db.selectFrom('payments').selectAll().where('marketplace_id', '=', marketplace)
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
