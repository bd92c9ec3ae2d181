import { describe, expect, it } from 'vitest'
import { dayMs } from '../shared/clock.ts'
import { newFolder, RailCaller, stoppedClock } from '../testing.ts'
import { toDecimal } from './currency.ts'

interface Report {
  readonly preamble: readonly string[]
  readonly lines: readonly Readonly<Record<string, string>>[]
  readonly totals: readonly Readonly<Record<string, string>>[]
}

/** Reads what these tests write: no field of theirs holds a comma. */
function read(csv: string): Report {
  const rows = csv.trimEnd().split('\n')
  const start = rows.findIndex(row => row.includes('Transaction Identifier'))
  const header = rows[start]?.split(',') ?? []
  const records = rows
    .slice(start + 1)
    .map(row => Object.fromEntries(row.split(',').map((cell, index) => [header[index], cell])))
  const isTotal = (record: Record<string, string>): boolean => record['Account Number'] === 'Total'
  return {
    preamble: rows.slice(0, start),
    lines: records.filter(record => !isTotal(record)),
    totals: records.filter(isTotal),
  }
}

/** Decimal text to minor units. */
function minor(text: string | undefined, digits: number): bigint {
  const [whole = '', fraction = ''] = String(text).split('.')
  expect(fraction).toHaveLength(digits)
  return BigInt(whole + fraction)
}

async function report(caller: RailCaller, date: string): Promise<Report> {
  const answer = await caller.call('GET', `/reports/settlement?date=${date}`)
  expect(answer.status).toBe(200)
  return read(answer.text)
}

