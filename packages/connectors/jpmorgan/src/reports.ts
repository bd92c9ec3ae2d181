import {
  ReportsUnavailable, SettlementReportRefused, cellsOf, ofEachCurrency, parseCsv, readDays, readList, type Cells, type Deadline, type ListedReport,
  type Parsed,
} from '@holdfast/connector-shared'
import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { AmountRefused, type Amounts } from './amounts.ts'
import type { AccessTokens } from './oauth.ts'
import { callRail } from './rail.ts'

/** Why a report was not taken. Nothing in it has been used: a report is read whole or not at all. */
export type ReportProblem =
  | 'csv_malformed' | 'header_missing' | 'column_missing' | 'row_too_long' | 'cell_missing' | 'number_damaged' | 'identifier_damaged'
  | 'action_unknown' | 'merchant_differs' | 'conversion_unsupported' | 'line_unbalanced' | 'sign_wrong' | 'line_repeated'
  | 'count_differs' | 'total_differs'

type Refused = SettlementReportRefused<ReportProblem>

const refused = (what: ConstructorParameters<typeof SettlementReportRefused<ReportProblem>>[0]): Refused => new SettlementReportRefused(what)

/** Lists, reads and checks the rail's daily settlement reports. */
export class Reports {
  readonly #parts: { readonly url: string; readonly tokens: AccessTokens; readonly amounts: Amounts }

  constructor(parts: { readonly url: string; readonly tokens: AccessTokens; readonly amounts: Amounts }) {
    this.#parts = parts
  }

  /**
   * One report a day and currency, oldest day first.
   *
   * @throws SettlementReportRefused | ReportsUnavailable
   */
  async after(date: string | null, { merchantId, deadline }: { merchantId: string; deadline: Deadline }): Promise<SettlementReport[]> {
    const { url, amounts } = this.#parts
    const get = (path: string): Promise<string> => this.#get(path, { merchantId, deadline })
    return readDays(readList(await get(url)), {
      after: date, read: async (report) => readReport(await get(`${url}?date=${report.date}`), { report, merchantId, amounts }),
    })
  }

  async #get(url: string, { merchantId, deadline }: { merchantId: string; deadline: Deadline }): Promise<string> {
    const answer = await callRail(this.#parts.tokens, { method: 'GET', url, merchantId }, deadline)
    if (answer.kind !== 'answered') throw new ReportsUnavailable(`the settlement reports cannot be had: ${answer.reason}`)
    if (answer.status !== 200) throw new ReportsUnavailable(`the settlement reports cannot be had: the rail answered ${answer.status}`)
    return answer.body
  }
}

const required = [
  'Entity Identifier', 'Merchant Action Text', 'Presentment Amount', 'Presentment Currency Code', 'Settled Total Fee Amount',
  'Settlement Amount', 'Settlement Currency Code', 'Transaction Identifier',
] as const
/** Not in every report of J.P. Morgan's. */
const optional = ['Request Identifier', 'Record Number'] as const
type Column = (typeof required)[number] | (typeof optional)[number]

/** One line of the file: its cells by column, and how to refuse it. */
interface Row extends Cells<Column> {
  readonly isTotal: boolean
  /** In our minor units. @throws SettlementReportRefused */
  amount(column: Column, currency: string): bigint
  refuse(problem: ReportProblem, column?: Column): Refused
}

interface Context {
  readonly report: ListedReport
  readonly merchantId: string
  readonly amounts: Amounts
}

/**
 * Reads one day's SettlementDetails: preamble lines of any number, the header, rows that may end early, totals.
 * Whatever does not add up to the report's own count and totals is refused, never mended.
 *
 * @throws SettlementReportRefused
 */
export function readReport(csv: string, { report, merchantId, amounts }: Context): SettlementReport[] {
  const rows = readRows(csv, { report, amounts })
  const details = rows.filter(({ isTotal }) => !isTotal)
  if (details.length !== report.lineCount) throw refused({ problem: 'count_differs', reportId: report.reportId })
  const lines = details.map((row) => readLine(row, merchantId))
  for (const row of rows.filter(({ isTotal }) => isTotal)) checkTotal(row, lines)
  return ofEachCurrency(lines, report)
}

