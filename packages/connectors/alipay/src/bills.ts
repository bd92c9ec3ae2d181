import type { Deadline } from '@holdfast/connector-shared'
import type { SettlementReport, SettlementReportLine } from '@holdfast/core'
import { CsvError, parse } from 'csv-parse/sync'
import { beijingDay, dayAfter, startOfDay } from './beijing.ts'
import type { AlipayClient } from './client.ts'
import type { Settings } from './options.ts'
import { isSuccess, readAnswer, refundReference, requestIdOf } from './wire.ts'
import { AmountRefused, currency, fromYuan } from './yuan.ts'
import { ArchiveRefused, unzip } from './zip.ts'

export type BillProblem =
  | 'not_answered' | 'refused' | 'address_refused' | 'not_downloaded' | 'archive_damaged' | 'header_missing' | 'csv_malformed'
  | 'cut_short' | 'count_differs' | 'row_differs' | 'amount_unreadable' | 'kind_unknown' | 'fee_unlikely' | 'line_repeated'

/** A day's bill cannot be had or relied on. Names the day and the line, never what stands there. */
export class BillRefused extends Error {
  override readonly name = 'BillRefused'
  readonly problem: BillProblem

  constructor({ problem, day, line, detail }: { problem: BillProblem; day: string; line?: number; detail?: string }) {
    const where = line === undefined ? '' : `, line ${line}`
    super(`Alipay's bill of ${day}${where}: ${problem.replaceAll('_', ' ')}${detail === undefined ? '' : ` (${detail})`}`)
    this.problem = problem
  }
}

/** Of the archive, and of each of its files. */
const mostBytes = 64 * 1024 * 1024

const hourMs = 3_600_000

/**
 * What Alipay pays us, by its bill of trades: one for each day of Beijing on which there was a trade, made the next
 * morning. Alipay lists no bills: each day is asked for.
 */
export class Bills {
  readonly #settings: Settings
  readonly #client: AlipayClient
  /** Days on which there was nothing, by marketplace: known for good. */
  readonly #empty: Set<string> = new Set()

  constructor(settings: Settings, client: AlipayClient) {
    this.#settings = settings
    this.#client = client
  }

  /**
   * Oldest first, up to a day whose bill isn't made yet, or that can't be had: the next call says what is wrong.
   *
   * @throws BillRefused - of the first day
   */
  async after(after: string | null, { marketplace, deadline }: { marketplace: string; deadline: Deadline }): Promise<SettlementReport[]> {
    const reports: SettlementReport[] = []
    for (const day of this.#daysAfter(after)) {
      if (this.#empty.has(`${marketplace} ${day}`)) continue
      try {
        const report = await this.#ofDay(day, marketplace, deadline)
        if (report === 'later') break
        if (report === 'nothing') this.#empty.add(`${marketplace} ${day}`)
        else reports.push(report)
      } catch (error) {
        if (reports.length === 0) throw error
        break
      }
    }
    return reports
  }

  #daysAfter(after: string | null): string[] {
    const { now, bills } = this.#settings
    const today = beijingDay(now())
    const first = after === null ? dayAfter(today, -bills.daysBack) : dayAfter(after)
    const days: string[] = []
    for (let day = first; day < today; day = dayAfter(day)) days.push(day)
    return days
  }

  async #ofDay(day: string, marketplace: string, deadline: Deadline): Promise<SettlementReport | 'later' | 'nothing'> {
    const { bills, now, sellerId } = this.#settings
    const read = readAnswer(await this.#client.call({
      api: 'alipay.data.dataservice.bill.downloadurl.query', biz: { bill_type: bills.type, bill_date: day },
    }, deadline))
    if ('outcome' in read) throw new BillRefused({ problem: 'not_answered', day, detail: read.outcome.reason })
    const { body } = read
    if (/bill[-_]not[-_]exist$/i.test(body.sub_code ?? '')) {
      const last = startOfDay(dayAfter(day)).getTime() + bills.lateHours * hourMs
      return now().getTime() >= last ? 'nothing' : 'later'
    }
    // the kind and the form of the day are right: to Alipay's clock, the day is not over
    if (bills.type === 'trade' && /invalid[-_]arguments$/i.test(body.sub_code ?? '')) return 'later'
    if (!isSuccess(body)) throw new BillRefused({ problem: 'refused', day, detail: `${body.code} ${body.sub_code ?? ''}`.trimEnd() })
    const archive = await this.#download(body.bill_download_url ?? '', { day, deadline })
    const lines = readBill(archive, { day, store: bills.marketplaceAsStore ? marketplace : undefined })
    if (lines.length === 0) return 'nothing'
    const net = lines.reduce((sum, { gross, fee }) => sum + gross - fee, 0n)
    return { reportId: `alipay-${sellerId}-${day}`, date: day, currency, net, lines }
  }

  async #download(address: string, { day, deadline }: { day: string; deadline: Deadline }): Promise<Buffer> {
    const url = billAddress(address, this.#settings)
    if (!url) throw new BillRefused({ problem: 'address_refused', day })
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(Math.max(1, deadline())) })
      if (response.ok && response.body) return await bounded(response.body)
    } catch {
      // said below
    }
    throw new BillRefused({ problem: 'not_downloaded', day })
  }
}

/**
 * Where a bill may be had: the address comes signed from Alipay, and still leads only to Alipay. It says `http` there,
 * with a token in it, and is asked for as its gateway is: over TLS.
 */
