import { crc32, deflateRawSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { startOfDay } from '../shared/clock.ts'
import { csvLine } from '../shared/csv.ts'
import type { Desk } from './desk.ts'
import type { Trade } from './records.ts'
import { beijing, beijingDay, yuan } from './wire.ts'

/* The day's bill of trades: a ZIP of two tables in GBK, the details and a summary, as the merchant downloads it. */

/** What Alipay keeps of a payment: basis points of the amount, half up. */
const feeBps = 60

export function feeOf(amount: number): number {
  return Math.floor((amount * feeBps + 5_000) / 10_000)
}

/** A day's bill has this name, and comes after the day has ended in Beijing. `invalid`: not a day that is over. */
export function billUrl(desk: Desk, { type, day, origin }: { type: string | undefined; day: string | undefined; origin: string }): string | 'invalid' | undefined {
  const start = startOfDay(day ?? '')
  if (type !== 'trade' || day === undefined || start === undefined || day >= beijingDay(desk.clock.nowMs())) return 'invalid'
  const { payments, refunds } = desk.records.movementsOf(day)
  return payments.length + refunds.length === 0 ? undefined : `${origin}/bills/${desk.merchant.sellerId}/${day}.csv.zip`
}

export function registerBills(app: FastifyInstance, desk: Desk): void {
  app.get<{ Params: { seller: string; file: string } }>('/bills/:seller/:file', async (request, reply) => {
    const [, day] = /^(\d{4}-\d{2}-\d{2})\.csv\.zip$/.exec(request.params.file) ?? []
    const there = day !== undefined && request.params.seller === desk.merchant.sellerId && billUrl(desk, { type: 'trade', day, origin: '' })
    if (!there || there === 'invalid') return reply.code(404).send()
    const stem = `${desk.merchant.sellerId}0156_${day.replaceAll('-', '')}_业务明细`
    const files = [{ name: `${stem}.csv`, text: details(desk, day) }, { name: `${stem}(汇总).csv`, text: summary(desk, day) }]
    return reply.type('application/zip').send(zip(files.map(({ name, text }) => ({ name: toGbk(name), content: toGbk(text) }))))
  })
}

const columns = [
  '支付宝交易号', '商户订单号', '业务类型', '商品名称', '创建时间', '完成时间', '门店编号', '门店名称', '操作员', '终端号', '对方账户',
  '订单金额（元）', '商家实收（元）', '支付宝红包（元）', '集分宝（元）', '支付宝优惠（元）', '商家优惠（元）', '券核销金额（元）', '券名称',
  '商家红包消费金额（元）', '卡消费金额（元）', '退款批次号/请求号', '服务费（元）', '分润（元）', '备注',
]

interface Line {
  readonly trade: Trade
  readonly kind: '交易' | '退款'
  readonly at: number
  /** Fen; less than nothing for what was given back. */
  readonly amount: number
  readonly fee: number
  readonly request: string
}

function linesOf(desk: Desk, day: string): Line[] {
  const { payments, refunds } = desk.records.movementsOf(day)
  return [
    ...payments.map((trade): Line => {
      const { amount } = trade.order
      return { trade, kind: '交易', at: trade.paidAt ?? 0, amount, fee: -feeOf(amount), request: '' }
    }),
    ...refunds.map(({ trade, refund }): Line => ({
      trade, kind: '退款', at: refund.at, amount: -refund.amount, fee: 0, request: refund.outRequestNo,
    })),
  ].toSorted((a, b) => a.at - b.at)
}

function head(desk: Desk, day: string, title: string): string[] {
  const [from, to] = [day, beijingDay(Date.parse(`${day}T00:00:00Z`) + 86_400_000)].map(each => each.replace(/^(\d+)-(\d+)-(\d+)$/, '$1年$2月$3日 00:00:00'))
  return [`#支付宝业务${title}查询`, `#账号：[${desk.merchant.sellerId}0156]`, `#起始日期：[${from}]   终止日期：[${to}]`]
}

function details(desk: Desk, day: string): string {
  const lines = linesOf(desk, day)
  const counted = (kind: Line['kind']): { count: number; sum: number } => {
    const some = lines.filter(line => line.kind === kind)
    return { count: some.length, sum: some.reduce((sum, { amount }) => sum + amount, 0) }
  }
  const [paid, back] = [counted('交易'), counted('退款')]
  return [
    ...head(desk, day, '明细'),
    `#${'-'.repeat(41)}业务明细列表${'-'.repeat(40)}`,
    columns.join(','),
    ...lines.map(detail),
    `#${'-'.repeat(41)}业务明细列表结束${'-'.repeat(36)}`,
    `#交易合计：${paid.count}笔，商家实收共${yuan(paid.sum)}元，商家优惠共0.00元`,
    `#退款合计：${back.count}笔，商家实收退款共${yuan(back.sum)}元，商家优惠退款共0.00元`,
    `#导出时间：[${beijing(desk.clock.nowMs())}]`, '',
  ].join('\r\n')
}

/** Numbers that a spreadsheet would damage end in a tab. */
function detail({ trade, kind, at, amount, fee, request }: Line): string {
  const { order, tradeNo = '' } = trade
  const money = yuan(amount)
  return csvLine([
    `${tradeNo}\t`, `${order.outTradeNo}\t`, kind, order.subject, beijing(trade.createdAt ?? order.at), beijing(at), `${order.storeId ?? ''}\t`, '\t', '\t', '\t',
    '*小明(159****5620)\t', money, money, '0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00\t', '0.00', `${request}\t`, yuan(fee), '0.00', '',
  ])
}

function summary(desk: Desk, day: string): string {
  const lines = linesOf(desk, day)
  const sum = (of: 'amount' | 'fee'): string => yuan(lines.reduce((total, line) => total + line[of], 0))
  const refunds = lines.filter(({ kind }) => kind === '退款').length
  return [
    ...head(desk, day, '汇总'),
    `#${'-'.repeat(41)}业务汇总列表${'-'.repeat(40)}`,
    '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）',
    `合计\t,\t,${lines.length - refunds},${refunds},${sum('amount')},${sum('amount')},0.00,0.00,0.00,${sum('fee')},0.00,`,
    `#${'-'.repeat(41)}业务汇总列表结束${'-'.repeat(36)}`, `#导出时间：[${beijing(desk.clock.nowMs())}]`, '',
  ].join('\r\n')
}

let gbkCodes: Map<string, number> | undefined

/** Node decodes GBK but does not write it: the table is the decoder's, turned around. What GBK lacks becomes `?`. */
export function toGbk(text: string): Buffer {
  gbkCodes ??= readGbk()
  const bytes: number[] = []
  for (const character of text) {
    const code = character.charCodeAt(0) < 0x80 ? character.charCodeAt(0) : gbkCodes.get(character) ?? 0x3f
    if (code > 0xff) bytes.push(code >> 8)
    bytes.push(code & 0xff)
  }
  return Buffer.from(bytes)
}

function readGbk(): Map<string, number> {
  const decoder = new TextDecoder('gbk')
  const codes = new Map<string, number>()
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const character = decoder.decode(Uint8Array.of(lead, trail))
      if (character.length === 1 && character !== '\ufffd') codes.set(character, (lead << 8) | trail)
    }
  }
  return codes
}

interface ZipFile {
  readonly name: Buffer
  readonly content: Buffer
}

/** A plain ZIP archive, as PKZIP 2.0 has it. */
export function zip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of files) {
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = [Buffer.from('PK\u0003\u0004'), common, name, packed]
    const central = [Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, Buffer.alloc(10), Buffer.alloc(4), name]
    central[4]!.writeUInt32LE(offset)
    parts.push(...local)
    directory.push(...central)
    offset += local.reduce((sum, { length }) => sum + length, 0)
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, list, end])
}
