import { csvLine } from '../shared/csv.ts'
import { iso } from '../shared/clock.ts'
import { railDay } from './decisions.ts'
import type { Money } from '../shared/money.ts'
import type { Entry, Payment, Records, Refund, ReportRecord } from './records.ts'

/** A fee in basis points of the amount (half up) and a fixed part in minor units. */
export interface Fee {
  readonly bps: number
  readonly fixed: number
}

/** Antom's settlement details: the columns that its document names, of those that a wallet payment has. */
export const reportColumns: readonly string[] = [
  'settlementBatchId', 'customerId', 'PSP', 'referenceMerchantId', 'transactionId', 'originalTransactionId',
  'transactionRequestId', 'paymentMethodType', 'transactionType', 'paymentTime', 'settlementTime', 'productCode',
  'transactionAmountValue', 'transactionCurrency', 'settlementAmountValue', 'settlementCurrency', 'feeAmountValue',
]

interface Line {
  readonly day: string
  readonly at: number
  readonly cells: Readonly<Record<string, string>>
}

/** What journal entries are missing for every day that is over, and on which something happened, to have its report. */
export function dueReports(
  records: Records,
  { clientId, today, fee }: { clientId: string; today: string; fee: Fee },
): Entry[] {
  const days = Map.groupBy(linesOf(records, { clientId, fee }), ({ day }) => day)
  return [...days]
    .filter(([date]) => date < today && !records.reports.has(`${clientId} ${date}`))
    .map(([date, lines]) => ({ type: 'report', record: reportOf({ clientId, date, lines }) }))
}

/** The reports that exist, oldest first. */
export function listReports(records: Records, clientId: string): Pick<ReportRecord, 'reportId' | 'date' | 'lineCount'>[] {
  return [...records.reports.values()]
    .filter(report => report.clientId === clientId)
    .map(({ reportId, date, lineCount }) => ({ reportId, date, lineCount }))
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
}

function linesOf(records: Records, { clientId, fee }: { clientId: string; fee: Fee }): Line[] {
  return [...records.payments.values()]
    .filter(({ record }) => record.clientId === clientId)
    .flatMap(payment => [...paymentLines(payment, fee), ...payment.refunds.flatMap(refund => refundLine(payment, refund))])
    .toSorted((a, b) => a.at - b.at)
}

/** A payment that was canceled after it was paid stands twice, and its fee is returned. */
function paymentLines(payment: Payment, fee: Fee): Line[] {
  const { record, paidAt, endedAt = 0, status } = payment
  if (paidAt === undefined) return []
  const cost = feeOf(record.amount, fee)
  const cells = { transactionId: record.paymentId, transactionRequestId: record.paymentRequestId }
  const paid = line(payment, { at: paidAt, type: 'PAYMENT', sign: '', amount: record.amount, fee: cost, cells })
  if (status !== 'CANCELLED') return [paid]
  return [paid, line(payment, { at: endedAt, type: 'CANCEL', sign: '-', amount: record.amount, fee: cost, cells })]
}

function refundLine(payment: Payment, { record, settledAt }: Refund): Line[] {
  if (settledAt === undefined) return []
  const cells = {
    transactionId: record.refundId,
    originalTransactionId: record.paymentId,
    transactionRequestId: record.refundRequestId,
  }
  return [line(payment, { at: settledAt, type: 'REFUND', sign: '-', amount: record.amount, fee: 0n, cells })]
}

function line(
  { record, paidAt = 0 }: Payment,
  { at, type, sign, amount, fee, cells }: {
    at: number
    type: 'PAYMENT' | 'REFUND' | 'CANCEL'
    sign: '' | '-'
    amount: Money
    fee: bigint
    cells: Readonly<Record<string, string>>
  },
): Line {
  const value = `${sign}${amount.value}`
  return {
    day: railDay(at),
    at,
    cells: {
      customerId: record.clientId,
      PSP: 'ALIPAY_CN',
      referenceMerchantId: record.referenceMerchantId,
      paymentMethodType: record.paymentMethodType,
      productCode: record.productCode,
      transactionType: type,
      paymentTime: iso(paidAt),
      transactionAmountValue: value,
      transactionCurrency: amount.currency,
      settlementAmountValue: value,
      settlementCurrency: amount.currency,
      feeAmountValue: fee === 0n ? '0' : `${sign}${fee}`,
      ...cells,
    },
  }
}

function feeOf({ value }: Money, { bps, fixed }: Fee): bigint {
  return (BigInt(value) * BigInt(bps) + 5_000n) / 10_000n + BigInt(fixed)
}

function reportOf({ clientId, date, lines }: { clientId: string; date: string; lines: readonly Line[] }): ReportRecord {
  const reportId = `ANTM-${date.replaceAll('-', '')}-${clientId}`.slice(0, 64)
  const settlementTime = `${date}T23:59:59+08:00`
  const rows = lines.map(({ cells }) => {
    const all: Readonly<Record<string, string>> = { settlementBatchId: reportId, settlementTime, ...cells }
    return csvLine(reportColumns.map(column => all[column] ?? ''))
  })
  return { clientId, date, reportId, lineCount: lines.length, csv: [csvLine(reportColumns), ...rows, '<END>', ''].join('\n') }
}
