import type { CallOptions, SettlementReport } from '@holdfast/core'
import { newId } from '@holdfast/contract'
import { describe, expect, it, onTestFinished } from 'vitest'
import { crc32, deflateRawSync } from 'node:zlib'
import { BillRefused, billAddress, readBill } from './bills.ts'
import { createAlipayConnector, type AlipayOptions } from './index.ts'
import { readOptions } from './options.ts'
import { marketplace, optionsFor, startTestRail } from './testing.ts'
import type { AlipaySimulator } from '@holdfast/simulators'

const soon: CallOptions = { timeoutMs: 5_000 }
const dayMs = 86_400_000
/** Noon in Beijing. */
const noon = Date.UTC(2026, 0, 5, 4)
const mineFields = { day: '2026-01-05', store: marketplace }

interface Shop {
  readonly simulator: AlipaySimulator
  readonly connector: ReturnType<typeof createAlipayConnector>
  sale(amount: bigint, of?: string): Promise<{ requestId: string; railReference: string }>
  refund(of: { requestId: string; railReference: string }, amount: bigint): Promise<string>
  reports(after?: string | null): Promise<readonly SettlementReport[]>
}

async function shop(more: Pick<AlipayOptions, 'bills'> = {}): Promise<Shop> {
  const simulator = await startTestRail({ now: () => new Date(noon) })
  onTestFinished(() => simulator.close())
  const connector = createAlipayConnector({ ...optionsFor(simulator), ...more })
  const common = (amount: bigint, of: string) => ({
    marketplace: of, operation: newId('operation'), requestId: crypto.randomUUID(), amount, currency: 'CNY', subject: newId('payment'), orderReference: 'PO',
  })
  return {
    simulator, connector,
    sale: async (amount, of = marketplace) => {
      const request = common(amount, of)
      const expiresAt = new Date(simulator.clock.nowMs() + 900_000).toISOString()
      await connector.charge({
        ...request, method: 'alipay', kind: 'sale', flow: 'qr_code', device: 'desktop', session: newId('session'), revision: 1, marketplaceName: 'M',
        description: 'Tea, 50% off', returnUrl: 'https://shop.example', notifyUrl: 'http://127.0.0.1:9/', expiresAt,
      }, soon)
      simulator.buyer(request.requestId.replaceAll('-', '_'), 'approve')
      const outcome = await connector.inquire({ ...request, kind: 'sale' }, soon)
      if (outcome.outcome !== 'approved') throw new Error(`the sale was ${outcome.outcome}`)
      return { requestId: request.requestId, railReference: outcome.railReference }
    },
    refund: async ({ requestId: chargeRequestId, railReference }, amount) => {
      const request = common(amount, marketplace)
      const outcome = await connector.followUp({ ...request, kind: 'refund', railReference, chargeRequestId }, soon)
      if (outcome.outcome !== 'approved') throw new Error(`the refund was ${outcome.outcome}`)
      return outcome.railReference
    },
    reports: (after = null) => connector.settlementReports({ marketplace, after }, soon),
  }
}

