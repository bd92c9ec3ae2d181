import { newId } from '@holdfast/contract'
import {
  recordSettlement, type Capture, type MatchedLine, type SettlementReport, type SettlementReportLine,
} from '@holdfast/core'
import { sql } from 'kysely'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { surface } from '../rail/attempts/supersede.ts'
import { applianceOf } from '../rail/inquire.ts'
import { applyOutcome } from '../rail/outcome.ts'
import { lockCustody, lockOrders, openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { readCaptureParts } from '../store/movements.ts'
import { isResolved, type OperationRow } from '../store/operations.ts'

/** A report, and the rail that gave it. */
export interface Reported {
  readonly connector: string
  readonly report: SettlementReport
}

/**
 * Records a rail's report, whole and once. What a rail reports is a fact: nothing in it is refused; what we don't know or
 * know otherwise stands in suspense.
 *
 * @param passes - whether the rail's cursor may pass its day: not while an older report is still to be recorded
 */
export async function recordReport(recording: Recording, { report, passes }: Reported & { readonly passes: boolean }): Promise<void> {
  const { tx, marketplace, connector } = recording
  const from = await lockCursor(tx, { marketplace, connector })
  if ((await readRecorded(tx, { marketplace, connector, reports: [report] }))(report) !== undefined) return
  await record(recording, report)
  if (!passes || report.date <= from) return
  await tx.db.updateTable('rail_cursors').set({ cursor: report.date }).where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('feed', '=', 'settlements').execute()
}

/** Finds the settlement that a report stands in: a rail may publish one day's currencies at different hours. */
export async function readRecorded(
  tx: Tx, { marketplace, connector, reports }: { readonly marketplace: string; readonly connector: string; readonly reports: readonly SettlementReport[] },
): Promise<(report: SettlementReport) => string | undefined> {
  if (reports.length === 0) return () => undefined
  const rows = await tx.db.selectFrom('settlements').select(['id', 'report_id', 'currency'])
    .where('marketplace_id', '=', marketplace).where('connector', '=', connector)
    .where('report_id', 'in', reports.map(({ reportId }) => reportId)).execute()
  const known = new Map(rows.map(({ id, report_id: report, currency }) => [`${report} ${currency}`, id]))
  return ({ reportId, currency }) => known.get(`${reportId} ${currency}`)
}

/** The day of the last report that was recorded; whoever else imports waits here, and finds it done. */
async function lockCursor(
  tx: Tx, { marketplace, connector }: { marketplace: string; connector: string },
): Promise<string> {
  await tx.db.insertInto('rail_cursors')
    .values({ marketplace_id: marketplace, connector, feed: 'settlements', cursor: '' })
    .onConflict((conflict) => conflict.doNothing()).execute()
  const { cursor } = await tx.db.selectFrom('rail_cursors').select('cursor')
    .where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('feed', '=', 'settlements').forUpdate()
    .executeTakeFirstOrThrow()
  return cursor
}

/** A report at work in one transaction. */
export interface Recording {
  readonly deps: Deps
  readonly tx: Tx
  readonly marketplace: string
  readonly now: Date
  readonly connector: string
}

interface Line {
  readonly line: SettlementReportLine
  readonly op: OperationRow | null
}

async function record(recording: Recording, report: SettlementReport): Promise<void> {
  const { deps, tx, marketplace, now, connector } = recording
  const lines = await matchLines(recording, report)
  for (const one of lines) await catchUp(recording, one)
  const desk = openDesk({ marketplace, now })
  const { matched, touched, captures } = await expect(recording, lines)
  await lockOrders(tx, desk, await ordersOf(recording, touched))
  await lockCustody(tx, desk, [report.currency])
  const id = newId('settlement')
  recordSettlement(desk.book, { id, connector, currency: report.currency, lines: matched })
  const odd = matched.filter(({ gross, expected }) => gross !== expected).length
  if (odd > 0) {
    const what = { settlement: id, report: report.reportId, lines: odd }
    deps.log.error(what, 'a settlement report says what the ledger does not; the difference is in suspense')
  }
  await insertSettlement(recording, { id, report, lines })
  await markSettled(tx, desk, captures)
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
}

/** Finds what each line is about, in the report's currency: by our request's id, or by the rail's reference. */
async function matchLines(
  { tx, marketplace, connector }: Recording, { lines, currency }: SettlementReport,
): Promise<Line[]> {
  const ops = await tx.db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('currency', '=', currency)
    .where(sql<boolean>`(request_id = any(${lines.map(({ requestId }) => requestId ?? '')})
      or rail_reference = any(${lines.map(({ railReference }) => railReference)}))`).execute()
  const kinds = { capture: ['sale', 'authorize', 'capture'], refund: ['refund'] }
  return lines.map((line) => {
    const fitting = ops.filter(({ kind }) => kinds[line.kind].includes(kind))
    const op = fitting.find(({ request_id: requestId }) => requestId === line.requestId)
      ?? fitting.find(({ rail_reference: reference, kind }) => reference === line.railReference
        && kind !== 'authorize')
    return { line, op: op ?? null }
  })
}

/** A report may be the first to show what became of an operation: unknown until now, or an attempt that was closed over. */
async function catchUp(recording: Recording, { line, op }: Line): Promise<void> {
  if (!op) return
  const { deps, tx, marketplace, now } = recording
  if (!isResolved(op)) {
    const amount = line.gross < 0n ? -line.gross : line.gross
    const outcome = { outcome: 'approved', railReference: line.railReference, amount } as const
    await applyOutcome(tx, { deps, operation: op, now, appliance: applianceOf(op), outcome })
  }
  const took = op.kind === 'sale' && op.capture_id === null && line.gross > 0n
  const desk = openDesk({ marketplace, now })
  if (!took || !(await surface({ deps, tx, desk, op }, { took: line.gross, railReference: line.railReference }))) return
  await tx.db.updateTable('operations').set({ state: 'confirmed', rail_reference: line.railReference })
    .where('marketplace_id', '=', marketplace).where('id', '=', op.id).execute()
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
}

interface Expected {
  readonly matched: readonly MatchedLine[]
  /** Every capture that a line is about. */
  readonly touched: readonly Capture[]
  /** Those that are paid in full with this report. */
  readonly captures: readonly Capture[]
}

/** What our ledger has for each line: nothing for what isn't ours, failed, or was reported before; and which captures are paid in full. */
async function expect(recording: Recording, lines: readonly Line[]): Promise<Expected> {
  const ours = await oursOf(recording, lines)
  const captures: Capture[] = []
  const matched = lines.map(({ line, op }): MatchedLine => {
    const own = op && ours.get(op.id)
    if (!own) return { gross: line.gross, fee: line.fee, expected: 0n, settles: [] }
    const amount = op.kind === 'refund' ? -op.amount : (own.capture?.amount ?? own.surfaced)
    const before = own.reported
    own.reported = { gross: (before?.gross ?? 0n) + line.gross }
    if (own.capture && own.reported.gross >= amount) captures.push(own.capture)
    // the first line is held against the whole amount; what it was short of, later lines bring out of suspense
    return {
      gross: line.gross, fee: line.fee, expected: before ? 0n : amount,
      settles: own.capture && (before?.gross ?? 0n) < amount ? own.capture.allotments : [],
    }
  })
  return { matched, captures, touched: [...ours.values()].flatMap(({ capture }) => capture ?? []) }
}

interface Ours {
  readonly capture: Capture | undefined
  /** What a closed-over attempt took: posted when it surfaced, to no capture. */
  readonly surfaced: bigint
  /** What earlier lines say of it; null: none does. */
  reported: { readonly gross: bigint } | null
}

/** The operations that are confirmed, as they stand now, with what earlier lines have reported of them. */
async function oursOf({ tx, marketplace }: Recording, lines: readonly Line[]): Promise<Map<string, Ours>> {
  const { rows } = await sql<{ id: string; capture: string | null; surfaced: bigint | null; reported: bigint | null }>`
    select o.id, o.capture_id as capture, p.captured as surfaced, (
      select sum(l.gross)::bigint from settlement_lines l
      where l.marketplace_id = o.marketplace_id and l.operation_id = o.id) as reported
    from operations o
    left join payments p on p.marketplace_id = o.marketplace_id and p.id = o.payment_id and p.superseded
    where o.marketplace_id = ${marketplace} and o.id = any(${lines.flatMap(({ op }) => op?.id ?? [])})
      and o.state = 'confirmed'`.execute(tx.db)
  const captures = await readCaptureParts(tx, marketplace, rows.flatMap(({ capture }) => capture ?? []))
  return new Map(rows.map(({ id, capture, surfaced, reported }) => [id, {
    capture: captures.get(capture ?? ''), surfaced: surfaced ?? 0n,
    reported: reported === null ? null : { gross: reported },
  }]))
}

async function ordersOf({ tx, marketplace }: Recording, captures: readonly Capture[]): Promise<string[]> {
  if (captures.length === 0) return []
  const rows = await tx.db.selectFrom('payments').select('order_id').where('marketplace_id', '=', marketplace)
    .where('id', 'in', captures.map(({ payment }) => payment)).execute()
  return rows.map(({ order_id: order }) => order)
}

/** A statement takes 65,535 parameters; a line has nine. */
const LINES_AT_ONCE = 1_000

async function insertSettlement(
  { tx, marketplace, now, connector }: Recording,
  { id, report, lines }: { id: string; report: SettlementReport; lines: readonly Line[] },
): Promise<void> {
  const sum = (of: 'gross' | 'fee') => lines.reduce((total, { line }) => total + line[of], 0n)
  await tx.db.insertInto('settlements').values({
    marketplace_id: marketplace, id, connector, report_id: report.reportId, date: report.date,
    state: 'recorded', currency: report.currency,
    gross: sum('gross'), fees: sum('fee'), net: sum('gross') - sum('fee'), line_count: lines.length,
    created_at: now,
  }).execute()
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    await tx.db.insertInto('settlement_lines').values(lines.slice(from, from + LINES_AT_ONCE).map(({ line, op }) => ({
      marketplace_id: marketplace, id: newId('settlementLine'), settlement_id: id, kind: line.kind,
      operation_id: op?.id ?? null, rail_reference: line.railReference, currency: report.currency,
      gross: line.gross, fee: line.fee,
    }))).execute()
  }
}

async function markSettled(tx: Tx, desk: Desk, captures: readonly Capture[]): Promise<void> {
  if (captures.length === 0) return
  await tx.db.updateTable('captures').set({ settled_at: desk.now })
    .where('marketplace_id', '=', desk.marketplace)
    .where('id', 'in', captures.map(({ id }) => id)).execute()
}
