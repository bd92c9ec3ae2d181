import { endpoints, newId, type EndpointName } from '@holdfast/contract'
import { isRefusal, need, type Outcome, type Refusal } from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import {
  answerOnce, readOpening, render, storeAnswers, taken, writeKeys, type Answer, type Claim, type Claimed,
} from '../commands/idempotency.ts'
import { gather, isOfOneItem } from '../postgres/lane.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import type { Reply } from '../http/route.ts'
import { inOneTry, inTransaction, inTransactionInsistently, insistently } from '../postgres/transaction.ts'
import { openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { insertOperations, readOperations, type OperationRow } from '../store/operations.ts'
import type { Beginning, Begun } from './begin.ts'
import { applianceOf } from './inquire.ts'
import { applyOutcomes } from './outcome.ts'
import { repliesOf, type Signed } from './reply.ts'
import { sendOperation, type Card } from './send.ts'

/** @param start.operation - the id that the operation must have: the key names it */
type BeginOne = (tx: Tx, start: { readonly marketplace: string; readonly operation: string; readonly now: Date }) =>
  Promise<OperationRow | Refusal>

interface GatheredBegin {
  readonly of: Beginning<unknown, unknown, Begun>
  readonly input: unknown
}

/** How one call begins along with others of its kind. */
export function gathered<I, F, D extends Begun>(of: Beginning<I, F, D>, input: I): GatheredBegin {
  return { of: of as Beginning<unknown, unknown, Begun>, input }
}

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
   * The first transaction: decides, moves the ledger, and writes the operation as intended. Calls of one kind share
   * it where it says how a batch of them begins.
   */
  readonly begin: BeginOne | GatheredBegin
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
  return conclude(deps, { call, begun, outcome, signed })
}

interface Concluding {
  readonly call: RailCall
  readonly begun: OperationRow
  readonly outcome: Outcome
  readonly signed: Signed | undefined
}

/**
 * The second transaction: outcome and response. Outcomes of one kind share it; a charge's, which moves its session too,
 * has one of its own. The rail has answered already: either is recorded insistently.
 */
function conclude(deps: Deps, one: Concluding): Promise<Answer> {
  const { pool } = deps
  const { marketplace_id: marketplace, kind, payment_id: payment } = one.begun
  const charge = kind === 'authorize' || kind === 'sale'
  return gather(pool, {
    lane: `${marketplace} outcome ${charge ? payment : kind}`, command: 'operations.outcome',
    singly: async (each) => (await inTransactionInsistently(pool, (tx) => record(deps, tx, [each])))[0] as Answer,
    // what is one outcome's own makes all of them be recorded singly; what is the database's passes for all of them
    together: (batch) => insistently(() => inOneTry(pool, (tx) => record(deps, tx, batch)), (busy) => !isOfOneItem(busy)),
  }, one)
}

async function record(deps: Deps, tx: Tx, batch: readonly Concluding[]): Promise<readonly Answer[]> {
  const [{ begun }] = batch as [Concluding]
  const way = { deps, now: await readNow(tx), appliance: applianceOf(begun) }
  const told = await applyOutcomes(tx, way, batch.map((one) => ({ operation: one.begun, outcome: one.outcome })))
  return finish(tx, batch, told)
}

/**
 * The lease ran out before anything was sent. A refund or payout has moved the ledger, and the worker sends it; what
 * else was asked is over, and nothing of it stands.
 */
async function neverSent(deps: Deps, call: RailCall, begun: OperationRow): Promise<Answer> {
  if (begun.kind !== 'refund' && begun.kind !== 'payout') return render(abandoned, answering(call))
  const [answer] = await inTransactionInsistently(deps.pool, (tx) => finish(tx, [{ call, begun, signed: undefined }]))
  return answer as Answer
}

const abandoned: Refusal = {
  refused: 'unavailable',
  detail: 'The request to the rail took too long to begin and was never sent. Nothing was done; send the call again.',
}

const answering = ({ route, requestId }: RailCall) => ({ status: endpoints[route].status, requestId })