describe('settlement reports', () => {
  it('come from the day’s bill when it is over in Beijing: gross, fee, and whose it is', async () => {
    const { simulator, sale, refund, reports } = await shop()
    const first = await sale(10_000n)
    await sale(5_000n, 'mkt_01jd0000000000000000000009')
    const back = await refund(first, 2_500n)
    expect(await reports()).toEqual([])
    simulator.clock.set(dayMs)
    expect(await reports()).toEqual([{
      reportId: 'alipay-2088000000000042-2026-01-05', date: '2026-01-05', currency: 'CNY', net: 10_000n - 60n - 2_500n,
      lines: [
        { kind: 'capture', railReference: first.railReference, requestId: first.requestId, gross: 10_000n, fee: 60n },
        { kind: 'refund', railReference: back, requestId: back.slice(back.indexOf('_') + 1), gross: -2_500n, fee: 0n },
      ],
    }])
  })

  it('are given from the day after the last one imported, oldest first', async () => {
    const { simulator, sale, reports } = await shop()
    for (const day of [0, 1, 3]) {
      simulator.clock.set(day * dayMs)
      await sale(1_000n)
    }
    simulator.clock.set(6 * dayMs)
    const dates = async (after: string | null): Promise<string[]> => (await reports(after)).map(({ date }) => date)
    expect(await dates(null)).toEqual(['2026-01-05', '2026-01-06', '2026-01-08'])
    expect(await dates('2026-01-05')).toEqual(['2026-01-06', '2026-01-08'])
    expect(await dates('2026-01-08')).toEqual([])
  })

  it('wait at a day whose bill may still come, and ask no more for one on which there was nothing', async () => {
    const { simulator, sale, reports } = await shop({ bills: { lateHours: 36, daysBack: 3 } })
    simulator.clock.set(dayMs)
    await sale(1_000n)
    // the morning after: nothing was on the 5th, and its time is not up before noon
    simulator.clock.set(dayMs + 12 * 3_600_000)
    expect(await reports()).toEqual([])
    simulator.clock.set(2 * dayMs)
    expect(await reports()).toHaveLength(1)
    const asked = (): number => simulator.requests.log.length
    const before = asked()
    expect(await reports('2026-01-03')).toHaveLength(1)
    // the bill's address and the bill of the 6th; nothing for the 4th and the 5th
    expect(asked() - before).toBe(2)
  })

  it('wait for a day that is not over to Alipay’s clock, whatever ours says', async () => {
    const { simulator, sale, connector } = await shop()
    await sale(1_000n)
    const ahead = createAlipayConnector({ ...optionsFor(simulator), now: () => new Date(noon + 2 * dayMs) })
    expect(await ahead.settlementReports({ marketplace, after: '2026-01-04' }, soon)).toEqual([])
    simulator.clock.set(dayMs)
    expect(await ahead.settlementReports({ marketplace, after: '2026-01-04' }, soon)).toHaveLength(1)
    expect(await connector.settlementReports({ marketplace, after: '2026-01-04' }, soon)).toHaveLength(1)
  })

  it.each([
    ['http_500', /not answered/], ['malformed_json', /not answered/], ['decline', /refused \(40004 ACQ.SYSTEM_ERROR\)/],
  ] as const)('say what is wrong when the bill cannot be had (%s)', async (fault, message) => {
    const { simulator, sale, reports } = await shop()
    await sale(1_000n)
    simulator.clock.set(dayMs)
    simulator.faults.add({ fault, api: 'alipay.data.dataservice.bill.downloadurl.query' })
    await expect(reports('2026-01-04')).rejects.toThrow(message)
    expect(await reports('2026-01-04')).toHaveLength(1)
  })

  it('are given up to a day that cannot be had; the next call says what is wrong with it', async () => {
    const { simulator, sale, reports } = await shop()
    await sale(1_000n)
    simulator.clock.set(dayMs)
    await sale(1_000n)
    simulator.clock.set(2 * dayMs)
    const path = '/bills/2088000000000042/2026-01-06.csv.zip'
    simulator.faults.add({ fault: 'http_500', path, count: 2 })
    expect(await reports('2026-01-04')).toHaveLength(1)
    await expect(reports('2026-01-05')).rejects.toThrow("Alipay's bill of 2026-01-06: not downloaded")
    expect(await reports('2026-01-05')).toHaveLength(1)
  })
})

describe('a bill’s address', () => {
  it.each<[what: string, address: string, expected: string | undefined]>([
    ['as Alipay says it, without TLS', 'http://dwbillcenter.alipay.com/downloadBillFile.resource?token=t', 'https://dwbillcenter.alipay.com/downloadBillFile.resource?token=t'],
    ['with TLS', 'https://dwbillcenter.alipay.com/x', 'https://dwbillcenter.alipay.com/x'],
    ['on another’s host', 'http://dwbillcenter.alipay.com.evil.test/x', undefined],
    ['on a host that ends alike', 'https://evilalipay.com/x', undefined],
    ['near us', 'http://127.0.0.1/x', undefined],
    ['a file', 'file:///etc/passwd', undefined],
    ['nothing', '', undefined],
  ])('%s', async (_, address, expected) => {
    const rail = await startTestRail()
    onTestFinished(() => rail.close())
    const settings = readOptions({ ...optionsFor(rail), gateway: 'https://openapi.alipay.com/gateway.do' })
    expect(billAddress(address, settings)?.href).toBe(expected)
  })
})

