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
type Judged = { readonly verdict: 'accepted' | 'ignored' } | { readonly verdict: 'refused'; readonly reason: NotificationRefusal }

/**
 * Takes a notification: keeps it, and applies what it says where it is the rail's word about what we asked, for the
 * amount and in the currency that we asked. Anything else changes nothing, is logged, and is kept as what it is.
 *
 * @returns whether it was taken, so that the rail need not send it again
 * @throws DatabaseBusy - the rail will come again
 */
export async function receiveNotification(deps: Deps, received: Received, reading: NotificationReading): Promise<boolean> {
  const before = await keep(deps, received, reading)
  if (before === 'accepted' || before === 'ignored') return true
  const judged = reading.verdict === 'accepted'
    ? await inTransactionInsistently(deps.pool, (tx) => judge(deps, tx, { received, reading }))
    : await conclude(deps.pool, received, { id: idOf(received, reading), operation: null, judged: reading })
  if (judged.verdict === 'refused') tell(deps, received, { reading, reason: judged.reason })
  return judged.verdict !== 'refused'
}

/** Of what isn't the rail's word, the digest of its bytes: whoever sends it chooses no id. */
function idOf({ raw }: Received, reading: NotificationReading): string {
  return reading.verdict === 'refused' ? `sha256:${createHash('sha256').update(raw.body).digest('hex')}` : reading.id
}

/** So much of what is no rail's word is kept. */
const MAX_FORGED_BYTES = 4_096

/** Keeps a notification, or counts that it came again. @returns what it was found to be before */
async function keep(deps: Deps, received: Received, reading: NotificationReading): Promise<string> {
  const { connector, raw: { marketplace, body } } = received
  const { rows } = await deps.pool.query<{ verdict: string }>({
    name: 'keep_notification',
    text: `insert into notifications as n (marketplace_id, connector, id, verdict, body) values ($1, $2, $3, 'received', $4)
           on conflict (marketplace_id, connector, id) do update set times = n.times + 1, last_received_at = now()
           returning verdict`,
    values: [marketplace, connector, idOf(received, reading), Buffer.from(reading.verdict === 'refused' ? body.subarray(0, MAX_FORGED_BYTES) : body)],
  })
  return rows[0]?.verdict ?? 'received'
}

interface Conclusion {
  readonly id: string
  readonly operation: string | null
  readonly judged: Judged | NotificationReading
}

async function conclude(client: Pick<Deps['pool'], 'query'>, { connector, raw }: Received, { id, operation, judged }: Conclusion): Promise<Judged> {
  await client.query({
    name: 'conclude_notification',
    text: `update notifications set verdict = $4, reason = $5, operation_id = $6
           where marketplace_id = $1 and connector = $2 and id = $3`,
    values: [raw.marketplace, connector, id, judged.verdict, 'reason' in judged ? judged.reason.slice(0, 200) : null, operation],
  })
  return judged as Judged
}

/** Holds the rail's word against what we asked, and applies it; in one transaction with what it was found to be. */
async function judge(deps: Deps, tx: Tx, { received, reading }: { received: Received; reading: Accepted }): Promise<Judged> {
  const { connector, raw: { marketplace } } = received
  const op = await tx.db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('request_id', '=', reading.requestId).executeTakeFirst()
  const reason = whyNot(op, reading)
  if (reason === null) {
    assert(op !== undefined, 'what is accepted is about an operation')
    await applyOutcome(tx, { deps, operation: op, outcome: reading.outcome, now: await readNow(tx), appliance: applianceOf(op) })
  }
  const judged: Judged = reason === null ? { verdict: 'accepted' } : { verdict: 'refused', reason }
  return conclude(tx.client, received, { id: reading.id, operation: op?.id ?? null, judged })
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
    ...(reading.verdict === 'refused' ? { detail: reading.detail.slice(0, 200) } : { notification: reading.verdict === 'accepted' ? reading.id : undefined }),
  }, 'a notification was refused; it changed nothing')
}
