import { send, type Target } from './calls.ts'
import { checkBank, checkLists } from './checkers.ts'
import type { Market, Sent } from './shop.ts'
import type { World } from './world.ts'
import { pause } from './moment.ts'

/*
 * What is looked at when a fault is over: the rails can be asked again, everybody has sent again what nobody answered,
 * and time has passed for what was left behind. Then nothing may be lost, doubled or unknown.
 */

export interface Audit {
  readonly commands: number
  readonly acknowledged: number
  /** Answered by nobody while it lasted, and known now. */
  readonly recovered: number
  readonly reads: number
  readonly problems: readonly string[]
}

const WITHIN_MS = 60_000
const AT_ONCE = 16

const target = ({ backend, vault }: World): Target =>
  ({ url: backend.ready.url, vaultUrl: vault.ready.url, secretKey: backend.ready.marketplace.secretKey })

/**
 * Lets an hour pass for what was sent: leases of the dead run out, and "not found" is the rail's last word. It is a lie
 * to whoever is still sending: so the worker is killed first, and what it had under way reaches the rail or never will.
 */
async function passAnHour({ worker, sql }: World): Promise<void> {
  await worker.kill()
  await pause(400)
  await sql(`update operations set leased_until = null, next_inquiry_at = now(), sent_at = sent_at - interval '1 hour'
    where state in ('intent_written', 'sent', 'unknown')`)
  await worker.start()
}

const openOperations = async ({ sql }: World): Promise<number> => {
  // what is known to be due is asked about now, not seconds later
  await sql(`update operations set next_inquiry_at = now() where state in ('intent_written', 'sent', 'unknown') and (leased_until is null or leased_until <= now())`)
  const [row] = await sql<{ n: bigint }>(`select count(*) as n from operations where state in ('intent_written', 'sent', 'unknown')`)
  return Number(row?.n ?? 0n)
}

/** Sends again what nobody has answered, until everything is. Answers how much was left over. */
async function settle(world: World, market: Market): Promise<{ open: readonly Sent[]; recovered: number; unknown: number }> {
  let open = market.sent.filter(({ answered }) => answered.ending === 'info')
  const recovered = open.length
  const deadline = performance.now() + WITHIN_MS
  let unknown = await openOperations(world)
  while ((open.length > 0 || unknown > 0) && performance.now() < deadline) {
    await forEach(open, async sent => {
      sent.answered = await send(target(world), sent.command)
    })
    open = open.filter(({ answered }) => answered.ending === 'info')
    unknown = await openOperations(world)
    if (open.length + unknown > 0) await pause(150)
  }
  return { open, recovered, unknown }
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
  }))
}

/** Looks at everything once a fault is over. */
export async function audit(world: World, market: Market): Promise<Audit> {
  const heard = new Map(market.sent.map(sent => [sent, sent.answered]))
  await passAnHour(world)
  const { open, recovered, unknown } = await settle(world, market)
  for (const { answered, end } of market.sent) {
    if (answered.ending !== 'info') end?.(answered.ending)
  }
  for (const { end } of open) end?.('info')
  await market.readAll()
  const problems = [
    ...open.map(({ command: { what, key }, answered: { status, text } }) => `${what} ${key} has no known end: ${status} ${text.slice(0, 200)}`),
    ...(unknown > 0 ? [`${unknown} requests to rails are still open`] : []),
    ...await answersStand(world, [...heard].filter(([, { ending }]) => ending === 'ok').map(([sent, before]) => ({ sent, text: before.text }))),
    ...await effectsOnce(world, market.sent),
    ...await railsAgree(world),
    ...(await world.verify()).findings.filter(({ rule }) => rule !== 'coverage').map(({ rule, subject, field, expected, actual }) => `${rule} ${subject} ${field}: expected ${expected}, found ${actual}`),
    ...await falseAlarms(world),
    ...checkBank(market.bank.entries, { total: 0n, guarded: account => /^(?:milestone|seller):/.test(account) && !account.endsWith(':owed') }).map(({ kind, detail }) => `${kind}: ${detail}`),
    ...checkLists(market.lists.entries).map(({ kind, detail }) => `${kind}: ${detail}`),
  ]
  return { commands: market.sent.length, acknowledged: [...heard.values()].filter(({ ending }) => ending === 'ok').length, recovered, reads: market.bank.entries.length + market.lists.entries.length, problems }
}

/** The worker's own verifier looked on all the while: what it ever found, the books did not have when all was read. */
async function falseAlarms({ sql }: World): Promise<string[]> {
  const rows = await sql<{ rule: string; subject: string; field: string; expected: string; actual: string }>(
    `select rule, subject, field, expected, actual from verifier_findings where severity = 'breach'`)
  return rows.map(({ rule, subject, field, expected, actual }) => `the continuous verifier found ${rule} ${subject} ${field}: expected ${expected}, found ${actual}`)
}

