import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import * as z from 'zod'
import { AmountRefused, type Amounts } from './amounts.ts'
import type { Deadline } from './http.ts'
import type { Layout, LineType, ReportField } from './layout.ts'
import { jsonOrUndefined, type AntomRail } from './rail.ts'

/** Why a report was not taken. Nothing in it has been used: a report is read whole or not at all. */
export type ReportProblem =
  | 'csv_malformed' | 'header_missing' | 'cut_short' | 'cell_missing' | 'number_damaged' | 'identifier_damaged' | 'type_unknown'
  | 'conversion_unsupported' | 'sign_wrong' | 'line_repeated' | 'count_differs'

/** A settlement report is not what it must be; an operator has to look at it. Cells are not quoted. */
export class SettlementReportRefused extends Error {
  override readonly name = 'SettlementReportRefused'
  readonly problem: ReportProblem
  readonly reportId: string
  /** Of the file, from 1; 0 where no single line is at fault. */
  readonly line: number
  readonly column: string | undefined

  constructor({ problem, reportId, line = 0, column }: { problem: ReportProblem; reportId: string; line?: number; column?: string | undefined }) {
    const place = [line > 0 ? `line ${line}` : '', column ?? ''].filter((part) => part !== '').join(', ')
    super(`the settlement report ${reportId} is refused: ${problem}${place === '' ? '' : ` (${place})`}`)
    this.problem = problem
    this.reportId = reportId
    this.line = line
    this.column = column
  }
}

/** The reports can't be had now; ask again later. */
export class ReportsUnavailable extends Error {
  override readonly name = 'ReportsUnavailable'
}

const listSchema = z.looseObject({
  reports: z.array(z.looseObject({ reportId: z.string().min(1).max(100), date: z.iso.date(), lineCount: z.int().min(0) })),
})

export interface ListedReport {
  readonly reportId: string
  readonly date: string
  readonly lineCount: number
}

interface Parts {
  readonly url: string
  readonly rail: AntomRail
  readonly amounts: Amounts
  readonly layout: Layout
}

