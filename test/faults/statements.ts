import { randomUUID } from 'node:crypto'
import { verifyEverything } from '@holdfast/backend'
import pg from 'pg'
import { startTestBackend, type TestBackend } from '../../packages/backend/src/testing/backend.ts'
import { crashingPool } from '../../packages/backend/src/testing/crashing-pool.ts'
import { call, type ApiAnswer } from '../../packages/backend/src/testing/http.ts'
import { fresh, openShop, type Shop } from '../../packages/backend/src/testing/shop.ts'
import { pause } from './moment.ts'

/*
 * Every command is killed at each of its statements, before it is sent or after it was done, as a killed process leaves
 * it. Then time passes, a worker looks, and the merchant sends the call again under its key: it is done once, and
 * answered the same for ever.
 */

/** One call that is to be killed, and how many of its effect there are in the books. */
interface Target {
  readonly method: 'POST'
  readonly path: string
  readonly body: object
  readonly as?: { readonly key: string; readonly headers: Record<string, string> }
  /** Answers one number. */
  readonly effects: string
}

interface Bench {
  readonly backend: TestBackend
  readonly worker: TestBackend
  readonly shop: Shop
  readonly sql: pg.Client
  readonly seller: string
  /** Escrows with something held, each for one kill. */
  readonly escrows: () => Promise<string>
  readonly payment: string
  readonly authorized: string
}

const count = (table: string, where: string): string => `select count(*)::int as n from ${table} where ${where}`
const referred = (table: string, reference: string): string => count(table, `reference = '${reference}' and state <> 'failed'`)

const targets: Readonly<Record<string, (bench: Bench) => Promise<Target>>> = {
  'sessions.create': async ({ seller }) => {
    const reference = fresh('order')
    return { method: 'POST', path: '/v1/checkout-sessions', effects: count('orders', `reference = '${reference}'`), body: { reference, currency: 'USD', returnUrl: 'http://shop.test/return', lines: [{ reference: 'one', seller, amount: 500 }, { reference: 'two', seller, amount: 700 }] } }
  },
  'checkout.confirm': async ({ shop, seller }) => {
    const session = await shop.session([{ seller, amount: 2_000 }])
    return {
      method: 'POST', path: '/v1/checkout/confirm', body: { method: 'card', token: await shop.token(session), revision: session.revision },
      as: { key: session.clientSecret, headers: { origin: 'http://shop.test' } }, effects: count('payments', `session_id = '${session.id}' and captured = 2000`),
    }
  },
  'payments.capture': async ({ authorized }) => {
    const reference = fresh('capture')
    return { method: 'POST', path: `/v1/payments/${authorized}/capture`, body: { amount: 7, reference }, effects: referred('captures', reference) }
  },
  'payments.void': async ({ shop, seller }) => {
    const { payment } = await shop.paid([{ seller, amount: 900 }], { captureMode: 'manual' })
    return { method: 'POST', path: `/v1/payments/${payment.id}/void`, body: {}, effects: count('operations', `payment_id = '${payment.id}' and kind = 'void' and state = 'confirmed'`) }
  },
  'escrows.deliver': async ({ escrows }) => {
    const escrow = await escrows()
    return { method: 'POST', path: `/v1/escrows/${escrow}/deliver`, body: { method: 'express' }, effects: count('events', `subject = '${escrow}' and type = 'escrow.delivered'`) }
  },
  'escrows.accept': async ({ escrows, shop }) => {
    const escrow = await escrows()
    await shop.post(`/v1/escrows/${escrow}/deliver`, { method: 'express' })
    return { method: 'POST', path: `/v1/escrows/${escrow}/accept`, body: {}, effects: count('releases', `escrow_id = '${escrow}'`) }
  },
  'escrows.release': async ({ escrows }) => {
    const reference = fresh('release')
    return { method: 'POST', path: `/v1/escrows/${await escrows()}/release`, body: { amount: 3, reference }, effects: count('releases', `reference = '${reference}'`) }
  },
  'refunds.create': async ({ payment }) => {
    const reference = fresh('refund')
    return { method: 'POST', path: '/v1/refunds', body: { payment, amount: 11, reference }, effects: referred('refunds', reference) }
  },
  'disputes.open': async ({ escrows }) => {
    const escrow = await escrows()
    return { method: 'POST', path: '/v1/disputes', body: { escrow, reason: 'not as described' }, effects: count('disputes', `escrow_id = '${escrow}'`) }
  },
  'disputes.withdraw': async ({ escrows, shop }) => {
    const escrow = await escrows()
    const { body } = await shop.post('/v1/disputes', { escrow, reason: 'not as described' })
    return { method: 'POST', path: `/v1/disputes/${String(body['id'])}/withdraw`, body: {}, effects: count('events', `subject = '${String(body['id'])}' and type = 'dispute.withdrawn'`) }
  },
  'payouts.create': async ({ seller }) => {
    const reference = fresh('payout')
    return { method: 'POST', path: '/v1/payouts', body: { seller, amount: 5, reference }, effects: referred('payouts', reference) }
  },
}

export const commandNames: readonly string[] = Object.keys(targets)

