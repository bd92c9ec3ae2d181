import { afterEach, describe, expect, it } from 'vitest'
import { newId } from '@holdfast/contract'
import type { ChargeRequest, FollowUpRequest, Outcome, PaymentConnector, SettlementReport } from '@holdfast/core'
import { defaultMerchantId } from '@holdfast/simulators'
import { Amounts } from './amounts.ts'
import { SettlementReportRefused, createJpmorganConnector, type ReportProblem } from './index.ts'
import { readReport } from './reports.ts'
import { startTestRail, testCards, type TestRail } from './testing.ts'

const open: TestRail[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((rail) => rail.close())) })

const header = 'Account Number,Entity Identifier,Merchant Action Text,Presentment Amount,Presentment Currency Code,Record Number,'
  + 'Request Identifier,Settled Total Fee Amount,Settlement Amount,Settlement Currency Code,Transaction Identifier,Transaction Type Text'
const preamble = 'ProcessingEntityId=998482157630,Frequency=daily,,,\nProcessingEntityId=998482157630,ReportTypeName=SettlementDetails,,,'
const sale = '411234XXXXXX4113,998482157630,SALES,100.00,USD,1,op_1,-3.20,96.80,USD,7ffc-1,Deposit'
const refund = '411234XXXXXX4113,998482157630,REFUNDS,-25.00,USD,2,op_2,0.00,-25.00,USD,ae05-1,Refund'
const total = 'Total,998482157630,,75.00,USD,2,,-3.20,71.80,USD,,'

function read(lines: readonly string[], lineCount = 2): ReturnType<typeof readReport> {
  const report = { reportId: 'SETL-1', date: '2026-01-05', lineCount }
  return readReport(lines.join('\n'), { report, merchantId: defaultMerchantId, amounts: new Amounts() })
}

