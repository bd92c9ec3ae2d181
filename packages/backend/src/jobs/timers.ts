import { newId } from '@holdfast/contract'
import { isRefusal, lapse, LAPSE_GRACE_MS, need, type Escrow } from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import { advanceDispute } from '../commands/disputes.ts'
import { endSession } from '../commands/sessions.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { lockOrders, lockPayments, lockSellers, openDesk, saveDesk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { insertReleases } from '../store/movements.ts'
import { insertOperation } from '../store/operations.ts'
import { openingOf } from '../store/render/sessions.ts'
import type { TimersTable } from '../store/tables.ts'
import { setTimers } from '../store/timers.ts'
import type { JobHandler, Subject } from './handler.ts'

type Kind = TimersTable['kind']

/** How long a timer waits whose subject is busy. */
const BUSY_MS = 60_000

/**
 * What is due by `app_now()`, each named as `auto_release/esc_…`: sessions that expire, escrows that release by
 * themselves, authorizations that end, disputes that go on.
 */
export const timers: JobHandler = {
  queue: 'timers',
  async due({ pool }, { limit, except }) {
    const { rows } = await pool.query<Subject>({
      name: 'due_timers',
      text: `select marketplace_id as marketplace, kind || '/' || subject as id from timers
             where due_at <= app_now() and kind || '/' || subject <> all($2) order by due_at limit $1`,
      values: [limit, except],
    })
    return rows
  },
  async handle(deps, { marketplace, id }) {
    const [kind, subject] = id.split('/') as [Kind, string]
    await inTransaction(deps.pool, async (tx) => {
      const now = await readNow(tx)
      const timer = await tx.db.selectFrom('timers').select('due_at')
        .where('marketplace_id', '=', marketplace)
        .where('kind', '=', kind).where('subject', '=', subject).executeTakeFirst()
      if (!timer || timer.due_at > now) return
      const dueAt = await rings[kind]({ deps, tx, marketplace, subject, now })
      setTimers(tx, marketplace, { kind, timers: [{ subject, dueAt }] })
    })
  },
}

interface Ringing {
  readonly deps: Deps
  readonly tx: Tx
  readonly marketplace: string
  readonly subject: string
  readonly now: Date
}

/** What each timer does; answers when it rings again, or null. */
const rings: Readonly<Record<Kind, (ringing: Ringing) => Promise<Date | null>>> = {
  auto_release: lapseEscrow, session_expiry: expireSession, authorization_expiry: endAuthorization,
  dispute_stage: ({ tx, marketplace, subject, now }) =>
    advanceDispute(tx, { marketplace, dispute: subject, now }),
}

const later = ({ now }: Ringing): Date => new Date(now.getTime() + BUSY_MS)

/** The inspection period ran out. A dispute, an acceptance or a refund that came first leaves nothing to do. */
async function lapseEscrow(ringing: Ringing): Promise<Date | null> {
  const { deps, tx, marketplace, subject, now } = ringing
  const row = await tx.db.selectFrom('escrows').select(['order_id', 'seller_id', 'currency'])
    .where('marketplace_id', '=', marketplace)
    .where('id', '=', subject).executeTakeFirstOrThrow()
  const desk = openDesk({ marketplace, now })
  await lockOrders(tx, desk, [row.order_id])
  await lockSellers(tx, desk, [{ seller: row.seller_id, currency: row.currency }])
  const release = lapse(desk.book, { id: newId('release'), escrow: subject, at: now })
  if (isRefusal(release)) {
    deps.log.info({ escrow: subject, refused: release.refused }, 'nothing to release by itself')
    return nextLapse(need(desk.book.escrows, subject), now)
  }
  if (release) insertReleases(tx, desk, [{ release, reference: null }])
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
  return null
}

/** A dispute that was opened and withdrawn while this waited for the lock has moved the deadline: it stands. */
function nextLapse({ dispute, autoReleaseAt }: Escrow, now: Date): Date | null {
  if (dispute !== null || autoReleaseAt === null) return null
  const dueAt = new Date(autoReleaseAt.getTime() + LAPSE_GRACE_MS)
  return dueAt > now ? dueAt : null
}

/** A session never expires while an attempt is under way: it is looked at again a minute later. */
async function expireSession(ringing: Ringing): Promise<Date | null> {
  const { deps, tx, marketplace, subject, now } = ringing
  const ended: unknown = await endSession(tx,
    { marketplace, session: subject, ending: 'expire', now, ...openingOf(deps) })
  if (!isRefusal(ended)) return null
  const session = await tx.db.selectFrom('sessions').select('state').where('marketplace_id', '=', marketplace)
    .where('id', '=', subject).executeTakeFirst()
  return session?.state === 'processing' ? later(ringing) : null
}

/** An authorization is about to end at the rail: it is given back, so that nothing can be captured on it any more. */
async function endAuthorization(ringing: Ringing): Promise<Date | null> {
  const { tx, marketplace, subject: payment, now } = ringing
  const desk = openDesk({ marketplace, now })
  await lockPayments(tx, desk, [payment])
  const row = desk.book.payments.get(payment)
  if (!row || (row.state !== 'authorized' && row.state !== 'partially_captured')) return null
  const open = await tx.db.selectFrom('operations').select('id').where('marketplace_id', '=', marketplace)
    .where('payment_id', '=', payment)
    .where('state', 'in', ['intent_written', 'sent', 'unknown']).limit(1).executeTakeFirst()
  if (open) return later(ringing)
  const { rail_reference: railReference, reference } = await tx.db.selectFrom('payments')
    .innerJoin('orders', (join) => join
    .onRef('orders.marketplace_id', '=', 'payments.marketplace_id')
    .onRef('orders.id', '=', 'payments.order_id'))
    .select(['payments.rail_reference', 'orders.reference'])
    .where('payments.marketplace_id', '=', marketplace).where('payments.id', '=', payment)
    .executeTakeFirstOrThrow()
  await insertOperation(tx, desk, {
    id: newId('operation'), kind: 'void', connector: row.connector, currency: row.currency,
    amount: row.authorized - row.captured, payment,
    request: { subject: payment, orderReference: reference, railReference, expired: true, persistent: true },
    sentBy: { workerInSeconds: 0 },
  })
  return null
}

