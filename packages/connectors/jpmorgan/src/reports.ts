import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import * as z from 'zod'
import { AmountRefused, type Amounts } from './amounts.ts'
import type { Deadline } from './http.ts'
import type { AccessTokens } from './oauth.ts'
import { callRail } from './rail.ts'

/** Why a report was not taken. Nothing in it has been used: a report is read whole or not at all. */
export type ReportProblem =
  | 'csv_malformed' | 'header_missing' | 'column_missing' | 'row_too_long' | 'cell_missing' | 'number_damaged' | 'identifier_damaged'
  | 'action_unknown' | 'merchant_differs' | 'conversion_unsupported' | 'line_unbalanced' | 'sign_wrong' | 'line_repeated'
  | 'count_differs' | 'total_differs'

/** A settlement report is not what it must be; an operator has to look at it. Cells are not quoted. */
export class SettlementReportRefused extends Error {
  override readonly name = 'SettlementReportRefused'
  readonly problem: ReportProblem
  readonly reportId: string
  /** Of the file, from 1; 0 where no single line is at fault. */
  readonly line: number
  readonly column: string | undefined

  constructor({ problem, reportId, line, column }: { problem: ReportProblem; reportId: string; line: number; column?: string | undefined }) {
    const place = [line > 0 ? `line ${line}` : '', column ?? ''].filter((part) => part !== '').join(', ')
    super(`the settlement report ${reportId} is refused: ${problem}${place === '' ? '' : ` (${place})`}`)
    this.problem = problem
    this.reportId = reportId
    this.line = line
    this.column = column
  }
}

/** The reports cannot be had now; ask again later. */
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

/** Lists, reads and checks the rail's daily settlement reports. */
export class Reports {
  readonly #parts: { readonly url: string; readonly tokens: AccessTokens; readonly amounts: Amounts }

  constructor(parts: { readonly url: string; readonly tokens: AccessTokens; readonly amounts: Amounts }) {
    this.#parts = parts
  }

  /**
   * One report a day and currency, oldest day first. A day is given whole or not at all; where time runs out or a
   * later day cannot be read, the days before it are given, and the next call begins with what went wrong.
   *
   * @throws SettlementReportRefused | ReportsUnavailable
   */
  async after(date: string | null, { merchantId, deadline }: { merchantId: string; deadline: Deadline }): Promise<SettlementReport[]> {
    const listed = await this.#list(merchantId, deadline)
    const wanted = listed.filter((report) => date === null || report.date > date).toSorted((a, b) => (a.date < b.date ? -1 : 1))
    const read: SettlementReport[] = []
    for (const report of wanted) {
      try {
        const csv = await this.#get(`${this.#parts.url}?date=${report.date}`, { merchantId, deadline })
        read.push(...readReport(csv, { report, merchantId, amounts: this.#parts.amounts }))
      } catch (error) {
        const expected = error instanceof SettlementReportRefused || error instanceof ReportsUnavailable
        if (expected && read.length > 0) return read
        throw error
      }
    }
    return read
  }

  async #list(merchantId: string, deadline: Deadline): Promise<readonly ListedReport[]> {
    const body = await this.#get(this.#parts.url, { merchantId, deadline })
    const list = listSchema.safeParse(jsonOrUndefined(body))
    if (!list.success) throw new ReportsUnavailable('the list of settlement reports cannot be read')
    return list.data.reports
  }

  async #get(url: string, { merchantId, deadline }: { merchantId: string; deadline: Deadline }): Promise<string> {
    const answer = await callRail(this.#parts.tokens, { method: 'GET', url, merchantId }, deadline)
    if (answer.kind !== 'answered') throw new ReportsUnavailable(`the settlement reports cannot be had: ${answer.reason}`)
    if (answer.status !== 200) throw new ReportsUnavailable(`the settlement reports cannot be had: the rail answered ${answer.status}`)
    return answer.body
  }
}

function jsonOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
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
interface Row {
  readonly isTotal: boolean
  /** Empty where the row ends before the column. */
  cell(column: Column): string
  /** @throws SettlementReportRefused - the cell is empty */
  filled(column: Column): string
  /** In our minor units. @throws SettlementReportRefused */
  amount(column: Column, currency: string): bigint
  refuse(problem: ReportProblem, column?: Column): SettlementReportRefused
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
  const refuse = (problem: ReportProblem): never => { throw new SettlementReportRefused({ problem, reportId: report.reportId, line: 0 }) }
  if (details.length !== report.lineCount) refuse('count_differs')
  const lines = details.map((row) => readLine(row, merchantId))
  for (const row of rows.filter(({ isTotal }) => isTotal)) checkTotal(row, lines)
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, some]) => {
    const own = some.map(({ line }) => line)
    if (new Set(own.map(({ kind, railReference }) => `${kind} ${railReference}`)).size < own.length) refuse('line_repeated')
    const { reportId, date } = report
    return { reportId: `${reportId}-${currency}`, date, currency, net: netOf(own), lines: own }
  }).toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
}

function netOf(lines: readonly SettlementReportLine[]): bigint {
  return lines.reduce((sum, { gross, fee }) => sum + gross - fee, 0n)
}

function readRows(csv: string, context: Pick<Context, 'report' | 'amounts'>): Row[] {
  const all = parseCsv(csv, context.report.reportId)
  const top = all.findIndex(({ record }) => required.every((name) => record.some((cell) => cell.trim() === name)))
  if (top < 0) throw new SettlementReportRefused({ problem: missingHeader(all), reportId: context.report.reportId, line: 0 })
  const header = (all[top]?.record ?? []).map((cell) => cell.trim())
  return all.slice(top + 1)
    .filter(({ record }) => record.some((cell) => cell.trim() !== ''))
    .map((parsed) => rowOf(parsed, { ...context, header }))
}

/** Whether there is a header that lacks a column, or none at all. */
function missingHeader(all: readonly Parsed[]): ReportProblem {
  return all.some(({ record }) => record.some((cell) => cell.trim() === 'Transaction Identifier')) ? 'column_missing' : 'header_missing'
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

function rowOf({ record, line }: Parsed, { header, report, amounts }: Pick<Context, 'report' | 'amounts'> & { header: readonly string[] }): Row {
  const refuse = (problem: ReportProblem, column?: Column): SettlementReportRefused =>
    new SettlementReportRefused({ problem, reportId: report.reportId, line, column })
  if (record.slice(header.length).some((cell) => cell.trim() !== '')) throw refuse('row_too_long')
  const cell = (column: Column): string => {
    const at = header.indexOf(column)
    const value = at < 0 ? '' : record[at]?.trim() ?? ''
    if (damaged.test(value)) throw refuse(/ Amount$/.test(column) ? 'number_damaged' : 'identifier_damaged', column)
    return value
  }
  const filled = (column: Column): string => {
    const value = cell(column)
    if (value === '') throw refuse('cell_missing', column)
    return value
  }
  return {
    isTotal: record[0]?.trim() === 'Total',
    cell,
    filled,
    refuse,
    amount: (column, currency) => {
      try {
        return amounts.fromDecimal(filled(column), currency)
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