export interface Killed {
  readonly command: string
  readonly kills: number
  readonly problems: readonly string[]
}

const LINES = 50

async function openBench(): Promise<Bench & { close(): Promise<void> }> {
  const backend = await startTestBackend({ railTimeoutMs: 300 })
  const worker = await startTestBackend({ worker: true, database: backend.database, rails: backend.rails })
  const sql = new pg.Client(backend.database.superuser)
  await sql.connect()
  const shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 10_000_000, reference: 'first' })
  const seller = (await shop.seller()).id
  const { payment, escrows: [held] } = await shop.paid([{ seller, amount: 10_000_000, platformFee: 100_000 }])
  await shop.post(`/v1/escrows/${held!.id}/release`, { amount: 5_000_000 })
  await shop.advance(2 * 86_400_000)
  await shop.post('/v1/settlements/import')
  const { payment: authorized } = await shop.paid([{ seller, amount: 1_000_000 }], { captureMode: 'manual' })
  const stock: string[] = []
  const escrows = async (): Promise<string> => {
    if (stock.length === 0) stock.push(...(await shop.paid(Array.from({ length: LINES }, () => ({ seller, amount: 1_000, platformFee: 30 })))).escrows.map(({ id }) => id))
    return stock.pop() as string
  }
  const close = async (): Promise<void> => {
    await sql.end()
    await worker.close({ keep: true })
    await backend.close()
  }
  return { backend, worker, shop, sql, seller, escrows, payment: payment.id, authorized: authorized.id, close }
}

/** As if an hour had passed, and the worker had looked. */
async function passAnHour({ sql, worker }: Bench): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await sql.query(`update operations set next_inquiry_at = now(), leased_until = null, sent_at = sent_at - interval '1 hour' where state in ('intent_written', 'sent', 'unknown')`)
    const { rows: [row] } = await sql.query<{ n: number }>(count('operations', `state in ('intent_written', 'sent', 'unknown')`))
    if (row?.n === 0) return
    await worker.deps.wakeWorker()
    await pause(20)
  }
}

interface Kill {
  readonly command: string
  readonly dieAt: number
  readonly when: 'before' | 'after'
}

/** Kills one call at one statement. Answers null where there is no such statement. */
async function killOnce(bench: Bench, { command, dieAt, when }: Kill): Promise<string[] | null> {
  const { backend, sql } = bench
  const target = await (targets[command] as NonNullable<(typeof targets)[string]>)(bench)
  const key = randomUUID()
  const make = (): Promise<ApiAnswer> => call(backend, target.method, target.path, { body: target.body, idempotencyKey: key, ...target.as })
  const deps = backend.deps as { pool: typeof backend.deps.pool }
  const alive = deps.pool
  const crash = crashingPool(alive, { dieAt, when })
  deps.pool = crash.pool
  await make().catch(() => null).finally(() => {
    deps.pool = alive
  })
  if (!crash.died()) return null
  await passAnHour(bench)
  const answer = await insist(make)
  const again = await insist(make)
  const { rows: [row] } = await sql.query<{ n: number }>(target.effects)
  const where = `${command} killed ${when} statement ${dieAt}`
  const lapsed = command === 'checkout.confirm' && row?.n === 0 && !answer.text.includes('"status":"complete"')
  return [
    ...(answer.status >= 300 ? [`${where}: then answered ${answer.status} ${answer.text.slice(0, 300)}`] : []),
    ...(again.text === answer.text ? [] : [`${where}: answered ${answer.text.slice(0, 200)}, then ${again.text.slice(0, 200)}`]),
    // an attempt whose security code died with the sender takes nothing: the buyer types it in again
    ...(row?.n === 1 || lapsed ? [] : [`${where}: done ${row?.n} times`]),
  ]
}

/** What is worth sending again is sent again, as the SDK does. */
async function insist(make: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await make()
    const open = answer.status === 202 || answer.status >= 500 || answer.text.includes('"idempotency_in_progress"')
    if (!open || tried === 20) return answer
  }
}

const MOST_STATEMENTS = 200

/** Kills each command at each of its statements, before and after; `every` leaves out all but every nth. */
export async function killStatements(
  { commands = commandNames, whens = ['before', 'after'], every = 1, onKill = () => {} }: { commands?: readonly string[]; whens?: readonly Kill['when'][]; every?: number; onKill?: (killed: Killed) => void } = {},
): Promise<Killed[]> {
  const bench = await openBench()
  try {
    const all: Killed[] = []
    for (const command of commands) {
      const problems: string[] = []
      let kills = 0
      for (const when of whens) {
        for (let dieAt = 1; dieAt < MOST_STATEMENTS; dieAt += every) {
          const found = await killOnce(bench, { command, dieAt, when })
          if (found === null) break
          problems.push(...found)
          kills += 1
          onKill({ command, kills, problems })
        }
      }
      const { findings } = await verifyEverything(bench.backend.deps.pool)
      problems.push(...findings.map(({ rule, subject, field, expected, actual }) => `after ${command}: ${rule} ${subject} ${field}: expected ${expected}, found ${actual}`))
      all.push({ command, kills, problems })
    }
    return all
  } finally {
    await bench.close()
  }
}
