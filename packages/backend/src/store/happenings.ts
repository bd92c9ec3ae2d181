import { eventTypes, type EventType } from '@holdfast/contract'
import type { OperatorTransfer } from '@holdfast/contract/types'
import type { Happening } from '@holdfast/core'
import { sql } from 'kysely'
import type { Tx } from '../database.ts'
import { stageEvents, type StagedEvent } from '../events.ts'
import type { Desk } from './book.ts'
import { readSavedCards } from '../saved-cards/store.ts'
import { readDisputes, readPayouts, readRefunds, readReleases, readSettlements } from './render/movements.ts'
import { readEscrows, readOrders } from './render/orders.ts'
import { readPayments } from './render/payments.ts'
import { inEvent, readSessions } from './render/sessions.ts'
import { instant, wire, type Reader } from './render/values.ts'

type Kind = keyof typeof eventTypes
type Read = (db: Reader, marketplace: string, ids: readonly string[]) =>
  Promise<readonly { readonly id: string }[]>

/** An event tells of a session without the secret that opens it, so that none is derived here. */
const noSecrets = { sealer: { derive: () => Buffer.alloc(32) }, publicUrl: () => '' }

const readers: Partial<Record<Kind, Read>> = {
  order: readOrders, escrow: readEscrows, payment: readPayments, release: readReleases, refund: readRefunds,
  dispute: readDisputes, payout: readPayouts, settlement: readSettlements, operator: readOperatorTransfers,
  savedCard: readSavedCards,
  session: async (db, marketplace, ids) => (await readSessions({ db, ...noSecrets }, marketplace, ids)).map(inEvent),
}

/** What the operator put into custody or took out of it. */
export async function readOperatorTransfers(
  db: Reader, marketplace: string, ids: readonly string[],
): Promise<OperatorTransfer[]> {
  const rows = await db.selectFrom('ledger_transfers as t')
    .innerJoin('ledger_postings as p', (join) =>
      join.onRef('p.marketplace_id', '=', 't.marketplace_id').onRef('p.transfer_id', '=', 't.id'))
    .select(['t.id', 't.reason', 't.reference', 't.currency', 't.created_at',
      sql<bigint>`sum(p.amount)::bigint`.as('amount')])
    .where('t.marketplace_id', '=', marketplace).where('t.id', 'in', ids)
    .groupBy(['t.marketplace_id', 't.id']).execute()
  return rows.map((row) => ({
    id: row.id, object: 'operator_transfer', kind: row.reason === 'operator_top_up' ? 'top_up' : 'withdrawal',
    reference: row.reference ?? '', currency: row.currency, amount: wire(row.amount),
    createdAt: instant(row.created_at),
  }))
}

const kindOf = new Map<EventType, Kind>(Object.entries(eventTypes).flatMap(([kind, { types }]) =>
  types.map((type) => [type, kind as Kind] as const)))

/**
 * Stages an event for everything that happened on a desk, each with its object as this transaction leaves it.
 * Comes last, when every row is written. New objects that the desk has as they will be answered are not read again.
 *
 * @returns the objects, by id
 */
export async function stageHappenings(tx: Tx, desk: Desk): Promise<ReadonlyMap<string, object>> {
  const happenings = [...desk.book.happenings.values()]
  const objects = new Map(desk.made)
  const unread = happenings.filter(({ subject }) => !objects.has(subject))
  const kinds = Map.groupBy(unread, ({ type }) => kindOf.get(type) as Kind)
  for (const [kind, of] of kinds) {
    const read = readers[kind]
    if (!read) throw new Error(`nobody reads what an event about a ${kind} tells`)
    const subjects = [...new Set(of.map(({ subject }) => subject))]
    for (const one of await read(tx.db, desk.marketplace, subjects)) objects.set(one.id, one)
  }
  stageEvents(tx, desk, happenings.map((one) => staged(one, objects, desk.made)))
  return objects
}

function staged({ type, subject }: Happening, objects: ReadonlyMap<string, object>, made: ReadonlyMap<string, object>): StagedEvent {
  const data = objects.get(subject)
  if (!data) throw new Error(`${type} is about '${subject}', which is not there`)
  return { type, subject, data, made: made.has(subject) }
}