type Began = OperationRow | Answer | typeof taken

async function begin({ pool }: Deps, call: RailCall): Promise<Began> {
  const singly = async (one: RailCall) => (await inTransaction(pool, (tx) => beginAll(tx, [one]), { eager: true }))[0] as Began
  if (typeof call.begin === 'function') return singly(call)
  return gather(pool, {
    lane: `${call.marketplace} ${call.route}`, command: call.route, singly,
    together: (calls) => inOneTry(pool, (tx) => beginAll(tx, calls), { eager: true }),
  }, call)
}

/** Begins calls of one marketplace and kind in an open transaction, one after another; their keys name what they began. */
async function beginAll(tx: Tx, calls: readonly RailCall[]): Promise<readonly Began[]> {
  const [{ marketplace, begin: how }] = calls as [RailCall]
  const desk = openDesk({ marketplace })
  const locking = typeof how === 'function' ? null : how.of.lock(tx, desk, calls.map((call) => (call.begin as GatheredBegin).input))
  const [{ taken: keys, now }, found] = await Promise.all([
    readOpening(tx, marketplace, calls.flatMap(({ claim }) => claim ?? [])), locking,
  ])
  desk.now = now
  const mine = calls.filter(({ claim }) => claim === null || !keys.has(claim))
  const outcomes = typeof how === 'function'
    ? await Promise.all(mine.map(() => how(tx, { marketplace, operation: newId('operation'), now })))
    : await beginOnDesk(tx, desk, { of: how.of, found, inputs: mine.map((call) => (call.begin as GatheredBegin).input) })
  const began = new Map(mine.map((call, index) => [call, answered(call, outcomes[index] as OperationRow | Refusal)]))
  writeKeys(tx, [...began].flatMap(([{ claim }, one]) => (claim ? [claimedBy(claim, one)] : [])))
  return calls.map((call) => began.get(call) ?? taken)
}

const answered = (call: RailCall, outcome: OperationRow | Refusal): OperationRow | Answer =>
  (isRefusal(outcome) ? render(outcome, answering(call)) : outcome)

const claimedBy = (claim: Claim, one: OperationRow | Answer): Claimed =>
  ('answer' in one ? { claim, answer: one, operation: null } : { claim, answer: null, operation: one.id })

interface OnDesk {
  readonly of: Beginning<unknown, unknown, Begun>
  readonly found: unknown
  readonly inputs: readonly unknown[]
}

async function beginOnDesk(tx: Tx, desk: Desk, { of, found, inputs }: OnDesk): Promise<(OperationRow | Refusal)[]> {
  const outcomes = inputs.map((input) => of.decide(desk, input, { found, operation: newId('operation') }))
  const begun = outcomes.filter((one): one is Begun => !isRefusal(one))
  await saveDesk(tx, desk)
  of.write?.(tx, desk, begun)
  const [rows] = await Promise.all([
    insertOperations(tx, desk, begun.map(({ operation }) => operation)), stageHappenings(tx, desk),
  ])
  return outcomes.map((one) => (isRefusal(one) ? one : (rows.shift() as OperationRow)))
}

/** What operations of one kind came to, as their calls are answered; their keys answer the same from now on. */
async function finish(
  tx: Tx, batch: readonly Omit<Concluding, 'outcome'>[], told?: ReadonlyMap<string, object>,
): Promise<readonly Answer[]> {
  const [{ begun: { marketplace_id: marketplace } }] = batch as [Concluding]
  const ops = await readOperations(tx, marketplace, batch.map(({ begun }) => begun.id))
  const replies = await repliesOf(tx.db, batch.map(({ call: { route }, begun, signed }) =>
    ({ op: need(ops, begun.id), route, signed })), told)
  const answers = batch.map(({ call }, index) => render(replies[index] as Reply | Refusal, answering(call)))
  storeAnswers(tx, batch.flatMap(({ call: { claim } }, index) => {
    const answer = answers[index] as Answer
    return claim && answer.status !== 202 ? [{ claim, answer }] : []
  }))
  return answers
}
