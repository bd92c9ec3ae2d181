import { createHash, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import pg from 'pg'

/*
 * What Holdfast is measured against: a release as a careful engineer writes it first. One transaction a
 * request: claim the idempotency key, lock the escrow, check, move two balances, two postings, one outbox
 * row, keep the answer, commit. Statements are prepared, rows are locked in one order (the escrow, then the
 * seller), and the busiest row is touched as late as may be. It does less than Holdfast: one API key in
 * memory, no orders, milestones or disputes.
 */

export const schema = `
  create table escrows (
    id bigint primary key, seller bigint not null, held bigint not null check (held >= 0),
    fee_bps bigint not null);
  create table sellers (id bigint primary key, available bigint not null default 0 check (available >= 0));
  create table idempotency_keys (
    key text primary key, body_hash bytea not null, status smallint, body text,
    created_at timestamptz not null default now());
  create table postings (
    id bigint generated always as identity primary key, release uuid not null, debit text not null,
    credit text not null, amount bigint not null check (amount > 0),
    created_at timestamptz not null default now());
  create table outbox (
    id bigint generated always as identity primary key, type text not null, data jsonb not null,
    created_at timestamptz not null default now());`

const statements = {
  begin: 'begin',
  commit: 'commit',
  rollback: 'rollback',
  claim: 'insert into idempotency_keys (key, body_hash) values ($1, $2) on conflict do nothing',
  answered: 'select body_hash, status, body from idempotency_keys where key = $1',
  lock: 'select seller, held, fee_bps, uuidv7() as release from escrows where id = $1 for update',
  post: `insert into postings (release, debit, credit, amount)
         select $1, 'escrow:' || $2::bigint, p.credit, p.amount
         from unnest($3::text[], $4::bigint[]) as p (credit, amount) where p.amount > 0`,
  tell: `insert into outbox (type, data) values ('release.created', $1)`,
  take: 'update escrows set held = held - $2 where id = $1',
  give: 'update sellers set available = available + $2 where id = $1',
  keep: 'update idempotency_keys set status = $2, body = $3 where key = $1',
} as const

type Statement = keyof typeof statements

export interface PlainOptions {
  readonly database: pg.PoolConfig
  readonly key: string
  readonly poolSize: number
}

interface Answer { readonly status: number; readonly body: string }

interface Escrow { seller: bigint; held: bigint; fee_bps: bigint; release: string }

interface Part { readonly escrow: bigint; readonly amount: bigint }

interface Claim { readonly key: string; readonly bodyHash: Buffer }

type Work = (client: pg.PoolClient) => Promise<Answer>

const problem = (status: number, code: string): Answer => ({ status, body: JSON.stringify({ code }) })
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

function run(client: pg.PoolClient, name: Statement, values: unknown[] = []): Promise<pg.QueryResult> {
  return client.query({ name, text: statements[name], values })
}

/** Releases an escrow's money in part. Refuses more than what is held. */
async function release(client: pg.PoolClient, { escrow, amount }: Part): Promise<Answer> {
  const found = (await run(client, 'lock', [escrow])).rows[0] as Escrow | undefined
  if (!found) return problem(404, 'not_found')
  if (found.held < amount) return problem(409, 'amount_exceeds_remaining')
  const fee = (amount * found.fee_bps) / 10_000n
  const net = amount - fee
  const made = {
    id: found.release, object: 'release', escrow: `${escrow}`, seller: `${found.seller}`,
    gross: Number(amount), fee: Number(fee), net: Number(net), held: Number(found.held - amount),
  }
  await run(client, 'take', [escrow, amount])
  await run(client, 'post', [found.release, escrow, [`seller:${found.seller}`, 'platform:fees'], [net, fee]])
  await run(client, 'tell', [made])
  await run(client, 'give', [found.seller, net])
  return { status: 200, body: JSON.stringify(made) }
}

/** Does the work of a key once; the same key again gets the same answer, and another body is refused. */
async function once(pool: pg.Pool, { key, bodyHash }: Claim, work: Work): Promise<Answer> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await run(client, 'begin')
    const claimed = await run(client, 'claim', [key, bodyHash])
    const answer = claimed.rowCount === 1 ? await work(client) : await replay(client, { key, bodyHash })
    if (claimed.rowCount === 1) await run(client, 'keep', [key, answer.status, answer.body])
    await run(client, 'commit')
    return answer
  } catch (error) {
    await run(client, 'rollback').catch((failure: Error) => { broken = failure })
    throw error
  } finally {
    client.release(broken)
  }
}

async function replay(client: pg.PoolClient, { key, bodyHash }: Claim): Promise<Answer> {
  const first = (await run(client, 'answered', [key])).rows[0] as { body_hash: Buffer } & Answer
  return first.body_hash.equals(bodyHash) ? first : problem(422, 'idempotency_body_differs')
}

function send(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  return reply.status(status).type('application/json; charset=utf-8').send(body)
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format)) as never,
}

const integer = { type: 'integer', minimum: 1, maximum: 999_999_999_999 }
const keyText = { type: 'string', minLength: 1, maxLength: 255 }
const callSchema = {
  body: { type: 'object', required: ['amount'], properties: { amount: integer } },
  params: { type: 'object', properties: { escrow: integer } },
  headers: { type: 'object', required: ['idempotency-key'], properties: { 'idempotency-key': keyText } },
}

interface Call { Params: { escrow: number }; Body: { amount: number }; Headers: { 'idempotency-key': string } }

/** The server, not yet listening; closing it closes its pool. */
export function createPlainServer({ database, key, poolSize }: PlainOptions): FastifyInstance {
  const pool = new pg.Pool({ ...database, types, max: poolSize })
  const secret = sha256(key)
  const app = fastify()
  app.addHook('onClose', () => pool.end())
  app.addHook('onRequest', async (request, reply) => {
    const given = sha256(request.headers.authorization?.slice('Bearer '.length) ?? '')
    return timingSafeEqual(given, secret) ? undefined : send(reply, problem(401, 'key_invalid'))
  })
  app.post<Call>('/escrows/:escrow/release', { schema: callSchema }, async (call, reply) => {
    const { body, params, headers } = call
    const part = { escrow: BigInt(params.escrow), amount: BigInt(body.amount) }
    const claim = { key: headers['idempotency-key'], bodyHash: sha256(`${part.escrow} ${part.amount}`) }
    return send(reply, await once(pool, claim, (client) => release(client, part)))
  })
  return app
}
