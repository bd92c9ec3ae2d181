import type {
  ChargeRequest, FollowUpRequest, Inquiry, Outcome, PayoutRequest, RailRequest,
} from '@holdfast/core'
import { openBankAccount } from '../bank-account.ts'
import type { Deps } from '../deps.ts'
import { paymentConnectorOf, payoutConnectorOf } from '../rails.ts'
import { markSent, RAIL_TIMEOUT_MS, type OperationRow } from '../store/operations.ts'

/** A charge's token, which no row keeps: the security code behind it lives for minutes. */
export interface Card {
  readonly cardToken: string
}

/**
 * Sends an operation that is written as intended, with no transaction open.
 *
 * @returns what became of it; null when its lease had run out, so that it was not sent
 */
export async function sendOperation(deps: Deps, op: OperationRow, card?: Card): Promise<Outcome | null> {
  if (!(await markSent(deps.pool, op))) return null
  try {
    return await send(deps, op, card)
  } catch (error) {
    deps.log.error({ operation: op.id, kind: op.kind, err: error },
      'a connector failed; the operation is asked about later')
    return { outcome: 'unknown', reason: 'the connector failed' }
  }
}

async function send(deps: Deps, op: OperationRow, card?: Card): Promise<Outcome> {
  const options = { timeoutMs: RAIL_TIMEOUT_MS }
  const request = railRequest(op)
  if (op.kind === 'payout') {
    return payoutConnectorOf(deps.rails, op.connector).submit(await payoutRequest(deps, op), options)
  }
  const rail = paymentConnectorOf(deps.rails, op.connector)
  const isAttempt = op.kind === 'authorize' || op.kind === 'sale'
  return isAttempt
    ? rail.charge({ ...request, ...card } as ChargeRequest, options)
    : rail.followUp(request as FollowUpRequest, options)
}

/** What the rail is asked: the row's own columns, and the rest as it was stored. */
function railRequest(op: OperationRow): RailRequest {
  return {
    ...op.request, marketplace: op.marketplace_id, operation: op.id, kind: op.kind, requestId: op.request_id,
    amount: op.amount, currency: op.currency,
  } as RailRequest
}

async function payoutRequest(deps: Deps, op: OperationRow): Promise<PayoutRequest> {
  const row = await deps.db.selectFrom('payouts').selectAll()
    .where('marketplace_id', '=', op.marketplace_id).where('id', '=', op.payout_id as string)
    .executeTakeFirstOrThrow()
  const account = openBankAccount(row,
    { sealer: deps.sealer, marketplace: op.marketplace_id, seller: row.seller_id })
  if (!account) throw new Error(`payout ${row.id} has no bank account`)
  return { ...railRequest(op), account } as PayoutRequest
}

/** Asks a rail what became of an operation that was sent. */
export async function askRail(
  deps: Deps, op: OperationRow & { readonly seconds_since_sent: number },
): Promise<Outcome> {
  const options = { timeoutMs: RAIL_TIMEOUT_MS }
  const rail = op.kind === 'payout' ? payoutConnectorOf(deps.rails, op.connector)
    : paymentConnectorOf(deps.rails, op.connector)
  const inquiry: Inquiry = await rail.inquire({ kind: op.kind, requestId: op.request_id,
    marketplace: op.marketplace_id }, options)
  if (inquiry.outcome !== 'not_found') return inquiry
  const final = op.seconds_since_sent * 1_000 >= rail.capabilities.notFoundFinalAfterMs
  return final
    ? { outcome: 'not_sent', reason: 'the rail has no record of it' }
    : { outcome: 'unknown', reason: 'the rail has no record of it yet' }
}