/** Whether it has looked at all: a verifier that never runs finds nothing. */
export async function verifierLooked({ sql }: World): Promise<number> {
  const [row] = await sql<{ orders: number }>(`select coalesce(sum((checked ->> 'order')::int), 0)::int as orders from verifier_marks`)
  return row?.orders ?? 0
}

/** Tries the same call again: what was acknowledged is answered again, byte by byte. */
async function answersStand(world: World, acknowledged: readonly { sent: Sent; text: string }[]): Promise<string[]> {
  const problems: string[] = []
  await forEach(acknowledged, async ({ sent: { command }, text }) => {
    let again = await send(target(world), command)
    for (let tried = 0; tried < 20 && again.ending === 'info'; tried += 1) again = await send(target(world), command)
    if (again.text !== text) problems.push(`lost: ${command.what} ${command.key} was answered ${text.slice(0, 160)}, and now ${again.status} ${again.text.slice(0, 160)}`)
  })
  return problems
}

/** Where the effect of a command stands under its reference. */
const places: Readonly<Record<string, string>> = {
  seller: 'select reference, count(*) as n from sellers group by 1',
  session: 'select reference, count(*) as n from orders group by 1',
  release: 'select reference, count(*) as n from releases where reference is not null group by 1',
  refund: `select reference, count(*) as n from refunds where reference is not null and state <> 'failed' group by 1`,
  capture: `select reference, count(*) as n from captures where reference is not null and state <> 'failed' group by 1`,
  payout: `select reference, count(*) as n from payouts where reference is not null and state <> 'failed' group by 1`,
  'top-up': `select reference, count(*) as n from ledger_transfers where reference is not null group by 1`,
}

/** What was acknowledged is there once; what was refused is not. */
async function effectsOnce({ sql }: World, sent: readonly Sent[]): Promise<string[]> {
  const problems: string[] = []
  for (const [what, of] of Map.groupBy(sent.filter(({ command }) => command.reference !== null), ({ command }) => command.what)) {
    const rows = await sql<{ reference: string; n: bigint }>(places[what] as string)
    const counts = new Map(rows.map(({ reference, n }) => [reference, Number(n)]))
    for (const { command: { reference }, answered: { ending, status } } of of) {
      const n = counts.get(reference as string) ?? 0
      if (n > 1) problems.push(`doubled: ${what} ${reference} is there ${n} times`)
      if (ending === 'ok' && n === 0) problems.push(`lost: ${what} ${reference} was acknowledged with ${status}, and is not there`)
      if (ending === 'fail' && n > 0) problems.push(`done although refused: ${what} ${reference}, ${status}`)
    }
  }
  return problems
}

/** What the rails themselves have is what the books say: each capture, refund and payout once. */
async function railsAgree({ sql, rails: { jpmorgan, bank } }: World): Promise<string[]> {
  const atRail = new Map<string, { captured: bigint; refunded: bigint }>()
  const names = new Map(jpmorgan.records.payments().map(({ transactionId, merchantOrderNumber }) => [transactionId, merchantOrderNumber?.replaceAll('-', '_') ?? '']))
  const add = (transaction: string | undefined, what: 'captured' | 'refunded', amount: number): void => {
    const payment = names.get(transaction ?? '') ?? 'unnamed'
    const sums = atRail.get(payment) ?? { captured: 0n, refunded: 0n }
    sums[what] += BigInt(amount)
    atRail.set(payment, sums)
  }
  for (const record of jpmorgan.records.captures()) if (record.decline === undefined) add(record.transactionId, 'captured', record.amount)
  for (const record of jpmorgan.records.refunds()) if (record.decline === undefined) add(record.transactionId, 'refunded', record.amount)
  const rows = await sql<{ id: string; captured: bigint; refunded: bigint }>('select id, captured, refunded from payments')
  const problems = rows.flatMap(({ id, captured, refunded }) => {
    const there = atRail.get(id) ?? { captured: 0n, refunded: 0n }
    return there.captured === captured && there.refunded === refunded ? []
      : [`${id}: the rail took ${there.captured} and gave back ${there.refunded}; the books say ${captured} and ${refunded}`]
  })
  return [...problems, ...await payoutsOnce(sql, bank.records.transfers() as { transferId: string; amount: number }[])]
}

async function payoutsOnce(sql: World['sql'], transfers: readonly { transferId: string; amount: number }[]): Promise<string[]> {
  const rows = await sql<{ id: string; state: string; requests: string[] }>(
    `select p.id, p.state, array_agg(o.request_id) as requests from payouts p
     join operations o on o.marketplace_id = p.marketplace_id and o.payout_id = p.id group by p.id, p.state`)
  const sent = new Set(transfers.map(({ transferId }) => transferId.replaceAll('-', '')))
  return rows.flatMap(({ id, state, requests }) => {
    const n = requests.filter(request => sent.has(request.replaceAll('-', ''))).length
    return n === (state === 'failed' ? n : 1) && n <= 1 ? [] : [`payout ${id} is '${state}', and the bank has it ${n} times`]
  })
}