describe('a settlement report', () => {
  it('is read in minor units, with fees as what they cost', () => {
    expect(read([preamble, header, sale, refund, total])).toEqual([{
      reportId: 'SETL-1-USD', date: '2026-01-05', currency: 'USD', net: 7_180n,
      lines: [
        { kind: 'capture', railReference: '7ffc-1', requestId: 'op_1', gross: 10_000n, fee: 320n },
        { kind: 'refund', railReference: 'ae05-1', requestId: 'op_2', gross: -2_500n, fee: 0n },
      ],
    }])
  })

  it.each([
    ['a byte order mark and carriage returns', [`\uFEFF${preamble}`, header, sale, refund, total].map((line) => `${line}\r`)],
    ['three preamble lines', ['Report,generated', preamble, header, sale, refund, total]],
    ['no preamble and no totals', [header, sale, refund]],
    ['empty lines and rows of commas', [preamble, '', header, sale, ',,,,,,', refund, total, '']],
    ['columns in another order', ['Merchant Order Number,' + header, `X,${sale}`, `X,${refund}`]],
    ['rows that end before columns that are not needed', [header, sale.replace(',Deposit', ''), refund.replace(',Refund', ''), 'Total,998482157630,,75.00,USD,2,,-3.20,71.80,USD']],
    ['rows that end in idle commas', [header, `${sale},,,`, `${refund},`]],
  ])('may have %s', (_, lines) => {
    expect(read(lines)[0]?.net).toBe(7_180n)
  })

  it('keeps currencies apart, each with its own digits and totals', () => {
    const yen = '411234XXXXXX4113,998482157630,SALES,1200,JPY,3,op_3,-65,1135,JPY,c3-1,Deposit'
    const reports = read([header, sale, refund, yen, total, 'Total,998482157630,,1200,JPY,1,,-65,1135,JPY,,'], 3)
    expect(reports.map(({ reportId, net }) => [reportId, net])).toEqual([['SETL-1-JPY', 1_135n], ['SETL-1-USD', 7_180n]])
  })

  it('has no request id where the rail does not report it', () => {
    const without = [header, sale, refund].map((line) => line.split(',').toSpliced(6, 1).join(','))
    expect(read(without)[0]?.lines.map(({ requestId }) => requestId)).toEqual([null, null])
  })

  const change = (line: string, from: string, to: string): string => {
    expect(line).toContain(from)
    return line.replace(from, to)
  }

  it.each<[string, string[], ReportProblem, string]>([
    ['no header', [preamble, sale, refund], 'header_missing', ''],
    ['a header without a column', [header.replace('Settlement Amount', 'Net'), sale, refund], 'column_missing', ''],
    ['a quote that is never closed', [header, sale, `"${refund}`], 'csv_malformed', ''],
    ['an amount in scientific notation', [header, sale, change(refund, '0.00', '0.00E+00')], 'number_damaged', 'line 3, Settled Total Fee Amount'],
    ['an amount that lost its zeros', [header, change(sale, '96.80', '96.8'), refund], 'number_damaged', 'line 2, Settlement Amount'],
    ['an identifier in scientific notation', [header, change(sale, '7ffc-1', '1.03311E+11'), refund], 'identifier_damaged', 'line 2, Transaction Identifier'],
    ['a request id in scientific notation', [header, change(sale, 'op_1', '1.55E+12'), refund], 'identifier_damaged', 'line 2, Request Identifier'],
    ['a line without an identifier', [header, sale, change(refund, 'ae05-1', '')], 'cell_missing', 'line 3, Transaction Identifier'],
    ['a row cut short', [header, sale, refund.slice(0, 60)], 'cell_missing', 'line 3'],
    ['a row with more than its columns', [header, sale, `${refund},5.00`], 'row_too_long', 'line 3'],
    ['a kind of line that we do not know', [header, sale, change(refund, 'REFUNDS', 'CHARGEBACKS')], 'action_unknown', 'line 3, Merchant Action Text'],
    ['another merchant’s line', [header, sale, change(refund, '998482157630', '998482157631')], 'merchant_differs', 'line 3, Entity Identifier'],
    ['a conversion', [header, change(sale, '96.80,USD', '96.80,EUR'), refund], 'conversion_unsupported', 'line 2'],
    ['a line that does not add up', [header, change(sale, '96.80', '96.79'), refund], 'line_unbalanced', 'line 2, Settlement Amount'],
    ['a sale below zero', [header, '4,998482157630,SALES,-1.00,USD,1,a,0.00,-1.00,USD,b,', refund], 'sign_wrong', 'line 2'],
    ['a refund above zero', [header, sale, '4,998482157630,REFUNDS,1.00,USD,1,a,0.00,1.00,USD,b,'], 'sign_wrong', 'line 3'],
    ['a line twice', [header, sale, sale], 'line_repeated', ''],
    ['fewer lines than were listed', [header, sale], 'count_differs', ''],
    ['more lines than were listed', [header, sale, refund, change(refund, 'ae05-1', 'ae05-2')], 'count_differs', ''],
    ['a total that differs', [header, sale, refund, change(change(total, '75.00', '75.01'), '71.80', '71.81')], 'total_differs', 'line 4'],
    ['a total of another count', [header, sale, refund, change(total, 'USD,2', 'USD,3')], 'total_differs', 'line 4'],
  ])('is refused with %s', (_, lines, problem, place) => {
    try {
      read(lines)
      expect.unreachable('the report was taken')
    } catch (error) {
      if (!(error instanceof SettlementReportRefused)) throw error
      expect([error.problem, error.reportId]).toEqual([problem, 'SETL-1'])
      expect(error.message).toContain(place)
    }
  })
})

const soon = { timeoutMs: 5_000 }
const dayMs = 86_400_000

interface Shop {
  readonly rail: TestRail
  readonly connector: PaymentConnector
  reports(after?: string | null): Promise<readonly SettlementReport[]>
  sale(amount: bigint, currency?: string): Promise<Outcome & { outcome: 'approved' } & { requestId: string }>
  refund(of: string, amount: bigint): Promise<string>
  nextDay(): void
}

