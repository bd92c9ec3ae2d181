import { csvLine } from '../shared/csv.ts'
import { dayOf, iso } from '../shared/clock.ts'
import { toDecimal } from './currency.ts'
import type { CaptureRecord, Entry, Records, RefundRecord } from './records.ts'

/** The columns, named as in J.P. Morgan's SettlementDetails and FeeDetails; `Request Identifier` is ours. */
export const reportColumns: readonly string[] = [
  'Account Number',
  'Authorization Code',
  'Entity Identifier',
  'Fund Transfer Identifier',
  'Funds Transfer Category Code',
  'Merchant Action Text',
  'Merchant Order Number',
  'Payment Method Code',
  'Presentment Amount',
  'Presentment Currency Code',
  'Record Number',
  'Request Identifier',
  'Settled Total Fee Amount',
  'Settlement Amount',
  'Settlement Currency Code',
  'Transaction Identifier',
  'Transaction Timestamp',
  'Transaction Type Text',
]

interface Line {
  readonly at: number
  readonly currency: string
  readonly gross: bigint
  readonly fee: bigint
  readonly cells: Readonly<Record<string, string>>
}

export interface ReportSummary {
  readonly reportId: string
  readonly date: string
  readonly lineCount: number
}

/** What journal entries are missing for every day that is over to have its report. */
export function dueReports(
  records: Records,
  { merchantId, nowMs }: { merchantId: string; nowMs: number },
): Entry[] {
  return [...linesByDay(records, merchantId)]
    .filter(([date]) => date < dayOf(nowMs) && !records.report(merchantId, date))
    .map(([date, lines]) => {
      const reportId = `SETL-${merchantId}-${date.replaceAll('-', '')}`
      return {
        type: 'report',
        record: {
          merchantId,
          date,
          reportId,
          csv: renderReport({ merchantId, date, reportId, lines, nowMs }),
        },
      }
    })
}

/** The reports that exist, oldest first. */
export function listReports(records: Records, merchantId: string): ReportSummary[] {
  return [...linesByDay(records, merchantId)]
    .flatMap(([date, lines]) => {
      const report = records.report(merchantId, date)
      return report ? [{ reportId: report.reportId, date, lineCount: lines.length }] : []
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
}

function linesByDay(records: Records, merchantId: string): Map<string, Line[]> {
  const mine = <R extends CaptureRecord | RefundRecord>(all: Iterable<R>): R[] =>
    [...all].filter(record => record.merchantId === merchantId && !record.decline)
  const dated = [
    ...mine(records.captures.values()).map(
      capture => [capture.settlementDay, captureLine(records, capture)] as const,
    ),
    ...mine(records.refunds.values()).map(refund => [refund.settlementDay, refundLine(refund)] as const),
  ]
  const days = Map.groupBy(dated, ([day]) => day)
  return new Map(
    [...days].map(([day, pairs]) => [day, pairs.map(([, line]) => line).toSorted((a, b) => a.at - b.at)]),
  )
}

function captureLine(records: Records, capture: CaptureRecord): Line {
  const payment = records.payments.get(capture.transactionId)?.record
  if (!payment) throw new Error(`capture ${capture.captureId} has no payment`)
  return line(capture, {
    gross: BigInt(capture.amount),
    currency: payment.currency,
    cells: {
      ...cardCells(payment),
      'Merchant Action Text': 'SALES',
      'Merchant Order Number': payment.merchantOrderNumber ?? '',
      'Transaction Identifier': capture.captureId,
      'Transaction Type Text': 'Deposit',
    },
  })
}

function refundLine(refund: RefundRecord): Line {
  return line(refund, {
    gross: -BigInt(refund.amount),
    currency: refund.currency,
    cells: {
      ...cardCells(refund),
      'Merchant Action Text': 'REFUNDS',
      'Merchant Order Number': refund.merchantOrderNumber ?? '',
      'Transaction Identifier': refund.refundId,
      'Transaction Type Text': 'Refund',
    },
  })
}

function cardCells({
  card,
  approvalCode,
}: Pick<RefundRecord, 'card' | 'approvalCode'>): Record<string, string> {
  return {
    'Account Number': card.maskedAccountNumber,
    'Authorization Code': approvalCode,
    'Payment Method Code': card.cardType,
  }
}

function line(
  { at, fee, requestId }: CaptureRecord | RefundRecord,
  { gross, currency, cells }: Pick<Line, 'gross' | 'currency' | 'cells'>,
): Line {
  return {
    at,
    currency,
    gross,
    fee: BigInt(fee),
    cells: { ...cells, 'Request Identifier': requestId, 'Transaction Timestamp': iso(at) },
  }
}

function renderReport({
  merchantId,
  date,
  reportId,
  lines,
  nowMs,
}: {
  merchantId: string
  date: string
  reportId: string
  lines: readonly Line[]
  nowMs: number
}): string {
  const always = {
    'Entity Identifier': merchantId,
    'Fund Transfer Identifier': reportId,
    'Funds Transfer Category Code': 'EFEFT',
  }
  const details = lines.map((each, index) =>
    row({ ...always, ...each.cells, ...amounts(each), 'Record Number': String(index + 1) }),
  )
  const totals = [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, some]) =>
    row({
      ...always,
      'Account Number': 'Total',
      'Record Number': String(some.length),
      ...amounts({
        currency,
        gross: sum(some.map(({ gross }) => gross)),
        fee: sum(some.map(({ fee }) => fee)),
      }),
    }),
  )
  const [generationDate, generationTime] = iso(nowMs).slice(0, 19).split('T')
  const entity = `ProcessingEntityId=${merchantId}`
  const days = `FromDate=${date},ToDate=${date}`
  const generation = `GenerationDate=${generationDate},GenerationTime=${generationTime}`
  return [
    `${entity},Frequency=daily`,
    `${entity},ReportTypeName=SettlementDetails,ReportId=${reportId},Frequency=daily,${days},${generation}`,
    csvLine(reportColumns),
    ...details,
    ...totals,
    '',
  ].join('\n')
}

/** A fee that is charged stands negative, as in FeeDetails. */
function amounts({ gross, fee, currency }: Pick<Line, 'gross' | 'fee' | 'currency'>): Record<string, string> {
  return {
    'Presentment Amount': toDecimal(gross, currency),
    'Presentment Currency Code': currency,
    'Settled Total Fee Amount': toDecimal(-fee, currency),
    'Settlement Amount': toDecimal(gross - fee, currency),
    'Settlement Currency Code': currency,
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

function row(cells: Readonly<Record<string, string>>): string {
  return csvLine(reportColumns.map(column => cells[column] ?? ''))
}