function readRows(csv: string, context: Pick<Context, 'report' | 'amounts'>): Row[] {
  const all = parseCsv(csv, context.report.reportId)
  const top = all.findIndex(({ record }) => required.every((name) => record.some((cell) => cell.trim() === name)))
  if (top < 0) throw refused({ problem: missingHeader(all), reportId: context.report.reportId })
  const header = (all[top]?.record ?? []).map((cell) => cell.trim())
  return all.slice(top + 1)
    .filter(({ record }) => record.some((cell) => cell.trim() !== ''))
    .map((parsed) => rowOf(parsed, { ...context, header }))
}

/** Whether there is a header that lacks a column, or none at all. */
function missingHeader(all: readonly Parsed[]): ReportProblem {
  return all.some(({ record }) => record.some((cell) => cell.trim() === 'Transaction Identifier')) ? 'column_missing' : 'header_missing'
}

const amountColumns: ReadonlySet<Column> = new Set(required.filter((name) => name.endsWith(' Amount')))

function rowOf(parsed: Parsed, { header, report, amounts }: Pick<Context, 'report' | 'amounts'> & { header: readonly string[] }): Row {
  const { record, line } = parsed
  const refuse: Row['refuse'] = (problem, column) => refused({ problem, reportId: report.reportId, line, column })
  if (record.slice(header.length).some((cell) => cell.trim() !== '')) throw refuse('row_too_long')
  const cells = cellsOf<Column>(parsed, { header, nameOf: (column) => column, amounts: amountColumns, refuse })
  return {
    ...cells, refuse, isTotal: record[0]?.trim() === 'Total',
    amount: (column, currency) => {
      const text = cells.filled(column)
      try {
        return amounts.fromDecimal(text, currency)
      } catch (error) {
        throw error instanceof AmountRefused ? refuse('number_damaged', column) : error
      }
    },
  }
}

interface Line {
  readonly currency: string
  readonly line: SettlementReportLine
}

const kinds: Readonly<Record<string, SettlementReportLine['kind']>> = { SALES: 'capture', REFUNDS: 'refund' }

function readLine(row: Row, merchantId: string): Line {
  if (row.filled('Entity Identifier') !== merchantId) throw row.refuse('merchant_differs', 'Entity Identifier')
  const kind = kinds[row.filled('Merchant Action Text')]
  if (!kind) throw row.refuse('action_unknown', 'Merchant Action Text')
  const requestId = row.cell('Request Identifier')
  const { currency, gross, fee } = readSums(row)
  if (kind === 'capture' ? gross <= 0n : gross >= 0n) throw row.refuse('sign_wrong', 'Presentment Amount')
  const railReference = row.filled('Transaction Identifier')
  return { currency, line: { kind, railReference, requestId: requestId === '' ? null : requestId, gross, fee } }
}

/** The rail writes a fee that it charges as a negative amount; ours is what it costs. */
function readSums(row: Row): { currency: string; gross: bigint; fee: bigint } {
  const currency = row.filled('Presentment Currency Code')
  if (row.filled('Settlement Currency Code') !== currency) throw row.refuse('conversion_unsupported', 'Settlement Currency Code')
  const gross = row.amount('Presentment Amount', currency)
  const fee = -row.amount('Settled Total Fee Amount', currency)
  if (row.amount('Settlement Amount', currency) !== gross - fee) throw row.refuse('line_unbalanced', 'Settlement Amount')
  return { currency, gross, fee }
}

function checkTotal(row: Row, lines: readonly Line[]): void {
  const { currency, gross, fee } = readSums(row)
  const own = lines.filter((line) => line.currency === currency).map(({ line }) => line)
  const sum = (of: (line: SettlementReportLine) => bigint): bigint => own.reduce((total, line) => total + of(line), 0n)
  const count = row.cell('Record Number')
  const agrees = sum((line) => line.gross) === gross && sum((line) => line.fee) === fee && (count === '' || count === String(own.length))
  if (!agrees) throw row.refuse('total_differs')
}