async function openShop(): Promise<Shop> {
  const clock = { ms: Date.UTC(2026, 0, 5, 9) }
  const rail = await startTestRail({ now: () => new Date(clock.ms) })
  open.push(rail)
  const { marketplace } = rail
  const connector = createJpmorganConnector(rail.options)
  const request = (amount: bigint, currency = 'USD'): Omit<FollowUpRequest, 'kind' | 'railReference'> => {
    const operation = newId('operation')
    return { marketplace, operation, requestId: operation, amount, currency, subject: newId('payment'), orderReference: 'PO-1', chargeRequestId: newId('operation') }
  }
  return {
    rail, connector,
    reports: (after = null) => connector.settlementReports({ marketplace, after }, soon),
    nextDay: () => { clock.ms += dayMs },
    sale: async (amount, currency) => {
      const bound = { session: newId('session'), revision: 1 }
      const cardToken = await rail.card(testCards.approved, bound)
      const charge: ChargeRequest = { ...request(amount, currency), ...bound, kind: 'sale', method: 'card', cardToken, marketplaceName: 'Example Market' }
      const outcome = await connector.charge(charge, soon)
      if (outcome.outcome !== 'approved') throw new Error(`the sale was ${outcome.outcome}`)
      return { ...outcome, requestId: charge.requestId }
    },
    refund: async (railReference, amount) => {
      const refund: FollowUpRequest = { ...request(amount), kind: 'refund', railReference }
      expect(await connector.followUp(refund, soon)).toMatchObject({ outcome: 'approved' })
      return refund.requestId
    },
  }
}

describe('settlement reports of the rail', () => {
  it('hold each capture and refund once, by our request ids, and sum to what was paid', async () => {
    const shop = await openShop()
    const first = await shop.sale(124_800n)
    const yen = await shop.sale(9_800n, 'JPY')
    const refundId = await shop.refund(first.railReference, 24_800n)
    shop.nextDay()
    const second = await shop.refund(first.railReference, 100n)
    shop.nextDay()
    const reports = await shop.reports()
    expect(reports.map(({ date, currency }) => [date, currency])).toEqual([['2026-01-05', 'JPY'], ['2026-01-05', 'USD'], ['2026-01-06', 'USD']])
    expect(reports[1]?.lines.map(({ kind, requestId, gross }) => [kind, requestId, gross])).toEqual([
      ['capture', first.requestId, 124_800n], ['refund', refundId, -24_800n],
    ])
    expect(reports[1]?.net).toBe(124_800n - 24_800n - (3_619n + 30n))
    expect(reports[0]?.lines[0]?.requestId).toBe(yen.requestId)
    expect([reports[2]?.net, reports[2]?.lines[0]?.requestId]).toEqual([-100n, second])
  })

  it('are given from the day after the last one imported', async () => {
    const shop = await openShop()
    for (const amount of [100n, 200n, 300n]) {
      await shop.sale(amount)
      shop.nextDay()
    }
    const dates = async (after: string | null): Promise<string[]> =>
      (await shop.reports(after)).map(({ date }) => date)
    expect(await dates('2026-01-05')).toEqual(['2026-01-06', '2026-01-07'])
    expect(await dates('2026-01-07')).toEqual([])
  })

  it('are given up to a day that cannot be had; the next call says what is wrong with it', async () => {
    const shop = await openShop()
    await shop.sale(100n)
    shop.nextDay()
    await shop.sale(200n)
    shop.nextDay()
    shop.rail.simulator.faults.add({ fault: 'slow', ms: 0, path: '/reports/settlement', count: 2 })
    shop.rail.simulator.faults.add({ fault: 'http_500', path: '/reports/settlement' })
    const first = await shop.reports()
    expect(first.map(({ date }) => date)).toEqual(['2026-01-05'])
    shop.rail.simulator.faults.add({ fault: 'slow', ms: 0, path: '/reports/settlement' })
    shop.rail.simulator.faults.add({ fault: 'malformed_json', path: '/reports/settlement' })
    await expect(shop.reports('2026-01-05')).rejects.toThrow(SettlementReportRefused)
    expect(await shop.reports('2026-01-05')).toHaveLength(1)
  })

  it('that cannot be listed are asked for again later', async () => {
    const shop = await openShop()
    shop.rail.simulator.faults.add({ fault: 'malformed_json', path: '/reports/settlement' })
    await expect(shop.reports()).rejects.toThrow('cannot be')
    await expect(shop.connector.settlementReports({ marketplace: newId('marketplace'), after: null }, soon)).rejects.toThrow('merchant-id')
  })
})