/** Lists, reads and checks daily settlement reports. */
export class Reports {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * A marketplace's reports, one a day and currency, oldest day first. A day is given whole or not at all; where time
   * runs out or a later day can't be read, the days before it are given, and the next call begins with what went wrong.
   *
   * @throws SettlementReportRefused | ReportsUnavailable
   */
  async after({ marketplace, after }: { readonly marketplace: string; readonly after: string | null }, deadline: Deadline): Promise<SettlementReport[]> {
    const listed = await this.#list(deadline)
    const wanted = listed.filter(({ date }) => after === null || date > after).toSorted((a, b) => (a.date < b.date ? -1 : 1))
    const read: SettlementReport[] = []
    for (const report of wanted) {
      try {
        const csv = await this.#get(report.date, deadline)
        read.push(...readReport(csv, { report, marketplace, amounts: this.#parts.amounts, layout: this.#parts.layout }))
      } catch (error) {
        const expected = error instanceof SettlementReportRefused || error instanceof ReportsUnavailable
        if (expected && read.length > 0) return read
        throw error
      }
    }
    return read
  }

  async #list(deadline: Deadline): Promise<readonly ListedReport[]> {
    const list = listSchema.safeParse(jsonOrUndefined(await this.#get(undefined, deadline)))
    if (!list.success) throw new ReportsUnavailable('the list of settlement reports can’t be read')
    return list.data.reports
  }

  async #get(date: string | undefined, deadline: Deadline): Promise<string> {
    const url = new URL(this.#parts.url)
    if (date !== undefined) url.searchParams.set('date', date)
    const answer = await this.#parts.rail.get(url, deadline)
    if ('reason' in answer) throw new ReportsUnavailable(`the settlement reports can’t be had: ${answer.reason}`)
    return answer.body
  }
}

interface Context {
  readonly report: ListedReport
  readonly marketplace: string
  readonly amounts: Amounts
  readonly layout: Layout
}

/** The last line of every report; a file without it was cut short on its way. */
const end = '<END>'

/**
 * Reads one day's settlement details: preamble lines of any number, the header, the lines, the end. A charge that was
 * canceled after it was paid stands there twice, and takes no part: nothing came of it.
 *
 * @throws SettlementReportRefused
 */
export function readReport(csv: string, context: Context): SettlementReport[] {
  const { report: { reportId, date, lineCount }, marketplace, layout } = context
  const rows = readRows(csv, context)
  if (rows.length !== lineCount) throw new SettlementReportRefused({ problem: 'count_differs', reportId })
  const ours = rows.filter((row) => layout.columns.marketplace === null || row.cell('marketplace') === marketplace)
  const lines = withoutReversed(ours.map((row) => readLine(row, layout)))
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, some]) => {
    const own = some.map(({ line }) => line)
    if (new Set(own.map(({ kind, railReference }) => `${kind} ${railReference}`)).size < own.length) {
      throw new SettlementReportRefused({ problem: 'line_repeated', reportId })
    }
    return { reportId: `${reportId}-${currency}`, date, currency, net: own.reduce((sum, { gross, fee }) => sum + gross - fee, 0n), lines: own }
  }).toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
}

interface Row {
  /** Empty where there is none. @throws SettlementReportRefused - a spreadsheet has had it */
  cell(field: ReportField): string
  /** @throws SettlementReportRefused - empty */
  filled(field: ReportField): string
  /** In our minor units. @throws SettlementReportRefused */
  amount(field: ReportField, currency: string): bigint
  refuse(problem: ReportProblem, field?: ReportField): SettlementReportRefused
}

const needed = ['transactionId', 'requestId', 'type', 'amount', 'currency', 'fee'] as const satisfies readonly ReportField[]

function readRows(csv: string, context: Context): Row[] {
  const { report: { reportId }, layout: { columns } } = context
  const all = parseCsv(csv, reportId).filter(({ record }) => record.some((cell) => cell.trim() !== ''))
  if (all.at(-1)?.record[0]?.trim() !== end) throw new SettlementReportRefused({ problem: 'cut_short', reportId })
  const wanted = [...needed.map((field) => columns[field]), ...(columns.marketplace === null ? [] : [columns.marketplace])]
  const top = all.findIndex(({ record }) => wanted.every((name) => record.some((cell) => cell.trim() === name)))
  if (top < 0) throw new SettlementReportRefused({ problem: 'header_missing', reportId })
  const header = (all[top]?.record ?? []).map((cell) => cell.trim())
  return all.slice(top + 1, -1).map((parsed) => rowOf(parsed, { ...context, header }))
}

interface Parsed {
  readonly record: readonly string[]
  readonly line: number
}

function parseCsv(csv: string, reportId: string): Parsed[] {
  const lines: Parsed[] = []
  try {
    parse(csv, {
      bom: true, relax_column_count: true, skip_empty_lines: true,
      on_record: (record: string[], { lines: line }) => {
        lines.push({ record, line })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new SettlementReportRefused({ problem: 'csv_malformed', reportId, line: lines.at(-1)?.line ?? 0 })
  }
  return lines
}

/** What a spreadsheet makes of a long number; also of an id that looks like one. */
const damaged = /^-?\d+(?:\.\d+)?E[+-]?\d+$/i

function rowOf({ record, line }: Parsed, { header, report, amounts, layout }: Context & { readonly header: readonly string[] }): Row {
  const refuse = (problem: ReportProblem, field?: ReportField): SettlementReportRefused =>
    new SettlementReportRefused({ problem, reportId: report.reportId, line, column: field === undefined ? undefined : layout.columns[field] ?? undefined })
  const cell = (field: ReportField): string => {
    const at = header.indexOf(layout.columns[field] ?? '')
    const value = at < 0 ? '' : record[at]?.trim() ?? ''
    if (damaged.test(value)) throw refuse(amountFields.has(field) ? 'number_damaged' : 'identifier_damaged', field)
    return value
  }
  const filled = (field: ReportField): string => {
    const value = cell(field)
    if (value === '') throw refuse('cell_missing', field)
    return value
  }
  const amount = (field: ReportField, currency: string): bigint => {
    try {
      return layout.amounts === 'minor' ? amounts.fromMinor(filled(field), currency) : amounts.fromDecimal(filled(field), currency)
    } catch (error) {
      throw error instanceof AmountRefused ? refuse('number_damaged', field) : error
    }
  }
  return { cell, filled, refuse, amount }
}

const amountFields: ReadonlySet<ReportField> = new Set(['amount', 'settled', 'fee'])

interface Line {
  readonly type: LineType
  readonly currency: string
  readonly originalTransactionId: string
  readonly line: SettlementReportLine
}

/** Antom writes amounts of either sign, by contract: what a line is says which way the money went, and its fee. */
function readLine(row: Row, { types }: Layout): Line {
  const type = types[row.filled('type').toUpperCase()]
  if (!type) throw row.refuse('type_unknown', 'type')
  const currency = row.filled('currency')
  const magnitude = absolute(row.amount('amount', currency))
  if (magnitude === 0n) throw row.refuse('sign_wrong', 'amount')
  refuseConversion(row, { currency, magnitude })
  const fee = absolute(row.amount('fee', currency))
  const taken = type === 'capture'
  const requestId = row.cell('requestId')
  return {
    type, currency, originalTransactionId: row.cell('originalTransactionId'),
    line: {
      kind: taken ? 'capture' : 'refund', railReference: row.filled('transactionId'), requestId: requestId === '' ? null : requestId,
      gross: taken ? magnitude : -magnitude, fee: taken ? fee : -fee,
    },
  }
}

function refuseConversion(row: Row, { currency, magnitude }: { currency: string; magnitude: bigint }): void {
  const settledIn = row.cell('settlementCurrency')
  if (settledIn !== '' && settledIn !== currency) throw row.refuse('conversion_unsupported', 'settlementCurrency')
  if (row.cell('settled') !== '' && absolute(row.amount('settled', currency)) !== magnitude) throw row.refuse('conversion_unsupported', 'settled')
}

/** A canceled charge and its cancellation share the payment's id. One without the other stays, for an operator to see. */
function withoutReversed(lines: readonly Line[]): Line[] {
  const chargeOf = (line: Line): string => (line.originalTransactionId === '' ? line.line.railReference : line.originalTransactionId)
  const charges = new Set(lines.filter(({ type }) => type === 'capture').map(({ line }) => line.railReference))
  const undone = new Set(lines.filter((line) => line.type === 'reversal').map(chargeOf).filter((id) => charges.has(id)))
  return lines.filter((line) => line.type === 'refund' || !undone.has(line.type === 'capture' ? line.line.railReference : chargeOf(line)))
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