describe('a settlement report', () => {
  it('has a line for each capture and refund of its day, with fees and a total', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const id = await caller.approved({ amount: 30_000 })
    await caller.capture(
      id,
      {
        amount: 10_000,
        multiCapture: { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 2, isFinalCapture: false },
      },
      'cap-1',
    )
    await caller.capture(
      id,
      {
        amount: 777,
        multiCapture: { multiCaptureSequenceNumber: '2', multiCaptureRecordCount: 2, isFinalCapture: true },
      },
      'cap-2',
    )
    await caller.refund(id, 2500, 'ref-1')
    await caller.pay({ number: '4000000000000002', captureMethod: 'NOW' })
    clock.ms += dayMs
    const { preamble, lines, totals } = await report(caller, '2026-01-05')
    expect(preamble).toHaveLength(2)
    expect(preamble[1]).toContain('ReportTypeName=SettlementDetails')
    expect(
      lines.map(line => [
        line['Merchant Action Text'],
        line['Presentment Amount'],
        line['Settled Total Fee Amount'],
        line['Settlement Amount'],
        line['Request Identifier'],
        line['Merchant Order Number'],
      ]),
    ).toEqual([
      ['SALES', '100.00', '-3.20', '96.80', 'cap-1', 'ORD-42-M1'],
      ['SALES', '7.77', '-0.53', '7.24', 'cap-2', 'ORD-42-M1'],
      ['REFUNDS', '-25.00', '0.00', '-25.00', 'ref-1', 'ORD-42-M1'],
    ])
    expect(lines[0]).toMatchObject({
      'Account Number': '411111XXXXXX1111',
      'Transaction Identifier': id,
      'Settlement Currency Code': 'USD',
    })
    expect(totals).toMatchObject([
      {
        'Presentment Amount': '82.77',
        'Settled Total Fee Amount': '-3.73',
        'Settlement Amount': '79.04',
        'Record Number': '3',
      },
    ])
  })

  it('is negative on a day with refunds only', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const id = await caller.approved({ captureMethod: 'NOW' })
    clock.ms += dayMs
    await caller.refund(id, 4000)
    await caller.refund(id, 100)
    clock.ms += dayMs
    const { lines, totals } = await report(caller, '2026-01-06')
    expect(lines.map(line => line['Merchant Action Text'])).toEqual(['REFUNDS', 'REFUNDS'])
    expect(totals).toMatchObject([
      { 'Presentment Amount': '-41.00', 'Settled Total Fee Amount': '0.00', 'Settlement Amount': '-41.00' },
    ])
  })

  it('obeys currency exponents, with one total a currency', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    await caller.approved({ captureMethod: 'NOW', amount: 12_345, currency: 'JPY' })
    await caller.approved({ captureMethod: 'NOW', amount: 12_345, currency: 'EUR' })
    clock.ms += dayMs
    const { totals } = await report(caller, '2026-01-05')
    expect(
      totals.map(total => [
        total['Presentment Currency Code'],
        total['Presentment Amount'],
        total['Settlement Amount'],
      ]),
    ).toEqual([
      ['JPY', '12345', '11957'],
      ['EUR', '123.45', '119.57'],
    ])
  })

  it('sums exactly to the records over many operations and days', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now, refundFee: { bps: 0, fixed: 5 } })
    for (let index = 0; index < 40; index += 1) {
      const id = await caller.approved({ captureMethod: 'NOW', amount: 101 + index * 977 })
      if (index % 3 === 0) await caller.refund(id, 50 + index)
      clock.ms += dayMs / 10
    }
    clock.ms += dayMs
    const { body } = await caller.call('GET', '/reports/settlement')
    const dates = body['reports'] as { date: string; lineCount: number }[]
    const reports = await Promise.all(dates.map(({ date }) => report(caller, date)))
    const lines = reports.flatMap(each => each.lines)
    const sum = (column: string): bigint => lines.reduce((total, line) => total + minor(line[column], 2), 0n)
    const { records } = caller.rail
    const of = (all: readonly { amount: number; fee: number }[], key: 'amount' | 'fee'): number =>
      all.reduce((total, each) => total + each[key], 0)
    expect(dates.map(({ date }) => date)).toEqual([
      '2026-01-05',
      '2026-01-06',
      '2026-01-07',
      '2026-01-08',
      '2026-01-09',
    ])
    expect(lines).toHaveLength(54)
    expect(sum('Presentment Amount')).toBe(
      BigInt(of(records.captures(), 'amount') - of(records.refunds(), 'amount')),
    )
    expect(sum('Settled Total Fee Amount')).toBe(
      -BigInt(of(records.captures(), 'fee') + of(records.refunds(), 'fee')),
    )
    expect(sum('Settlement Amount')).toBe(sum('Presentment Amount') + sum('Settled Total Fee Amount'))
    for (const { lines: own, totals } of reports) {
      expect(minor(totals[0]?.['Settlement Amount'], 2)).toBe(
        own.reduce((total, line) => total + minor(line['Settlement Amount'], 2), 0n),
      )
    }
  })

  it('exists only for a day that is over, and had something on it', async () => {
    const clock = stoppedClock(Date.UTC(2026, 0, 5, 23, 59, 59, 999))
    const caller = await RailCaller.start({ now: clock.now })
    await caller.approved({ captureMethod: 'NOW' })
    expect(await caller.call('GET', '/reports/settlement?date=2026-01-05')).toMatchObject({ status: 404 })
    expect((await caller.call('GET', '/reports/settlement')).body).toEqual({
      merchantId: '998482157630',
      reports: [],
    })
    clock.ms += 1
    expect(await caller.call('GET', '/reports/settlement?date=2026-01-05')).toMatchObject({ status: 200 })
    expect((await caller.call('GET', '/reports/settlement')).body['reports']).toEqual([
      { reportId: 'SETL-998482157630-20260105', date: '2026-01-05', lineCount: 1 },
    ])
    for (const date of ['2026-01-04', '2026-01-06', '2030-01-01']) {
      expect(await caller.call('GET', `/reports/settlement?date=${date}`), date).toMatchObject({
        status: 404,
      })
    }
    expect(await caller.call('GET', '/reports/settlement?date=2026-02-30')).toMatchObject({ status: 400 })
  })

  it('never changes: not when the clock is put back, nor after a restart with other fees', async () => {
    const dataFolder = newFolder()
    const clock = stoppedClock()
    const before = await RailCaller.start({ now: clock.now, dataFolder })
    await before.approved({ captureMethod: 'NOW' })
    clock.ms += dayMs
    const { text } = await before.call('GET', '/reports/settlement?date=2026-01-05')
    clock.ms -= dayMs
    await before.approved({ captureMethod: 'NOW', amount: 555 })
    await before.rail.close()
    clock.ms += 2 * dayMs
    const after = await RailCaller.start({ now: clock.now, dataFolder, captureFee: { bps: 0, fixed: 0 } })
    expect((await after.call('GET', '/reports/settlement?date=2026-01-05')).text).toBe(text)
    expect((await report(after, '2026-01-06')).lines).toMatchObject([{ 'Presentment Amount': '5.55' }])
  })

  it('puts a delayed capture on the day on which it was due', async () => {
    const clock = stoppedClock(Date.UTC(2026, 0, 5, 21, 30))
    const caller = await RailCaller.start({ now: clock.now })
    await caller.approved({ captureMethod: 'DELAYED' })
    clock.ms += 30 * dayMs
    expect((await report(caller, '2026-01-05')).lines).toMatchObject([
      { 'Transaction Timestamp': '2026-01-05T23:30:00.000Z' },
    ])
  })

  it('needs a token and belongs to one merchant', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now, merchantIds: ['998482157630', '000017904371'] })
    await caller.approved({ captureMethod: 'NOW' })
    clock.ms += dayMs
    const path = '/reports/settlement?date=2026-01-05'
    expect(await caller.call('GET', path, undefined, { headers: { authorization: '' } })).toMatchObject({
      status: 401,
    })
    expect(
      await caller.call('GET', path, undefined, { headers: { 'merchant-id': '000017904371' } }),
    ).toMatchObject({ status: 404 })
  })
})

describe('decimals', () => {
  it.each([
    [0n, 'USD', '0.00'],
    [5n, 'USD', '0.05'],
    [-5n, 'USD', '-0.05'],
    [123_456n, 'EUR', '1234.56'],
    [0n, 'JPY', '0'],
    [-1200n, 'JPY', '-1200'],
    [999_999_999_999n, 'KRW', '999999999999'],
  ])('writes %i minor units of %s as %s', (amount, currency, text) => {
    expect(toDecimal(amount, currency)).toBe(text)
  })
})
