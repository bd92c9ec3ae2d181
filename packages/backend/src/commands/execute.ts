import { endpoints, type EndpointName } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { answerOnce, claimKey, render, storeAnswer, taken, type Answer, type Claim } from './idempotency.ts'

/** One call of a batch. */
export interface Call<I> {
  readonly marketplace: string
  readonly input: I
  readonly requestId: string
  /** `app_now()`, read in the transaction. */
  readonly now: Date
}

/**
 * What a route does to the books: one decision, one transaction, and never a network call inside it.
 *
 * It takes a batch of one marketplace's calls and decides one after another, each on what the ones before it
 * left; its outcomes are in the calls' order, each the body that the endpoint answers, or a refusal.
 */
export interface Command<I, O> {
  readonly name: EndpointName
  run(tx: Tx, calls: readonly Call<I>[]): Promise<readonly (O | Refusal)[]>
}

/** A call before its transaction: what the route has parsed. */
export interface Submission<I> {
  readonly marketplace: string
  readonly input: I
  readonly requestId: string
  /** Null where the call carries no key: it is then done each time it comes. */
  readonly claim: Claim | null
}

/**
 * Runs a command for one call: claims its key, decides, stores the answer and commits, all or nothing.
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
  if (!claim) return (await runBatch(deps, command, [submission]))[0] as Answer
  return answerOnce(deps, { claim, requestId }, async () =>
    (await runBatch(deps, command, [submission]))[0] ?? taken)
}

/**
 * Runs a command for a batch of calls in one transaction.
 *
 * @param submissions - of one marketplace, no key twice
 * @returns one answer a call, in order; `taken` where the key was another call's, which was then not decided
 */
export async function runBatch<I, O>(
  deps: Pick<Deps, 'pool'>,
  command: Command<I, O>,
  submissions: readonly Submission<I>[],
): Promise<readonly (Answer | typeof taken)[]> {
  return inTransaction(deps.pool, async (tx) => {
    const claimed = await claimAll(tx, submissions)
    const mine = submissions.filter((_, index) => claimed[index])
    const outcomes = mine.length === 0 ? [] : await decide(tx, command, mine)
    const answers = mine.map((submission, index) => answerOf(command, submission, outcomes[index] as O | Refusal))
    for (const [index, { claim }] of mine.entries()) {
      if (claim) await storeAnswer(tx, claim, answers[index] as Answer)
    }
    const queue = [...answers]
    return claimed.map((own) => (own ? (queue.shift() as Answer) : taken))
  })
}

/** Claims keys in their own order, so that two batches with the same keys can't wait for each other in a circle. */
async function claimAll<I>(tx: Tx, submissions: readonly Submission<I>[]): Promise<boolean[]> {
  const claimed = submissions.map(() => true)
  const keyed = [...submissions.entries()].filter(([, { claim }]) => claim)
    .sort(([, a], [, b]) => ((a.claim as Claim).key < (b.claim as Claim).key ? -1 : 1))
  for (const [index, { claim }] of keyed) claimed[index] = await claimKey(tx, claim as Claim)
  return claimed
}

async function decide<I, O>(tx: Tx, command: Command<I, O>, submissions: readonly Submission<I>[]) {
  const now = await readNow(tx)
  const calls = submissions.map(({ marketplace, input, requestId }) => ({ marketplace, input, requestId, now }))
  const outcomes = await command.run(tx, calls)
  if (outcomes.length !== calls.length) {
    throw new Error(`${command.name} answered ${outcomes.length} of ${calls.length} calls`)
  }
  return outcomes
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
