import {
  ReportsUnavailable, SettlementReportRefused, cellsOf, ofEachCurrency, parseCsv, readDays, readList, type Cells, type Deadline, type ListedReport,
  type Parsed,
} from '@holdfast/connector-shared'
import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { AmountRefused, type Amounts } from './amounts.ts'
import type { Layout, LineType, ReportField } from './layout.ts'
import type { AntomRail } from './rail.ts'

/** Why a report was not taken. Nothing in it has been used: a report is read whole or not at all. */
export type ReportProblem =
  | 'csv_malformed' | 'header_missing' | 'cut_short' | 'cell_missing' | 'number_damaged' | 'identifier_damaged' | 'type_unknown'
  | 'conversion_unsupported' | 'sign_wrong' | 'line_repeated' | 'count_differs'

type Refused = SettlementReportRefused<ReportProblem>

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
   * A marketplace's reports, one a day and currency, oldest day first.
   *
   * @throws SettlementReportRefused | ReportsUnavailable
   */
  async after({ marketplace, after }: { readonly marketplace: string; readonly after: string | null }, deadline: Deadline): Promise<SettlementReport[]> {
    const { amounts, layout } = this.#parts
    return readDays(readList(await this.#get(undefined, deadline)), {
      after, read: async (report) => readReport(await this.#get(report.date, deadline), { report, marketplace, amounts, layout }),
    })
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
  const { report, marketplace, layout } = context
  const rows = readRows(csv, context)
  if (rows.length !== report.lineCount) throw refused({ problem: 'count_differs', reportId: report.reportId })
  const ours = rows.filter((row) => layout.columns.marketplace === null || row.cell('marketplace') === marketplace)
  return ofEachCurrency(withoutReversed(ours.map((row) => readLine(row, layout))), report)
}

const refused = (what: ConstructorParameters<typeof SettlementReportRefused<ReportProblem>>[0]): Refused => new SettlementReportRefused(what)

interface Row extends Cells<ReportField> {
  /** In our minor units. @throws SettlementReportRefused */
  amount(field: ReportField, currency: string): bigint
  refuse(problem: ReportProblem, field?: ReportField): Refused
}

const needed = ['transactionId', 'requestId', 'type', 'amount', 'currency', 'fee'] as const satisfies readonly ReportField[]

function readRows(csv: string, context: Context): Row[] {
  const { report: { reportId }, layout: { columns } } = context
  const all = parseCsv(csv, reportId).filter(({ record }) => record.some((cell) => cell.trim() !== ''))
  if (all.at(-1)?.record[0]?.trim() !== end) throw refused({ problem: 'cut_short', reportId })
  const wanted = [...needed.map((field) => columns[field]), ...(columns.marketplace === null ? [] : [columns.marketplace])]
  const top = all.findIndex(({ record }) => wanted.every((name) => record.some((cell) => cell.trim() === name)))
  if (top < 0) throw refused({ problem: 'header_missing', reportId })
  const header = (all[top]?.record ?? []).map((cell) => cell.trim())
  return all.slice(top + 1, -1).map((parsed) => rowOf(parsed, { ...context, header }))
}

function rowOf(parsed: Parsed, { header, report, amounts, layout }: Context & { readonly header: readonly string[] }): Row {
  const nameOf = (field: ReportField): string | undefined => layout.columns[field] ?? undefined
  const refuse: Row['refuse'] = (problem, field) =>
    refused({ problem, reportId: report.reportId, line: parsed.line, column: field === undefined ? undefined : nameOf(field) })
  const cells = cellsOf(parsed, { header, nameOf, amounts: amountFields, refuse })
  return {
    ...cells, refuse,
    amount: (field, currency) => {
      const text = cells.filled(field)
      try {
        return layout.amounts === 'minor' ? amounts.fromMinor(text, currency) : amounts.fromDecimal(text, currency)
      } catch (error) {
        throw error instanceof AmountRefused ? refuse('number_damaged', field) : error
      }
    },
  }
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
