import { createHash } from 'node:crypto'
import { assert, type NotificationReading, type RawNotification } from '@holdfast/core'
import { readNow } from '../../commands/execute.ts'
import type { Tx } from '../../database.ts'
import type { Deps } from '../../deps.ts'
import { inTransactionInsistently } from '../../postgres/transaction.ts'
import type { OperationRow } from '../../store/operations.ts'
import { applianceOf } from '../inquire.ts'
import { applyOutcome } from '../outcome.ts'

/* What rails report by themselves: kept with its exact bytes, judged, then acknowledged. */

export interface Received {
  readonly connector: string
  readonly raw: RawNotification
}

/** Why a notification changed nothing: not the rail's word, or not about what we asked. */
export type NotificationRefusal =
  | Extract<NotificationReading, { readonly verdict: 'refused' }>['reason'] | 'operation' | 'unsent' | 'amount' | 'currency'

type Accepted = Extract<NotificationReading, { readonly verdict: 'accepted' }>
type Authentic = Exclude<NotificationReading, { readonly verdict: 'refused' }>

/**
 * Takes a notification: keeps it, and applies what it says where it is the rail's word about what we asked, for the
 * amount and in the currency that we asked. Anything else changes nothing, is logged, and is kept as what it is.
 *
 * @returns null: it was taken, and the rail need not send it again; else why not
 * @throws DatabaseBusy - the rail will come again
 */
export async function receiveNotification(deps: Deps, received: Received, reading: NotificationReading): Promise<NotificationRefusal | null> {
  const reason = await whyRefused(deps, received, reading)
  if (reason !== null) tell(deps, received, { reading, reason })
  return reason
}

async function whyRefused(deps: Deps, received: Received, reading: NotificationReading): Promise<NotificationRefusal | null> {
  if (reading.verdict === 'refused') return keepRefused(deps.pool, received, { reason: reading.reason, operation: null, upTo: MAX_FORGED_BYTES })
  const before = await keep(deps, received, reading)
  if (before !== 'received') return null
  if (reading.verdict === 'accepted') return inTransactionInsistently(deps.pool, (tx) => judge(deps, tx, { received, reading }))
  await conclude(deps.pool, received, { reading, operation: null })
  return null
}

/** Keeps the rail's word, or counts that it came again. @returns what it was found to be before */
async function keep(deps: Deps, { connector, raw: { marketplace, body } }: Received, { id }: Authentic): Promise<string> {
  const { rows } = await deps.pool.query<{ verdict: string }>({
    name: 'keep_notification',
    text: `insert into notifications as n (marketplace_id, connector, id, verdict, body) values ($1, $2, $3, 'received', $4)
           on conflict (marketplace_id, connector, id) do update set times = n.times + 1, last_received_at = now()
           returning verdict`,
    values: [marketplace, connector, id, Buffer.from(body)],
  })
  return rows[0]?.verdict ?? 'received'
}

type Queries = Pick<Deps['pool'], 'query'>

async function conclude(
  client: Queries, { connector, raw: { marketplace } }: Received, { reading, operation }: { reading: Authentic; operation: string | null },
): Promise<void> {
  await client.query({
    name: 'conclude_notification',
    text: `update notifications set verdict = $4, reason = $5, operation_id = $6
           where marketplace_id = $1 and connector = $2 and id = $3`,
    values: [marketplace, connector, reading.id, reading.verdict, reading.verdict === 'ignored' ? reading.reason.slice(0, 200) : null, operation],
  })
}

/** So much of what is no rail's word is kept. */
const MAX_FORGED_BYTES = 4_096

/** Keeps what changed nothing under a name that whoever sends it can't choose: the same one is kept once, and counted. */
async function keepRefused(
  client: Queries, { connector, raw: { marketplace, body } }: Received,
  { reason, operation, upTo }: { readonly reason: NotificationRefusal; readonly operation: string | null; readonly upTo?: number },
): Promise<NotificationRefusal> {
  const id = `${reason}:${createHash('sha256').update(body).digest('hex')}`
  await client.query({
    name: 'keep_refused_notification',
    text: `insert into notifications as n (marketplace_id, connector, id, verdict, reason, operation_id, body) values ($1, $2, $3, 'refused', $4, $5, $6)
           on conflict (marketplace_id, connector, id) do update set times = n.times + 1, last_received_at = now()`,
    values: [marketplace, connector, id, reason, operation, Buffer.from(body.subarray(0, upTo))],
  })
  return reason
}

/** Holds the rail's word against what we asked, and applies it; in one transaction with what it was found to be. */
async function judge(deps: Deps, tx: Tx, { received, reading }: { received: Received; reading: Accepted }): Promise<NotificationRefusal | null> {
  const { connector, raw: { marketplace } } = received
  const op = await tx.db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('request_id', '=', reading.requestId).executeTakeFirst()
  const reason = whyNot(op, reading)
  if (reason !== null) {
    await tx.db.deleteFrom('notifications').where('marketplace_id', '=', marketplace).where('connector', '=', connector)
      .where('id', '=', reading.id).where('verdict', '=', 'received').execute()
    return keepRefused(tx.client, received, { reason, operation: op?.id ?? null })
  }
  assert(op !== undefined, 'what is accepted is about an operation')
  await applyOutcome(tx, { deps, operation: op, outcome: reading.outcome, now: await readNow(tx), appliance: applianceOf(op) })
  await conclude(tx.client, received, { reading, operation: op.id })
  return null
}

const kinds: Readonly<Record<Accepted['kind'], readonly OperationRow['kind'][]>> = { charge: ['sale', 'authorize'], refund: ['refund'] }

function whyNot(op: OperationRow | undefined, { kind, amount, currency, outcome }: Accepted): NotificationRefusal | null {
  if (!op || !kinds[kind].includes(op.kind)) return 'operation'
  if (op.state === 'intent_written') return 'unsent'
  if (currency !== op.currency) return 'currency'
  return amount === op.amount && (outcome.outcome !== 'approved' || outcome.amount === op.amount) ? null : 'amount'
}

/** An operator must be able to find out: who forges, or which rail is set up wrongly. The body is in the table alone. */
function tell(
  { log }: Deps, { connector, raw }: Received, { reading, reason }: { reading: NotificationReading; reason: NotificationRefusal },
): void {
  log.warn({
    marketplace: raw.marketplace, connector, reason,
    ...(reading.verdict === 'refused' ? { detail: reading.detail.slice(0, 200) } : { notification: reading.id }),
  }, 'a notification was refused; it changed nothing')
}
