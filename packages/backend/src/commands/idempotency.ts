import { hash } from 'node:crypto'
import { endpoints, type EndpointName } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { Pool, PoolClient } from 'pg'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { inTransaction } from '../postgres/transaction.ts'
import type { Sealer } from '../seal.ts'
import { renderProblem } from '../http/problem.ts'
import type { Reply } from '../http/route.ts'

/** A call's Idempotency-Key and what it is bound to. */
export interface Claim {
  readonly marketplace: string
  readonly route: EndpointName
  /** The route, and for a page's call its session: one buyer's key never answers another's call. */
  readonly scope: string
  readonly key: string
  /** SHA-256 of the canonical body and the path's parameters. */
  readonly bodyHash: Buffer
  /** Seals the stored answer: it may hold an API key, a client secret, a buyer's name. */
  readonly sealer: Sealer
}

/** An answer as it goes out, byte by byte. */
export interface Answer {
  readonly answer: true
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly replayed?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** The key's row is another call's: look there for the answer. */
export const taken: unique symbol = Symbol('idempotency key taken')

/** How long a duplicate waits for the first call's answer. */
export const DUPLICATE_WAIT_MS = 10_000
const POLL_MS = 25
const RETRY_AFTER_S = 1

/** Hashes a JSON value so that the order of keys makes no difference. */
export function hashCanonical(value: unknown): Buffer {
  return hash('sha256', canonical(value), 'buffer')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const object = value as Readonly<Record<string, unknown>>
  const members = Object.keys(object).sort().map((name) => `${JSON.stringify(name)}:${canonical(object[name])}`)
  return `{${members.join(',')}}`
}

/** Renders a reply or a refusal, with the status that the endpoint has when the reply names none. */
export function render(outcome: Reply | Refusal, { status, requestId }: { status: number; requestId: string }): Answer {
  if (isRefusal(outcome)) return renderProblem(outcome, requestId)
  return {
    answer: true,
    status: outcome.status ?? status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(outcome.body),
    ...(outcome.headers && { headers: outcome.headers }),
  }
}

interface Opening {
  /** `app_now()`: the instant that decisions of this transaction are made at. */
  readonly now: Date
  /** The claims whose keys are other calls' already: decided, or at work between two transactions. */
  readonly taken: ReadonlySet<Claim>
}

/** What every command reads first: which of its calls' keys are taken, and the time. */
export async function readOpening(tx: Tx, marketplace: string, claims: readonly Claim[]): Promise<Opening> {
  const [first] = claims
  const { rows } = await tx.client.query<{ now: Date; taken: number[] }>(first && claims.length === 1 ? {
    name: 'read_opening_1',
    text: `select app_now() as now, array(
             select 1 from idempotency_keys where marketplace_id = $1 and scope = $2 and key = $3) as taken`,
    values: [marketplace, first.scope, first.key],
  } : {
    name: 'read_opening',
    text: `select app_now() as now, array(
             select asked.place::int from unnest($2::text[], $3::text[]) with ordinality as asked (scope, key, place)
             where exists (select from idempotency_keys k
               where k.marketplace_id = $1 and k.scope = asked.scope and k.key = asked.key offset 0)) as taken`,
    values: [marketplace, claims.map(({ scope }) => scope), claims.map(({ key }) => key)],
  })
  const { now, taken } = rows[0] as { now: Date; taken: number[] }
  return { now, taken: new Set(taken.map((place) => claims[place - 1] as Claim)) }
}

/** The claims whose keys are other calls' already. */
export async function takenKeys(tx: Tx, claims: readonly Claim[]): Promise<ReadonlySet<Claim>> {
  return claims[0] ? (await readOpening(tx, claims[0].marketplace, claims)).taken : new Set()
}

/** What a key stands for from now on: an answer, or the operation of a command in two steps that is at work. */
export interface Claimed {
  readonly claim: Claim
  readonly answer: Answer | null
  readonly operation: string | null
}

/**
 * Writes keys with what they stand for, in this transaction, so that both stand or fall with the effect. A key that
 * another transaction wrote meanwhile fails this one, which then finds it taken. An answer of 5xx decided nothing:
 * its key stays free.
 */
export function writeKeys(tx: Tx, keys: readonly Claimed[]): void {
  const lasting = keys.filter(({ answer }) => answer === null || answer.status < 500)
    .toSorted((a, b) => (a.claim.key < b.claim.key ? -1 : 1))
  const [first] = lasting
  if (!first) return
  const each = <T>(read: (one: Claimed) => T): T[] => lasting.map(read)
  tx.send({
    name: 'write_keys',
    text: `insert into idempotency_keys (marketplace_id, scope, key, body_hash, operation_id, status, content_type, body_sealed, answered_at)
           select $1, k.*, case when k.status is not null then now() end
           from unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::smallint[], $7::text[], $8::bytea[])
             as k (scope, key, body_hash, operation_id, status, content_type, body_sealed)`,
    values: [
      first.claim.marketplace, each(({ claim }) => claim.scope), each(({ claim }) => claim.key),
      each(({ claim }) => claim.bodyHash), each(({ operation }) => operation), each(({ answer }) => answer?.status ?? null),
      each(({ answer }) => answer?.contentType ?? null), each(({ claim, answer }) => answer && sealed(claim, answer)),
    ],
  })
}

const sealed = (claim: Claim, { body }: Answer): Buffer => claim.sealer.seal(Buffer.from(body), placeOfAnswer(claim))

/** A key that a command in two steps wrote in its first, and what it answers from now on. */
export interface Answered {
  readonly claim: Claim
  readonly answer: Answer
}

/** Sends what keys of one marketplace answer. An answer of 5xx gives its key back instead: it decided nothing. */
export function storeAnswers(tx: Pick<Tx, 'send'>, answers: readonly Answered[]): void {
  for (const { claim: { marketplace, scope, key } } of answers.filter(({ answer }) => answer.status >= 500)) {
    tx.send({ name: 'release_key', text: 'delete from idempotency_keys where marketplace_id = $1 and scope = $2 and key = $3 and status is null', values: [marketplace, scope, key] })
  }
  const lasting = answers.filter(({ answer }) => answer.status < 500)
  const [first] = lasting
  if (!first) return
  const each = <T>(read: (one: Answered) => T): T[] => lasting.map(read)
  tx.send({
    name: 'store_answers',
    over: 'idempotency_keys',
    text: `update idempotency_keys t set status = n.status, content_type = n.content_type, body_sealed = n.body_sealed, answered_at = now()
           from (select $1::text as marketplace_id, u.*
             from unnest($2::text[], $3::text[], $4::smallint[], $5::text[], $6::bytea[])
               as u (scope, key, status, content_type, body_sealed) offset 0) as n
           where t.marketplace_id = n.marketplace_id and t.scope = n.scope and t.key = n.key and t.status is null`,
    values: [
      first.claim.marketplace, each(({ claim }) => claim.scope), each(({ claim }) => claim.key), each(({ answer }) => answer.status),
      each(({ answer }) => answer.contentType), each(({ claim, answer }) => sealed(claim, answer)),
    ],
  })
}

/** Where a key's answer is sealed: of another key it doesn't open. */
export const placeOfAnswer = ({ marketplace, scope, key }: Pick<Claim, 'marketplace' | 'scope' | 'key'>): string =>
  `idempotency_keys/${marketplace}/${scope}/${key}`

interface KeyRow {
  body_hash: Buffer
  operation_id: string | null
  status: number | null
  content_type: string | null
  body_sealed: Buffer | null
}

async function readKey(db: Pool | PoolClient, claim: Claim): Promise<KeyRow | undefined> {
  const { rows } = await db.query<KeyRow>({
    name: 'read_key',
    text: `select body_hash, operation_id, status, content_type, body_sealed from idempotency_keys
           where marketplace_id = $1 and scope = $2 and key = $3`,
    values: [claim.marketplace, claim.scope, claim.key],
  })
  return rows[0]
}

const differs: Refusal = {
  refused: 'idempotency_body_differs',
  detail: 'This Idempotency-Key was used for a call with another body. Send the same body to read its answer again, or a new key for a new call.',
}
const inProgress: Refusal = {
  refused: 'idempotency_in_progress',
  detail: 'The first call with this Idempotency-Key is still at work. Send the same call with the same key again after the time in Retry-After.',
}

function replay(row: KeyRow, claim: Claim): Answer | null {
  if (row.status === null || row.content_type === null || row.body_sealed === null) return null
  const body = claim.sealer.open(row.body_sealed, placeOfAnswer(claim)).toString()
  return { answer: true, status: row.status, contentType: row.content_type, body, replayed: true }
}

/*
 * Within one process, duplicates wait for the first call's promise and take no connection: a hundred at once
 * must not fill the pool that the first one needs.
 */
const inFlight = new Map<string, { readonly bodyHash: Buffer; readonly result: Promise<Answer> }>()

/**
 * Does a call's work once per key, and answers every duplicate with the first one's bytes.
 *
 * @param work - writes the key in its first transaction; answers `taken` when the key was there already
 * @refuses idempotency_body_differs - the key was used with another body
 * @refuses idempotency_in_progress - the first call has not answered within ten seconds
 */
export async function answerOnce(
  deps: Pick<Deps, 'pool' | 'hooks'>,
  { claim, requestId, waitMs = DUPLICATE_WAIT_MS }: { claim: Claim; requestId: string; waitMs?: number },
  work: () => Promise<Answer | typeof taken>,
): Promise<Answer> {
  const refuse = (refusal: Refusal) => renderProblem(refusal, requestId)
  const name = [claim.marketplace, claim.scope, claim.key].join('\n')
  const first = inFlight.get(name)
  if (first) {
    if (!first.bodyHash.equals(claim.bodyHash)) return refuse(differs)
    const answer = await within(first.result, waitMs)
    return answer ? { ...answer, replayed: true } : waitLonger(refuse(inProgress))
  }
  const result = workOrFind(deps, { claim, requestId, refuse, work, waitMs })
  inFlight.set(name, { bodyHash: claim.bodyHash, result })
  try {
    return await result
  } finally {
    inFlight.delete(name)
  }
}

interface Once {
  readonly claim: Claim
  readonly requestId: string
  readonly refuse: (refusal: Refusal) => Answer
  readonly work: () => Promise<Answer | typeof taken>
  readonly waitMs: number
}

async function workOrFind(deps: Pick<Deps, 'pool' | 'hooks'>, { claim, requestId, refuse, work, waitMs }: Once): Promise<Answer> {
  const deadline = performance.now() + waitMs
  while (performance.now() < deadline) {
    const done = await work()
    if (done !== taken) return done
    const found = await find(deps, { claim, requestId, refuse })
    if (found) return found
    await pause(POLL_MS)
  }
  return waitLonger(refuse(inProgress))
}

/** The stored answer, what became of the operation of a call that died, or null while another process is at work. */
async function find(deps: Pick<Deps, 'pool' | 'hooks'>, { claim, requestId, refuse }: Omit<Once, 'work' | 'waitMs'>): Promise<Answer | null> {
  const row = await readKey(deps.pool, claim)
  if (!row) return null
  if (!row.body_hash.equals(claim.bodyHash)) return refuse(differs)
  const stored = replay(row, claim)
  if (stored || row.operation_id === null) return stored
  const resumed = await deps.hooks.resumeOperation({ marketplace: claim.marketplace, operation: row.operation_id, route: claim.route })
  if (resumed === 'in_flight') return null
  const answer = render(resumed, { status: endpoints[claim.route].status, requestId })
  return answer.status === 202 ? waitLonger(answer) : keep(deps, { claim, answer })
}

/** Stores what became of a call that died, so that every later one reads the same bytes. */
async function keep({ pool }: Pick<Deps, 'pool'>, { claim, answer }: { claim: Claim; answer: Answer }): Promise<Answer> {
  await inTransaction(pool, async (tx) => storeAnswers(tx, [{ claim, answer }]))
  const row = await readKey(pool, claim)
  return (row && replay(row, claim)) ?? answer
}

function waitLonger(answer: Answer): Answer {
  return { ...answer, headers: { 'retry-after': String(RETRY_AFTER_S), ...answer.headers } }
}

/** A promise's value, or null when it takes longer; the promise itself goes on. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => { timer = setTimeout(resolve, ms, null) })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