const header = '支付宝交易号,商户订单号,业务类型,门店编号,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,分润（元）'

/** An archive with one stored file, in the encoding of a test: what is no ASCII stands in it as UTF-8, which the reader takes for GB 18030. */
function archiveOf(text: string): Buffer {
  const content = encoded(text)
  const packed = deflateRawSync(content)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x0403_4b50)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(crc32(content), 14)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x0201_4b50)
  central.writeUInt16LE(8, 10)
  central.writeUInt32LE(packed.length, 20)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length + packed.length, 16)
  return Buffer.concat([local, packed, central, end])
}

let codes: Map<string, number[]> | undefined

function encoded(text: string): Buffer {
  codes ??= new Map(pairs().map((pair) => [new TextDecoder('gbk').decode(Uint8Array.from(pair)), pair]))
  return Buffer.from([...text].flatMap((character) => codes?.get(character) ?? [character.charCodeAt(0)]))
}

function pairs(): number[][] {
  return Array.from({ length: 0xfe - 0x81 + 1 }, (_, lead) => Array.from({ length: 0xfe - 0x40 + 1 }, (_, trail) => [0x81 + lead, 0x40 + trail])).flat()
}

const paid = `20260105\t,T1\t,交易,${marketplace}\t,100.00,99.00,\t,-0.60,0.00`
const end = '#------业务明细列表结束------\n#交易合计：1笔，商家实收共99.00元，商家优惠共1.00元\n'
const billOf = (...rows: string[]): string => `#支付宝业务明细查询\n${header}\n${rows.join('\n')}\n`

describe('a bill', () => {
  const read = (text: string): unknown => readBill(archiveOf(text), mineFields)

  it('counts as a fee all of an order’s amount that is not received', () => {
    expect(read(billOf(paid) + end)).toEqual([{ kind: 'capture', railReference: '20260105', requestId: 'T1', gross: 10_000n, fee: 160n }])
  })

  it('may have its parentheses in either width, and other columns among ours', () => {
    const text = (billOf(paid) + end).replace(/（元）/g, '(元)').replace('商户订单号,', '商户订单号,商品名称,').replace('T1\t,', 'T1\t,"tea, green",')
    expect(read(text)).toMatchObject([{ gross: 10_000n, fee: 160n }])
  })

  it.each<[string, string, RegExp]>([
    ['no end', billOf(paid), /cut short/],
    ['fewer lines than it counts', `${billOf()}${end}`, /count differs/],
    ['no header', end, /header missing/],
    ['a column less', (billOf(paid) + end).replace(',服务费（元）', ''), /header missing/],
    ['a row that ends early', billOf('20260105\t,T1\t,交易') + end, /line 3: row differs/],
    ['an amount that a spreadsheet has had', billOf(paid.replace('100.00', '1E+02')) + end, /line 3: amount unreadable/],
    ['a business of another kind', `${billOf(paid.replace('交易', '转账'))}#`, /line 3: kind unknown/],
    ['a fee that is a gain', billOf(paid.replace('-0.60', '0.60')) + end, /line 3: fee unlikely/],
    ['a refund without its number', `${billOf(paid.replace('交易', '退款').replace('100.00,99.00', '-100.00,-99.00'))}#`, /line 3: row differs/],
    ['a line twice', `${billOf(paid, paid)}#`, /line repeated/],
  ])('with %s is refused', (_, text, message) => {
    expect(() => read(text)).toThrow(message)
    expect(() => read(text)).toThrow(BillRefused)
  })

  it.each([
    ['nothing', Buffer.alloc(0)], ['no archive', Buffer.from('PK, but only by name')], ['an archive cut short', archiveOf(billOf(paid) + end).subarray(30)],
  ])('that is %s is refused', (_, archive) => {
    expect(() => readBill(archive, mineFields)).toThrow(/archive damaged|header missing/)
  })
})
