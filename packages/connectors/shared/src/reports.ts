import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { CsvError, parse } from 'csv-parse/sync'
import * as z from 'zod'

/* Daily settlement reports that a rail lists as JSON and gives as CSV. A report is read whole or not at all. */

/** A settlement report is not what it must be; an operator has to look at it. Cells are not quoted. */
export class SettlementReportRefused<Problem extends string> extends Error {
  override readonly name = 'SettlementReportRefused'
  readonly problem: Problem
  readonly reportId: string
  /** Of the file, from 1; 0 where no single line is at fault. */
  readonly line: number
  readonly column: string | undefined

  constructor({ problem, reportId, line = 0, column }: { problem: Problem; reportId: string; line?: number; column?: string | undefined }) {
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

export interface ListedReport {
  readonly reportId: string
  readonly date: string
  readonly lineCount: number
}

const listSchema = z.looseObject({
  reports: z.array(z.looseObject({ reportId: z.string().min(1).max(100), date: z.iso.date(), lineCount: z.int().min(0) })),
})

/** What a rail lists. @throws ReportsUnavailable */
export function readList(body: string): readonly ListedReport[] {
  const list = listSchema.safeParse(jsonOrUndefined(body))
  if (!list.success) throw new ReportsUnavailable('the list of settlement reports cannot be read')
  return list.data.reports
}

function jsonOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/**
 * Reads the days after one, oldest first. A day is given whole or not at all; where time runs out or a later day can't
 * be read, the days before it are given, and the next call begins with what went wrong.
 *
 * @param after - a day as YYYY-MM-DD; null: from the first
 * @throws SettlementReportRefused | ReportsUnavailable - about the first of these days
 */
export async function readDays(
  listed: readonly ListedReport[], { after, read }: { readonly after: string | null; read(report: ListedReport): Promise<readonly SettlementReport[]> },
): Promise<SettlementReport[]> {
  const wanted = listed.filter(({ date }) => after === null || date > after).toSorted((a, b) => (a.date < b.date ? -1 : 1))
  const reports: SettlementReport[] = []
  for (const report of wanted) {
    try {
      reports.push(...await read(report))
    } catch (error) {
      const expected = error instanceof SettlementReportRefused || error instanceof ReportsUnavailable
      if (expected && reports.length > 0) return reports
      throw error
    }
  }
  return reports
}

/** A record of a file, and the line that it ends on. */
export interface Parsed {
  readonly record: readonly string[]
  readonly line: number
}

/** Records of any length, empty lines left out. @throws SettlementReportRefused - csv_malformed */
export function parseCsv(csv: string, reportId: string): Parsed[] {
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

export interface Cells<Column extends string> {
  /** Empty where there is none, or where the row ends before the column. @throws SettlementReportRefused - a spreadsheet has had it */
  cell(column: Column): string
  /** @throws SettlementReportRefused - the cell is empty */
  filled(column: Column): string
}

/** The cells of a record, by their columns. */
export function cellsOf<Column extends string>({ record }: Parsed, { header, nameOf, amounts, refuse }: {
  readonly header: readonly string[]
  /** As the header has it; undefined: this layout has no such column. */
  readonly nameOf: (column: Column) => string | undefined
  /** The columns that hold numbers. */
  readonly amounts: ReadonlySet<Column>
  readonly refuse: (problem: 'number_damaged' | 'identifier_damaged' | 'cell_missing', column: Column) => Error
}): Cells<Column> {
  const cell = (column: Column): string => {
    const value = record[header.indexOf(nameOf(column) ?? '')]?.trim() ?? ''
    if (damaged.test(value)) throw refuse(amounts.has(column) ? 'number_damaged' : 'identifier_damaged', column)
    return value
  }
  const filled = (column: Column): string => {
    const value = cell(column)
    if (value === '') throw refuse('cell_missing', column)
    return value
  }
  return { cell, filled }
}

/**
 * A day's lines as reports, one a currency.
 *
 * @throws SettlementReportRefused - line_repeated: two lines are about the same
 */
export function ofEachCurrency(
  lines: readonly { readonly currency: string; readonly line: SettlementReportLine }[], { reportId, date }: Pick<ListedReport, 'reportId' | 'date'>,
): SettlementReport[] {
  return [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, some]) => {
    const own = some.map(({ line }) => line)
    if (new Set(own.map(({ kind, railReference }) => `${kind} ${railReference}`)).size < own.length) {
      throw new SettlementReportRefused({ problem: 'line_repeated', reportId })
    }
    return { reportId: `${reportId}-${currency}`, date, currency, net: own.reduce((sum, { gross, fee }) => sum + gross - fee, 0n), lines: own }
  }).toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
}
