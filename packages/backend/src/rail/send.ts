import type {
  BuyerBrowser, CallOptions, ChargeRequest, CloseRequest, FollowUpRequest, Inquiry, Outcome, PaymentConnector, PayoutRequest, RailRequest,
} from '@holdfast/core'
import { openBankAccount } from '../bank-account.ts'
import type { Deps } from '../deps.ts'
import { paymentConnectorOf, payoutConnectorOf } from '../rails.ts'
import { markSent, RAIL_TIMEOUT_MS, type OperationRow } from '../store/operations.ts'
import { inSpan, type SpanOptions } from '../tracing/span.ts'

/** What of a charge no row keeps: its token (the security code behind it lives for minutes), and the buyer's browser. */
export interface Card {
  readonly cardToken: string
  readonly browser?: BuyerBrowser
}

/**
 * Sends an operation that is written as intended, with no transaction open. All that the call needs is read before the
 * operation is marked as sent: from then on there is nothing to wait for but the rail.
 *
 * @returns what became of it; null when its lease had run out, so that it was not sent
 */
export async function sendOperation(deps: Deps, op: OperationRow, card?: Card): Promise<Outcome | null> {
  const call = await prepare(deps, op, card)
  const began = performance.now()
  if (!(await markSent(deps.pool, op))) return null
  if (performance.now() - began > LONGEST_STALL_MS) return stalled
  try {
    return await inSpan(`rail.${op.kind}`, spanOf(op), call, ({ outcome }) => ({ 'holdfast.outcome': outcome }))
  } catch (error) {
    deps.log.error({ operation: op.id, kind: op.kind, err: error },
      'a connector failed; the operation is asked about later')
    return { outcome: 'unknown', reason: 'the connector failed' }
  }
}

/**
 * A process that was frozen between recording that it sends and sending must not send any more: by then, "not found"
 * may have proved to another that it never will.
 */
const LONGEST_STALL_MS = 20_000
const stalled: Outcome = { outcome: 'unknown', reason: 'too much time had passed since it was recorded as sent; it was not sent' }

const spanOf = ({ connector, id }: OperationRow): SpanOptions =>
  ({ kind: 'client', attributes: { 'holdfast.connector': connector, 'holdfast.operation': id } })

/** The call to the rail, ready to be made. */
async function prepare(deps: Deps, op: OperationRow, card?: Card): Promise<() => Promise<Outcome>> {
  const options = { timeoutMs: RAIL_TIMEOUT_MS }
  const request = railRequest(op)
  if (op.kind === 'payout') {
    const bank = payoutConnectorOf(deps.rails, op.connector)
    const payout = await payoutRequest(deps, op)
    return () => bank.submit(payout, options)
  }
  const rail = paymentConnectorOf(deps.rails, op.connector)
  if (isCharge(op)) return () => rail.charge({ ...request, ...card } as ChargeRequest, options)
  if (op.request['close'] === true) return () => close(rail, request as CloseRequest, { timeoutMs: CLOSE_TIMEOUT_MS })
  const followUp = { ...request, ...(await chargeOf(deps, op)) } as FollowUpRequest
  return () => rail.followUp(followUp, options)
}

const isCharge = ({ kind }: OperationRow): boolean => kind === 'authorize' || kind === 'sale'

/** A buyer who wants to pay otherwise doesn't wait longer: what can't be closed by then is closed over. */
const CLOSE_TIMEOUT_MS = 8_000

/** A rail that can't close has not closed: whatever is paid all the same is refunded. */
async function close(rail: PaymentConnector, request: CloseRequest, options: CallOptions): Promise<Outcome> {
  return rail.close?.(request, options) ?? { outcome: 'declined', decline: { class: 'hard', code: 'not_closable' } }
}

