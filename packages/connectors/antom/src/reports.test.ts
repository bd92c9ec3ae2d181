import { deadlineIn } from '@holdfast/connector-shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newId } from '@holdfast/contract'
import type { Outcome, PaymentConnector, WalletChargeRequest } from '@holdfast/core'
import { Amounts } from './amounts.ts'
import { ReportsUnavailable, SettlementReportRefused, createAntomConnector, type ReportLayout, type ReportProblem } from './index.ts'
import { layoutSchema } from './layout.ts'
import { readOptions } from './options.ts'
import { AntomRail } from './rail.ts'
import { readReport } from './reports.ts'
import { startTestRail } from './testing.ts'

const header = 'customerId,referenceMerchantId,transactionId,originalTransactionId,transactionRequestId,transactionType,'
  + 'transactionAmountValue,transactionCurrency,settlementAmountValue,settlementCurrency,feeAmountValue'
const sale = 'C1,mkt_1,P1,,op_1,PAYMENT,10000,USD,10000,USD,150'
const refund = 'C1,mkt_1,R1,P1,op_2,REFUND,-2500,USD,-2500,USD,0'
const otherSale = 'C1,mkt_2,P2,,op_3,PAYMENT,700,USD,700,USD,11'
const end = '<END>'

function read(lines: readonly string[], { lineCount = lines.length - 2, layout = {}, marketplace = 'mkt_1' }: { lineCount?: number; layout?: ReportLayout; marketplace?: string } = {}): ReturnType<typeof readReport> {
  const report = { reportId: 'ANTM-1', date: '2026-01-05', lineCount }
  return readReport(lines.join('\n'), { report, marketplace, amounts: new Amounts(), layout: layoutSchema.parse(layout) })
}

describe('a settlement report', () => {
  it('is read in minor units, with fees as what they cost, for one marketplace', () => {
    expect(read([header, sale, refund, otherSale, end])).toEqual([{
      reportId: 'ANTM-1-USD', date: '2026-01-05', currency: 'USD', net: 7_350n,
      lines: [
        { kind: 'capture', railReference: 'P1', requestId: 'op_1', gross: 10_000n, fee: 150n },
        { kind: 'refund', railReference: 'R1', requestId: 'op_2', gross: -2_500n, fee: 0n },
      ],
    }])
    expect(read([header, sale, refund, otherSale, end], { marketplace: 'mkt_2' })).toMatchObject([{ net: 689n }])
    expect(read([header, sale, end], { marketplace: 'mkt_3' })).toEqual([])
  })

  it.each<[string, string[]]>([
    ['a byte order mark and carriage returns', [`\uFEFF${header}`, sale, refund, end].map((line) => `${line}\r`)],
    ['lines before its header, and empty ones', ['Report,generated', '', header, sale, ',,,', refund, end, '']],
    ['columns in another order', [`X,${header}`, `1,${sale}`, `2,${refund}`, end]],
  ])('may have %s', (_, lines) => {
    expect(read(lines, { lineCount: 2 })[0]?.net).toBe(7_350n)
  })

  it('says by a line’s type which way the money went, whatever its sign; a refund’s fee comes back', () => {
    const lines = [header, sale.replace(',150', ',-150'), refund.replaceAll('-2500', '2500').replace(/,0$/, ',38'), end]
    expect(read(lines)[0]?.lines).toMatchObject([{ gross: 10_000n, fee: 150n }, { gross: -2_500n, fee: -38n }])
  })

  it('leaves out a charge that was canceled after it was paid, and shows a cancellation without its charge', () => {
    const undone = ['C1,mkt_1,P3,,op_4,PAYMENT,300,USD,300,USD,5', 'C1,mkt_1,P3,,op_4,CANCEL,-300,USD,-300,USD,-5'] as const
    expect(read([header, sale, ...undone, end])[0]).toMatchObject({ net: 9_850n, lines: [{ railReference: 'P1' }] })
    expect(read([header, sale, undone[1], end])[0]).toMatchObject({ lines: [{ railReference: 'P1' }, { kind: 'refund', railReference: 'P3', gross: -300n, fee: -5n }] })
  })

  it('keeps currencies apart', () => {
    const yen = 'C1,mkt_1,P4,,op_5,PAYMENT,1200,JPY,1200,JPY,18'
    expect(read([header, sale, yen, end]).map(({ reportId, net }) => [reportId, net])).toEqual([['ANTM-1-JPY', 1_182n], ['ANTM-1-USD', 9_850n]])
  })

  it('is laid out as the configuration says', () => {
    const layout: ReportLayout = { columns: { transactionId: 'id', type: 'kind', marketplace: null }, amounts: 'decimal', types: { P: 'capture' } }
    const lines = ['id,transactionRequestId,kind,transactionAmountValue,transactionCurrency,feeAmountValue', 'P1,op_1,P,100.00,USD,1.50', 'P2,op_2,P,1.00,USD,0.01', end]
    expect(read(lines, { layout })).toMatchObject([{ net: 9_949n }])
  })

  const change = (line: string, from: string, to: string): string => {
    expect(line).toContain(from)
    return line.replace(from, to)
  }

  it.each<[string, string[], ReportProblem]>([
    ['no header', [sale, refund, end], 'header_missing'],
    ['a header without a column', [change(header, 'feeAmountValue', 'fee'), sale, end], 'header_missing'],
    ['a header that names no marketplace', [change(header, 'referenceMerchantId', 'store'), sale, end], 'header_missing'],
    ['no end', [header, sale, refund], 'cut_short'],
    ['a quote that is never closed', [header, sale, `"${refund}`, end], 'csv_malformed'],
    ['an amount in scientific notation', [header, change(sale, '10000,USD,10000', '1E+04,USD,10000'), end], 'number_damaged'],
    ['an amount with a point', [header, change(sale, '10000,USD,10000', '100.00,USD,10000'), end], 'number_damaged'],
    ['an identifier in scientific notation', [header, change(sale, 'P1', '2.02E+27'), end], 'identifier_damaged'],
    ['a line without an identifier', [header, change(sale, 'P1', ''), end], 'cell_missing'],
    ['a type that we do not know', [header, change(sale, 'PAYMENT', 'CHARGEBACK'), end], 'type_unknown'],
    ['another settlement currency', [header, change(sale, '10000,USD,150', '9200,EUR,150'), end], 'conversion_unsupported'],
    ['another settlement amount', [header, change(sale, '10000,USD,150', '9999,USD,150'), end], 'conversion_unsupported'],
    ['an amount of zero', [header, change(sale, '10000,USD,10000', '0,USD,0'), end], 'sign_wrong'],
    ['a line twice', [header, sale, sale, end], 'line_repeated'],
  ])('with %s is refused', (_, lines, problem) => {
    const lineCount = lines.filter((line) => line !== header && line !== end).length
    expect(() => read(lines, { lineCount })).toThrow(SettlementReportRefused)
    expect(() => read(lines, { lineCount })).toThrow(expect.objectContaining({ problem }))
  })

  it('with another number of lines than its list says is refused', () => {
    expect(() => read([header, sale, end], { lineCount: 2 })).toThrow(/count_differs/)
  })
})

