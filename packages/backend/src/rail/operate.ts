import { endpoints, newId, type EndpointName } from '@holdfast/contract'
import { isRefusal, type Outcome, type Refusal } from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import {
  answerOnce, render, storeAnswer, taken, takenKeys, writeKeys, type Answer, type Claim,
} from '../commands/idempotency.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import type { Reply } from '../http/route.ts'
import { inTransaction, inTransactionInsistently } from '../postgres/transaction.ts'
import { readOperation, type OperationRow } from '../store/operations.ts'
import { applianceOf } from './inquire.ts'
import { applyOutcome } from './outcome.ts'
import { replyOf, type Signed } from './reply.ts'
import { sendOperation, type Card } from './send.ts'

/** A call that asks a rail for something. */
export interface RailCall {
  readonly route: EndpointName
  readonly marketplace: string
  readonly requestId: string
  readonly claim: Claim | null
  readonly card?: Card
  /** Comes before everything, once a key: asks about what is unknown. */
  readonly prepare?: () => Promise<void>
  /**
   * The first transaction: decides, moves the ledger, and writes the operation as intended.
   *
   * @param operation - the id that the operation must have: the key already names it
   */
  begin(tx: Tx, start: { readonly marketplace: string; readonly operation: string; readonly now: Date }): Promise<OperationRow | Refusal>
  /** What can only be made outside a transaction: the payment token of an attempt that was approved. */
  readonly sign?: (op: OperationRow, outcome: Outcome) => Promise<Signed>
}

/**
 * Does a call in two transactions with the rail between them: key and operation; then outcome and response. No
 * transaction is open while the rail is asked.
 *
 * While the outcome is not known the answer is 202, and the key stays open: the same call again asks the rail.
 */
export async function operate(deps: Deps, call: RailCall): Promise<Answer> {
  const work = () => twoSteps(deps, call)
  const { claim, requestId } = call
  return claim ? answerOnce(deps, { claim, requestId }, work) : ((await work()) as Answer)
}

async function twoSteps(deps: Deps, call: RailCall): Promise<Answer | typeof taken> {
  await call.prepare?.()
  const begun = await begin(deps, call)
  if (begun === taken || 'answer' in begun) return begun
  const outcome = await sendOperation(deps, begun, call.card)
  if (outcome === null) return neverSent(deps, call, begun)
  const signed = await call.sign?.(begun, outcome)
  return inTransactionInsistently(deps.pool, async (tx) => {
    await applyOutcome(tx,
      { deps, operation: begun, outcome, now: await readNow(tx), appliance: applianceOf(begun) })
    return finish(deps, { tx, call, begun, signed })
  })
}

/**
 * The lease ran out before anything was sent. A refund or payout has moved the ledger, and the worker sends it; what
 * else was asked is over, and nothing of it stands.
 */
async function neverSent(deps: Deps, call: RailCall, begun: OperationRow): Promise<Answer> {
  if (begun.kind !== 'refund' && begun.kind !== 'payout') return render(abandoned, answering(call))
  return inTransactionInsistently(deps.pool, (tx) => finish(deps, { tx, call, begun, signed: undefined }))
}

const abandoned: Refusal = {
  refused: 'unavailable',
  detail: 'The request to the rail took too long to begin and was never sent. Nothing was done; send the call again.',
}

const answering = ({ route, requestId }: RailCall) => ({ status: endpoints[route].status, requestId })

async function begin(deps: Deps, call: RailCall): Promise<OperationRow | Answer | typeof taken> {
  const { marketplace, claim } = call
  return inTransaction(deps.pool, async (tx) => {
    const [keys, now] = await Promise.all([takenKeys(tx, claim ? [claim] : []), readNow(tx)])
    if (keys.size > 0) return taken
    const operation = newId('operation')
    const begun = await call.begin(tx, { marketplace, operation, now })
    const answer = isRefusal(begun) ? render(begun, answering(call)) : null
    if (claim) writeKeys(tx, [{ claim, answer, operation: answer ? null : operation }])
    return answer ?? (begun as OperationRow)
  })
}

interface Finishing {
  readonly tx: Tx
  readonly call: RailCall
  readonly begun: OperationRow
  readonly signed: Signed | undefined
}

async function finish(deps: Deps, { tx, call, begun, signed }: Finishing): Promise<Answer> {
  const op = (await readOperation(tx.db, { marketplace: call.marketplace, id: begun.id })) as OperationRow
  const reply: Reply | Refusal = await replyOf({ db: tx.db, signed }, { op, route: call.route })
  const answer = render(reply, answering(call))
  if (call.claim && answer.status !== 202) await storeAnswer(tx, call.claim, answer)
  return answer
}