export function billAddress(address: string, { gateway, bills: { hosts } }: Pick<Settings, 'gateway' | 'bills'>): URL | undefined {
  const [url, own] = [URL.parse(address), new URL(gateway)]
  if (!url || (url.protocol !== own.protocol && url.protocol !== 'http:')) return undefined
  const { hostname } = url
  if (hostname !== own.hostname && !hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`))) return undefined
  url.protocol = own.protocol
  return url
}

async function bounded(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of stream) {
    size += part.length
    if (size > mostBytes) throw new RangeError('too large')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const columns = {
  trade: '支付宝交易号', number: '商户订单号', kind: '业务类型', store: '门店编号', amount: '订单金额（元）', received: '商家实收（元）',
  refund: '退款批次号/请求号', fee: '服务费（元）', shared: '分润（元）',
} as const

type Column = keyof typeof columns

interface Reading {
  readonly day: string
  /** Only lines of this store; undefined: all. */
  readonly store: string | undefined
}

/**
 * Reads a bill: an archive with the details and a summary, tables in GBK with comments around them.
 *
 * Whatever does not add up to the bill's own counts is refused, never mended.
 *
 * @throws BillRefused
 */
export function readBill(archive: Buffer, reading: Reading): SettlementReportLine[] {
  const text = detailsOf(archive, reading.day)
  const rows = rowsOf(text, reading.day)
  checkCounts(text, rows, reading.day)
  const lines = rows.filter((row) => reading.store === undefined || row.cell('store') === reading.store).map(lineOf)
  const known = new Set(lines.map(({ kind, railReference }) => `${kind} ${railReference}`))
  if (known.size < lines.length) throw new BillRefused({ problem: 'line_repeated', day: reading.day })
  return lines
}

/** Parentheses come in both widths. */
const plain = (cell: string): string => cell.trim().replaceAll('(', '（').replaceAll(')', '）')

function hasHeader(cells: readonly string[]): boolean {
  const own = new Set(cells.map(plain))
  return Object.values(columns).every((column) => own.has(column))
}

/** The file with the details' header: names are no help, they come in an encoding that the archive doesn't say. */
function detailsOf(archive: Buffer, day: string): string {
  const decoder = new TextDecoder('gb18030')
  try {
    const texts = unzip(archive, mostBytes).map((file) => decoder.decode(file))
    const details = texts.find((text) => text.split('\n').some((line) => hasHeader(line.split(','))))
    if (details !== undefined) return details
  } catch (error) {
    if (error instanceof ArchiveRefused) throw new BillRefused({ problem: 'archive_damaged', day })
    throw error
  }
  throw new BillRefused({ problem: 'header_missing', day })
}

interface Row {
  cell(column: Column): string
  /** In fen. @throws BillRefused */
  amount(column: Column): bigint
  refuse(problem: BillProblem): BillRefused
}

function rowsOf(text: string, day: string): Row[] {
  const all = text.split(/\r?\n/)
  const top = all.findIndex((line) => hasHeader(line.split(',')))
  const length = all.slice(top + 1).findIndex((line) => line.startsWith('#'))
  // the comments that follow the table are the only sign that it is whole
  if (length < 0) throw new BillRefused({ problem: 'cut_short', day })
  const header = (all[top] ?? '').split(',').map(plain)
  const table = all.slice(top + 1, top + 1 + length)
  return recordsOf(table.join('\n'), day).map((record, index) => rowOf(record, { header, day, line: top + 2 + index }))
}

function recordsOf(table: string, day: string): string[][] {
  try {
    return parse(table, { relax_column_count: true, skip_empty_lines: true, relax_quotes: true })
  } catch (error) {
    if (error instanceof CsvError) throw new BillRefused({ problem: 'csv_malformed', day })
    throw error
  }
}

function rowOf(record: readonly string[], { header, day, line }: { header: readonly string[]; day: string; line: number }): Row {
  const refuse = (problem: BillProblem): BillRefused => new BillRefused({ problem, day, line })
  if (record.length !== header.length) throw refuse('row_differs')
  const cell = (column: Column): string => record[header.indexOf(columns[column])]?.trim() ?? ''
  return {
    cell, refuse,
    amount: (column) => {
      try {
        return fromYuan(cell(column))
      } catch (error) {
        if (error instanceof AmountRefused) throw refuse('amount_unreadable')
        throw error
      }
    },
  }
}

/** The bill's last lines count what stands above: `#交易合计：2笔，…`, `#退款合计：1笔，…`. */
function checkCounts(text: string, rows: readonly Row[], day: string): void {
  for (const kind of ['交易', '退款']) {
    const [, count] = new RegExp(`^#${kind}合计：(\\d+)笔`, 'm').exec(text) ?? []
    const there = rows.filter((row) => row.cell('kind') === kind).length
    if (count !== undefined && Number(count) !== there) throw new BillRefused({ problem: 'count_differs', day })
  }
}

/** Gross is what the order came to; the fee is all of it that we don't receive. Refunds are less than nothing. */
function lineOf(row: Row): SettlementReportLine {
  const [gross, serviceFee] = [row.amount('amount'), row.amount('fee')]
  const fee = gross - row.amount('received') - serviceFee - row.amount('shared')
  const [tradeNo, number, refund] = [row.cell('trade'), row.cell('number'), row.cell('refund')]
  if (tradeNo === '' || number === '') throw row.refuse('row_differs')
  switch (row.cell('kind')) {
    case '交易': {
      // said the other way round, a fee would become income
      if (gross < 0n || serviceFee > 0n) throw row.refuse('fee_unlikely')
      return { kind: 'capture', railReference: tradeNo, requestId: requestIdOf(number), gross, fee }
    }
    case '退款': {
      if (gross > 0n || refund === '') throw row.refuse('row_differs')
      const requestId = requestIdOf(refund)
      return { kind: 'refund', railReference: refundReference(tradeNo, requestId), requestId, gross, fee }
    }
    default: throw row.refuse('kind_unknown')
  }
}
