import { newId, type BodyOf } from '@holdfast/contract'
import type { Dispute, OrderView } from '@holdfast/contract/types'
import {
  DAY_MS, disputeMachine, ESCALATABLE_AFTER_DAYS, isRefusal, openDispute, REVIEW_AFTER_DAYS, withdrawDispute,
  type Refusal,
} from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import { lockOrders, lockOrdersBy, type Desk } from '../store/book.ts'
import { readDisputes } from '../store/render/movements.ts'
import type { DisputesTable } from '../store/tables.ts'
import { setTimers } from '../store/timers.ts'
import { elsewhere, readForBuyers, type ByBuyer } from './by-buyer.ts'
import type { Asked, Call, Command } from './execute.ts'
import { onDesk } from './on-desk.ts'

interface Opened extends BodyOf<'disputes.open'> {
  readonly id: string
}

/** What opening a dispute comes to, whoever asks. */
const opening = {
  lock: (tx: Tx, desk: Desk, asked: readonly Asked<BodyOf<'disputes.open'>>[]) =>
    lockOrdersBy(tx, desk, { escrows: asked.map(({ input }) => input.escrow) }),
  decide(desk: Desk, { input: { escrow, reason } }: Call<BodyOf<'disputes.open'>>): Opened | Refusal {
    if (!desk.book.escrows.has(escrow)) return { ...notFound('escrow', escrow), field: 'escrow' }
    const id = newId('dispute')
    return openDispute(desk.book, { id, escrow }) ?? { id, escrow, reason }
  },
  write: insertDisputes,
}

/** Opens disputes: each freezes its escrow. It counts from the instant at which the request is decided. */
export const openDisputes: Command<BodyOf<'disputes.open'>, Dispute> = onDesk('disputes.open', {
  ...opening,
  read: (tx, desk, decided) => readDisputes(tx.db, desk.marketplace, decided.map(({ id }) => id)),
})

/** The same, asked for by the buyer with a link to the order; an escrow of another order is not there. */
export const disputeByBuyer: Command<BodyOf<'disputes.open'> & ByBuyer, OrderView> = onDesk('order.dispute', {
  lock: (tx, desk, asked: readonly Asked<BodyOf<'disputes.open'> & ByBuyer>[]) => opening.lock(tx, desk, asked),
  write: (tx, desk, decided: readonly (Opened & ByBuyer)[]) => opening.write(tx, desk, decided),
  decide(desk, call): (Opened & ByBuyer) | Refusal {
    const decided = elsewhere(desk, call.input) ?? opening.decide(desk, call)
    return isRefusal(decided) ? decided : { ...decided, link: call.input.link }
  },
  read: readForBuyers,
})

async function insertDisputes(tx: Tx, desk: Desk, decided: readonly Opened[]): Promise<void> {
  if (decided.length === 0) return
  const later = (days: number) => new Date(desk.now.getTime() + days * DAY_MS)
  await tx.db.insertInto('disputes').values(decided.map(({ id, escrow, reason }) => ({
    marketplace_id: desk.marketplace, id, escrow_id: escrow, order_id: desk.book.escrows.get(escrow)!.order,
    state: 'negotiation' as const,
    reason, opened_at: desk.now, escalatable_at: later(ESCALATABLE_AFTER_DAYS),
    review_at: later(REVIEW_AFTER_DAYS), closed_at: null,
  }))).execute()
  const dueAt = later(ESCALATABLE_AFTER_DAYS)
  setTimers(tx, desk.marketplace,
    { kind: 'dispute_stage', timers: decided.map(({ id }) => ({ subject: id, dueAt })) })
}

/**
 * Takes a dispute to the stage that is due: from day 4 it may be escalated, on day 7 it is reviewed by itself.
 *
 * @returns when its next stage is due; null: none
 */
export async function advanceDispute(
  tx: Tx, { marketplace, dispute, now }: { marketplace: string; dispute: string; now: Date },
): Promise<Date | null> {
  const row = await tx.db.selectFrom('disputes').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', '=', dispute)
    .forNoKeyUpdate().executeTakeFirstOrThrow()
  let { state } = row
  for (const [event, at] of [['mature', row.escalatable_at], ['review', row.review_at]] as const) {
    const next = disputeMachine.step(state, event)
    if (!isRefusal(next) && at <= now) state = next.state
  }
  if (state !== row.state) {
    await tx.db.updateTable('disputes').set({ state }).where('marketplace_id', '=', marketplace)
      .where('id', '=', dispute)
      .where('state', '=', row.state).execute()
  }
  return state === 'escalatable' ? row.review_at : state === 'negotiation' ? row.escalatable_at : null
}

interface Withdrawing {
  readonly id: string
}

/** Ends disputes without a decision: the escrow goes on where it stood. */
export const withdrawDisputes: Command<Withdrawing, Dispute> = onDesk('disputes.withdraw', {
  lock: lockDisputes,
  decide(desk, { input, now }, rows): Withdrawing | Refusal {
    const row = rows.get(input.id)
    if (!row) return notFound('dispute', input.id)
    const next = withdrawDispute(desk.book,
      { id: row.id, escrow: row.escrow_id, state: row.state, openedAt: row.opened_at, at: now })
    if (isRefusal(next)) return next
    row.state = next.state
    return { id: row.id }
  },
  async write(tx, desk, decided) {
    await tx.db.updateTable('disputes').set({ state: 'withdrawn', closed_at: desk.now })
      .where('marketplace_id', '=', desk.marketplace)
      .where('id', 'in', decided.map(({ id }) => id).concat('')).where('closed_at', 'is', null).execute()
    setTimers(tx, desk.marketplace,
      { kind: 'dispute_stage', timers: decided.map(({ id }) => ({ subject: id, dueAt: null })) })
  },
  read: (tx, desk, decided) => readDisputes(tx.db, desk.marketplace, decided.map(({ id }) => id)),
})

/** Locks the orders first; the disputes are read again under that lock. */
async function lockDisputes(
  tx: Tx, desk: Desk, asked: readonly Asked<Withdrawing>[],
): Promise<Map<string, Selectable<DisputesTable>>> {
  const read = () => tx.db.selectFrom('disputes').selectAll().where('marketplace_id', '=', desk.marketplace)
    .where('id', 'in', asked.map(({ input }) => input.id)).orderBy('id')
  await lockOrders(tx, desk, (await read().execute()).map(({ order_id: order }) => order))
  return new Map((await read().forNoKeyUpdate().execute()).map((row) => [row.id, row]))
}