/** What the rail knows the charge of an operation's payment by. */
async function chargeOf({ db }: Deps, op: OperationRow): Promise<{ readonly chargeRequestId?: string }> {
  if (isCharge(op) || op.payment_id === null) return {}
  const row = await db.selectFrom('operations').select('request_id').where('marketplace_id', '=', op.marketplace_id)
    .where('payment_id', '=', op.payment_id).where('kind', 'in', ['authorize', 'sale']).executeTakeFirst()
  return row ? { chargeRequestId: row.request_id } : {}
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

type Asked = OperationRow & { readonly seconds_since_sent: number }

/** Asks a rail what became of an operation that was sent. */
export async function askRail(deps: Deps, op: Asked): Promise<Outcome> {
  return inSpan('rail.inquiry', spanOf(op), () => ask(deps, op), ({ outcome }) => ({ 'holdfast.outcome': outcome }))
}

async function ask(deps: Deps, op: Asked): Promise<Outcome> {
  const options = { timeoutMs: RAIL_TIMEOUT_MS }
  if (op.kind === 'payout') {
    const bank = payoutConnectorOf(deps.rails, op.connector)
    const inquiry = await bank.inquire({ requestId: op.request_id }, options)
    return inquiry.outcome === 'not_found' ? notFound(op.seconds_since_sent * 1_000 >= bank.capabilities.notFoundFinalAfterMs) : inquiry
  }
  const rail = paymentConnectorOf(deps.rails, op.connector)
  const inquiry = await inquire(deps, rail, op)
  const again = mayChargeAgain(op, inquiry) && (await isLive(deps, op)) ? await chargeAgain(deps, rail, op) : null
  if (again) return again
  if (inquiry.outcome !== 'not_found') return inquiry
  const waits = expiryOf(op)
  if (waits === null) return notFound(op.seconds_since_sent * 1_000 >= rail.capabilities.notFoundFinalAfterMs)
  const isFinal = deps.clock.now().getTime() - waits >= rail.capabilities.notFoundFinalAfterMs
  return isFinal ? { outcome: 'declined', decline: { class: 'soft', code: 'expired' } } : notFound(false)
}

function notFound(isFinal: boolean): Outcome {
  return isFinal
    ? { outcome: 'not_sent', reason: 'the rail has no record of it' }
    : { outcome: 'unknown', reason: 'the rail has no record of it yet' }
}

async function inquire(deps: Deps, rail: PaymentConnector, op: OperationRow): Promise<Inquiry> {
  const railReference = op.rail_reference ?? op.request['railReference']
  return rail.inquire({
    kind: op.kind, requestId: op.request_id, marketplace: op.marketplace_id, amount: op.amount, currency: op.currency,
    ...(typeof railReference === 'string' && { railReference }), ...(await chargeOf(deps, op)),
  }, { timeoutMs: RAIL_TIMEOUT_MS })
}

/** Until when a wallet's charge can be paid, as an instant of the clock; null: it is another kind of operation. */
function expiryOf(op: OperationRow): number | null {
  const { expiresAt } = op.request
  return isCharge(op) && typeof expiresAt === 'string' ? Date.parse(expiresAt) : null
}

/** A wallet's charge that is open at the rail, or unknown there, and whose buyer was never told what to do: its answer was lost. */
function mayChargeAgain(op: OperationRow, { outcome }: Inquiry): boolean {
  const told = op.outcome?.['outcome'] === 'action_required'
  return expiryOf(op) !== null && !told && (outcome === 'not_found' || outcome === 'action_required')
}

async function isLive({ db, clock }: Deps, op: OperationRow): Promise<boolean> {
  if (clock.now().getTime() >= (expiryOf(op) as number)) return false
  const row = await db.selectFrom('payments').select('state').where('marketplace_id', '=', op.marketplace_id)
    .where('id', '=', op.payment_id as string).executeTakeFirstOrThrow()
  return row.state === 'processing' || row.state === 'unknown'
}

/**
 * Sends a wallet's charge once more under its own request id, by which the rail knows it as the same one: nothing is
 * taken before the buyer approves. Only what the buyer has to do is taken from the answer.
 */
async function chargeAgain(deps: Deps, rail: PaymentConnector, op: OperationRow): Promise<Outcome | null> {
  const answer = await rail.charge(railRequest(op) as ChargeRequest, { timeoutMs: RAIL_TIMEOUT_MS })
  deps.log.info({ operation: op.id, outcome: answer.outcome }, 'a charge whose answer was lost was sent again')
  return answer.outcome === 'action_required' ? answer : null
}