const soon = { timeoutMs: 5_000 }
const dayMs = 86_400_000

function charge(marketplace: string, now: number, amount: bigint): WalletChargeRequest {
  const operation = newId('operation')
  return {
    kind: 'sale', method: 'alipay', marketplace, operation, requestId: operation, amount, currency: 'USD', subject: newId('payment'),
    orderReference: 'PO 42/7', session: newId('session'), revision: 1, marketplaceName: 'Example Market', flow: 'redirect', device: 'phone',
    description: 'Tea', returnUrl: 'https://shop.example/done', notifyUrl: 'https://pay.example/n', expiresAt: new Date(now + 900_000).toISOString(),
  }
}

async function approved(connector: PaymentConnector, request: Parameters<PaymentConnector['inquire']>[0]): Promise<Outcome & { outcome: 'approved' }> {
  const outcome = await connector.inquire(request, soon)
  if (outcome.outcome !== 'approved') throw new Error(`not approved: ${outcome.outcome}`)
  return outcome
}

describe('the rail’s reports', () => {
  it('settle what was paid and refunded, once, after the day is over, and not what was given back by a cancel', async () => {
    const { simulator, marketplace, options } = await startTestRail()
    onTestFinished(() => simulator.close())
    simulator.rules.add({ action: 'drop', count: 100 })
    const connector = createAntomConnector(options)
    const requests = [10_000n, 700n].map((amount) => charge(marketplace, simulator.clock.nowMs(), amount))
    for (const request of requests) {
      await connector.charge(request, soon)
      simulator.buyer(request.requestId, 'approve')
    }
    const [first, second] = requests as [WalletChargeRequest, WalletChargeRequest]
    const { railReference } = await approved(connector, first)
    const refundId = newId('operation')
    await connector.followUp({ ...first, kind: 'refund', requestId: refundId, amount: 2_500n, railReference, chargeRequestId: first.requestId }, soon)
    await cancelAtRail({ options, paymentRequestId: second.requestId })
    expect(await connector.settlementReports({ marketplace, after: null }, soon)).toEqual([])
    simulator.clock.set(dayMs)
    const [report, ...more] = await connector.settlementReports({ marketplace, after: null }, soon)
    expect(more).toEqual([])
    expect(report).toMatchObject({
      currency: 'USD', net: 7_350n,
      lines: [{ kind: 'capture', railReference, requestId: first.requestId, gross: 10_000n, fee: 150n }, { kind: 'refund', requestId: refundId, gross: -2_500n }],
    })
    expect(await connector.settlementReports({ marketplace, after: report?.date ?? '' }, soon)).toEqual([])
    expect(await connector.settlementReports({ marketplace: newId('marketplace'), after: null }, soon)).toEqual([])
    const stranger = createAntomConnector({ ...options, clientId: 'SOMEONE_ELSE' })
    await expect(stranger.settlementReports({ marketplace, after: null }, soon)).rejects.toThrow(ReportsUnavailable)
  })
})

/** What an operator may do by hand: cancel a payment that is paid. The connector itself never does. */
async function cancelAtRail({ options, paymentRequestId }: { options: Parameters<typeof createAntomConnector>[0]; paymentRequestId: string }): Promise<void> {
  const call = await new AntomRail(readOptions(options)).call('cancel', { paymentRequestId }, deadlineIn(2_000))
  expect(call).toMatchObject({ kind: 'said', result: { resultStatus: 'S' } })
}
