import { endpoints, type EndpointName } from '@holdfast/contract'
import { assert, isRefusal, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { inOneTry, inTransaction } from '../postgres/transaction.ts'
import { answerOnce, readOpening, render, taken, writeKeys, type Answer, type Claim } from './idempotency.ts'
import { gather } from '../postgres/lane.ts'

/** What a call asks for. */
export interface Asked<I> {
  readonly marketplace: string
  readonly input: I
  readonly requestId: string
}

/** One call of a batch. */
export interface Call<I> extends Asked<I> {
  /** `app_now()`, read in the transaction. */
  readonly now: Date
}

/**
 * What a route does to the books: one decision, one transaction, and never a network call inside it.
 *
 * It takes a batch of one marketplace's calls and decides one after another, each on what the ones before it
 * left; its outcomes are in the calls' order, each the body that the endpoint answers, or a refusal.
 */
export interface Command<I, O, L = unknown> {
  readonly name: EndpointName
  /** Calls that arrive while one transaction commits share the next. What they lock, they lock by rank, then by id. */
  readonly gathered?: boolean
  /**
   * Locks and reads what the calls may need, in the round trip that looks for their keys: a call whose key turns out
   * to be taken is among them, and is not run.
   */
  lock?(tx: Tx, asked: readonly Asked<I>[]): Promise<L>
  /** What it writes may be sent without waiting: the commit fails where that does. */
  run(tx: Tx, calls: readonly Call<I>[], locked: L): Promise<readonly (O | Refusal)[]>
}

/** The `run` of a command that decides each call by itself, one after another, on what the ones before it left. */
export const oneByOne = <I, O>(decide: (tx: Tx, call: Call<I>) => Promise<O | Refusal>) =>
  async (tx: Tx, calls: readonly Call<I>[]): Promise<(O | Refusal)[]> => {
    const outcomes: (O | Refusal)[] = []
    for (const call of calls) outcomes.push(await decide(tx, call))
    return outcomes
  }

/** A call before its transaction: what the route has parsed. */
export interface Submission<I> extends Asked<I> {
  /** Null where the call carries no key: it is then done each time it comes. */
  readonly claim: Claim | null
}

/**
 * Runs a command for one call: decides, writes, stores the answer under its key and commits, all or nothing.
 *
 * Serialization failures and deadlocks are run again in a fresh transaction. A refusal is the key's answer too.
 *
 * @refuses idempotency_body_differs - the key was used with another body
 * @refuses idempotency_in_progress - another process has not answered this key within ten seconds
 * @throws DatabaseBusy - a lock or the pool could not be had in time; nothing was done
 */
export async function execute<I, O>(
  deps: Pick<Deps, 'pool' | 'hooks'>,
  command: Command<I, O>,
  submission: Submission<I>,
): Promise<Answer> {
  const { claim, requestId } = submission
  const work = () => decideOne(deps, command, submission)
  return claim ? answerOnce(deps, { claim, requestId }, work) : ((await work()) as Answer)
}

async function decideOne<I, O>(
  { pool }: Pick<Deps, 'pool'>, command: Command<I, O>, submission: Submission<I>,
): Promise<Answer | typeof taken> {
  const singly = async (one: Submission<I>) =>
    (await runBatch({ pool }, command, [one]))[0] as Answer | typeof taken
  if (!command.gathered) return singly(submission)
  return gather(pool, {
    lane: `${submission.marketplace} ${command.name}`, command: command.name, singly,
    together: (batch) => inOneTry(pool, (tx) => decideAll(tx, command, batch), { eager: true }),
  }, submission)
}

/**
 * Runs a command for a batch of calls in one transaction, again where it collides with others.
 *
 * @param submissions - of one marketplace, no key twice
 * @returns one answer a call, in order; `taken` where the key was another call's, which was then not decided
 */
export function runBatch<I, O>(
  { pool }: Pick<Deps, 'pool'>, command: Command<I, O>, submissions: readonly Submission<I>[],
): Promise<readonly (Answer | typeof taken)[]> {
  return inTransaction(pool, (tx) => decideAll(tx, command, submissions), { eager: true })
}

async function decideAll<I, O>(
  tx: Tx, command: Command<I, O>, submissions: readonly Submission<I>[],
): Promise<readonly (Answer | typeof taken)[]> {
  const [{ now, taken: keys }, locked] = await Promise.all([
    readOpening(tx, submissions[0]!.marketplace, submissions.flatMap(({ claim }) => claim ?? [])), command.lock?.(tx, submissions),
  ])
  const mine = submissions.filter(({ claim }) => claim === null || !keys.has(claim))
  const calls = mine.map(({ marketplace, input, requestId }) => ({ marketplace, input, requestId, now }))
  const outcomes = calls.length === 0 ? [] : await command.run(tx, calls, locked)
  assert(outcomes.length === calls.length, `${command.name} answers each of its calls`)
  const answers = new Map(mine.map((one, index) => [one, answerOf(command, one, outcomes[index] as O | Refusal)]))
  writeKeys(tx, [...answers].flatMap(([{ claim }, answer]) => (claim ? [{ claim, answer, operation: null }] : [])))
  return submissions.map((one) => answers.get(one) ?? taken)
}

/** The instant that decisions of this transaction are made at. */
export async function readNow(tx: Tx): Promise<Date> {
  const { rows } = await tx.client.query<{ now: Date }>({ name: 'read_now', text: 'select app_now() as now' })
  return (rows[0] as { now: Date }).now
}

function answerOf<I, O>(command: Command<I, O>, { requestId }: Submission<I>, outcome: O | Refusal): Answer {
  const reply = isRefusal(outcome) ? outcome : { body: outcome }
  return render(reply, { status: endpoints[command.name].status, requestId })
}
