import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dayMs, minuteMs } from '../shared/clock.ts'
import { BankCaller, newFolder, send, stoppedClock, transfer, usCreditor } from '../testing.ts'
import { nextBankingMorning } from './transfers.ts'
import { isIban, isRoutingNumber } from './validation.ts'

const german = { name: 'Seller GmbH', iban: 'DE89370400440532013000', country: 'DE' }
const us = (accountNumber: string): object => ({ ...usCreditor, accountNumber })
const iban = (text: string): object => ({ ...german, iban: text })

/** From Monday 09:00. */
const soon = minuteMs
const tuesday = dayMs + 60 * minuteMs
const thursday = 3 * dayMs + 60 * minuteMs

describe('a transfer', () => {
  it('is accepted, processed a minute later, completed on the next banking day', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    const created = await caller.call('POST', '/transfers', transfer())
    expect(created).toMatchObject({
      status: 202,
      body: {
        transferId: 'po_1',
        bankReference: 'BK0000000001',
        status: 'accepted',
        amount: 12_345,
        currency: 'USD',
        creditor: { name: 'Seller LLC', account: 'XXXXXX6655', country: 'US' },
        remittanceText: 'ORD-42',
        acceptedAt: '2026-01-05T09:00:00.000Z',
      },
    })
    expect(created.body).not.toHaveProperty('completedAt')
    const statusAfter = async (ms: number): Promise<unknown> => {
      clock.ms += ms
      return (await caller.call('GET', '/transfers/po_1')).body['status']
    }
    expect(await statusAfter(soon - 1)).toBe('accepted')
    expect(await statusAfter(1)).toBe('processing')
    expect(await statusAfter(tuesday - soon - 1)).toBe('processing')
    expect(await statusAfter(1)).toBe('completed')
    expect((await caller.call('GET', '/transfers/po_1')).body).toMatchObject({
      processingAt: '2026-01-05T09:01:00.000Z',
      completedAt: '2026-01-06T10:00:00.000Z',
      updatedAt: '2026-01-06T10:00:00.000Z',
    })
  })

  it.each([
    ['an ordinary US account', us('9988776655'), ['accepted', 'processing', 'completed'], undefined],
    ['an ordinary IBAN', german, ['accepted', 'processing', 'completed'], undefined],
    ['a US account rejected at once', us('000000000001'), ['rejected'], 'AC01'],
    ['an IBAN rejected at once', iban('DE41370400440000000001'), ['rejected'], 'AC01'],
    [
      'a US account that its bank rejects',
      us('000000000002'),
      ['accepted', 'processing', 'rejected'],
      'AC06',
    ],
    [
      'an IBAN that its bank rejects',
      iban('DE14370400440000000002'),
      ['accepted', 'processing', 'rejected'],
      'AC06',
    ],
    [
      'a US account that returns',
      us('000000000003'),
      ['accepted', 'processing', 'completed', 'returned'],
      'R03',
    ],
    [
      'an IBAN that returns',
      iban('DE84370400440000000003'),
      ['accepted', 'processing', 'completed', 'returned'],
      'AC04',
    ],
    [
      'an account that merely ends alike',
      us('123'.padStart(12, '9')),
      ['accepted', 'processing', 'completed'],
      undefined,
    ],
  ])('to %s goes its way', async (_what, creditor, statuses, reasonCode) => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    const created = await caller.call('POST', '/transfers', transfer({ creditor }))
    expect(created).toMatchObject({ status: 202, body: { status: statuses[0] } })
    clock.ms += thursday
    const { body } = await caller.call('GET', '/transfers/events')
    expect((body['events'] as { status: string }[]).map(({ status }) => status)).toEqual(statuses)
    const final = (await caller.call('GET', '/transfers/po_1')).body
    expect(final['status']).toBe(statuses.at(-1))
    expect(final['reasonCode']).toBe(reasonCode)
  })

  it('returns two days after completion, not earlier', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    await caller.call('POST', '/transfers', transfer({ creditor: us('000000000003') }))
    clock.ms += thursday - 1
    expect((await caller.call('GET', '/transfers/po_1')).body).toMatchObject({ status: 'completed' })
    clock.ms += 1
    expect((await caller.call('GET', '/transfers/po_1')).body).toMatchObject({
      status: 'returned',
      completedAt: '2026-01-06T10:00:00.000Z',
    })
  })

  it('is the same transfer when it comes again, and a conflict with other content', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    const first = await caller.call('POST', '/transfers', transfer())
    expect(await caller.call('POST', '/transfers', transfer())).toMatchObject({
      status: 200,
      body: first.body,
    })
    for (const change of [
      { amount: 12_346 },
      { currency: 'EUR' },
      { remittanceText: 'ORD-43' },
      { remittanceText: undefined },
      { creditor: us('9988776656') },
      { creditor: { ...usCreditor, name: 'Seller Ltd' } },
      { creditor: { ...usCreditor, routingNumber: '121042882' } },
    ]) {
      expect(await caller.call('POST', '/transfers', transfer(change)), JSON.stringify(change)).toMatchObject(
        { status: 409, body: { error: { code: 'transfer_conflict' } } },
      )
    }
    expect(caller.bank.records.transfers()).toEqual([first.body])
  })

  it('is one of 20 equal ones at once', async () => {
    const caller = await BankCaller.start({ dataFolder: newFolder() })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => caller.call('POST', '/transfers', transfer())),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19)
  })

  it.each([
    ['no amount', { amount: undefined }, 'amount'],
    ['a zero amount', { amount: 0 }, 'amount'],
    ['a decimal amount', { amount: 1.5 }, 'amount'],
    ['an amount as text', { amount: '100' }, 'amount'],
    ['13 digits', { amount: 1_000_000_000_000 }, 'amount'],
    ['a currency in small letters', { currency: 'usd' }, 'currency'],
    ['a transferId with a slash', { transferId: 'a/b' }, 'transferId'],
    ['141 characters of text', { remittanceText: 'x'.repeat(141) }, 'remittanceText'],
    ['a foreign debtor account', { debtorAccount: '1' }, 'debtorAccount'],
    ['no creditor', { creditor: undefined }, 'creditor'],
    ['a nameless creditor', { creditor: { ...usCreditor, name: ' ' } }, 'creditor.name'],
    [
      'a routing number with a wrong check digit',
      { creditor: { ...usCreditor, routingNumber: '021000022' } },
      'creditor.routingNumber',
    ],
    ['a routing number without its bank', { creditor: { ...usCreditor, country: 'CA' } }, 'creditor.country'],
    ['an IBAN with wrong check digits', { creditor: iban('DE88370400440532013000') }, 'creditor.iban'],
    ['an IBAN of another country', { creditor: { ...german, country: 'FR' } }, 'creditor.country'],
    [
      'an IBAN and an account number',
      { creditor: { ...german, accountNumber: '1234' } },
      'creditor.accountNumber',
    ],
    ['an unknown field', { priority: 'high' }, 'priority'],
  ])('is refused with %s, naming the field', async (_what, change, field) => {
    const caller = await BankCaller.start()
    expect(await caller.call('POST', '/transfers', transfer(change))).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_field', field } },
    })
    expect(caller.bank.records.transfers()).toEqual([])
  })

  it('is refused without the token, unread without JSON, and unknown by another id', async () => {
    const caller = await BankCaller.start()
    const unauthorized = { status: 401, body: { error: { code: 'unauthorized' } } }
    expect(
      await send(caller.bank.url, { method: 'POST', path: '/transfers', body: transfer() }),
    ).toMatchObject(unauthorized)
    const headers = { authorization: 'Bearer guess' }
    expect(await send(caller.bank.url, { method: 'GET', path: '/transfers/po_1', headers })).toMatchObject(
      unauthorized,
    )
    expect(await caller.call('POST', '/transfers', '{"amount":')).toMatchObject({
      status: 400,
      body: { error: { code: 'malformed_request' } },
    })
    expect(await caller.call('GET', '/transfers/po_1')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
  })
})

describe('the feed of events', () => {
  it('tells every change once, in order of time, page by page', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    for (const [transferId, account] of [
      ['po_1', '000000000003'],
      ['po_2', '1111'],
      ['po_3', '000000000001'],
    ] as const) {
      await caller.call('POST', '/transfers', transfer({ transferId, creditor: us(account) }))
      clock.ms += 1000
    }
    clock.ms += thursday
    const seen: string[] = []
    for (let cursor = '0', more = true; more;) {
      const { body } = await caller.call('GET', `/transfers/events?after=${cursor}&limit=2`)
      const events = body['events'] as { cursor: string; transferId: string; status: string }[]
      seen.push(...events.map(event => `${event.cursor} ${event.transferId} ${event.status}`))
      cursor = String(body['nextCursor'])
      more = body['hasMore'] === true
    }
    expect(seen).toEqual([
      '1 po_1 accepted',
      '2 po_2 accepted',
      '3 po_3 rejected',
      '4 po_1 processing',
      '5 po_2 processing',
      '6 po_1 completed',
      '7 po_2 completed',
      '8 po_1 returned',
    ])
    expect((await caller.call('GET', '/transfers/events?after=8')).body).toEqual({
      events: [],
      nextCursor: '8',
      hasMore: false,
    })
  })

  it('never puts a later change before a cursor that was given out', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    await caller.call('POST', '/transfers', transfer({ transferId: 'z' }))
    const { body } = await caller.call('GET', '/transfers/events')
    await caller.call('POST', '/transfers', transfer({ transferId: 'a' }))
    expect(
      (await caller.call('GET', `/transfers/events?after=${String(body['nextCursor'])}`)).body['events'],
    ).toMatchObject([{ cursor: '2', transferId: 'a' }])
  })

  it.each(['after=x', 'after=-1', 'limit=0', 'limit=501'])('refuses %s', async query => {
    const caller = await BankCaller.start()
    expect(await caller.call('GET', `/transfers/events?${query}`)).toMatchObject({ status: 422 })
  })
})

describe('the statement', () => {
  it('debits completed transfers and credits returned ones, by day', async () => {
    const clock = stoppedClock()
    const caller = await BankCaller.start({ now: clock.now })
    const accounts = [
      ['po_1', '000000000003', 'USD'],
      ['po_2', '1111', 'USD'],
      ['po_3', '000000000002', 'USD'],
      ['po_4', '2222', 'EUR'],
    ] as const
    for (const [transferId, account, currency] of accounts) {
      await caller.call('POST', '/transfers', transfer({ transferId, currency, creditor: us(account) }))
    }
    const statement = async (date: string): Promise<Record<string, unknown>> =>
      (await caller.call('GET', `/statement?date=${date}`)).body
    expect(await statement('2026-01-05')).toMatchObject({ final: false, entries: [], totals: [] })
    clock.ms += thursday
    const tuesdays = await statement('2026-01-06')
    expect(tuesdays).toMatchObject({
      account: '000123456789',
      final: true,
      totals: [
        { currency: 'USD', debits: 24_690, credits: 0, net: -24_690 },
        { currency: 'EUR', debits: 12_345 },
      ],
    })
    expect((tuesdays['entries'] as { entryId: string }[]).map(({ entryId }) => entryId)).toEqual([
      'BK0000000001-D',
      'BK0000000002-D',
      'BK0000000004-D',
    ])
    expect(await statement('2026-01-08')).toMatchObject({
      final: false,
      entries: [
        { entryId: 'BK0000000001-C', type: 'credit', transferId: 'po_1', amount: 12_345, reasonCode: 'R03' },
      ],
      totals: [{ net: 12_345 }],
    })
    expect(await caller.call('GET', '/statement?date=2026-01-09')).toMatchObject({
      status: 404,
      body: { error: { code: 'statement_not_available' } },
    })
  })

  it.each(['date=2026-02-30', 'date=today', 'account=000123456789', 'date=2026-01-05&account=1'])(
    'refuses %s',
    async query => {
      const caller = await BankCaller.start()
      expect(await caller.call('GET', `/statement?${query}`)).toMatchObject({ status: 422 })
    },
  )
})

describe('what is kept', () => {
  it('is the same after a restart, the feed included, with no account number on disk', async () => {
    const dataFolder = newFolder()
    const clock = stoppedClock()
    const before = await BankCaller.start({ dataFolder, now: clock.now })
    await before.call('POST', '/transfers', transfer({ creditor: us('000000000003') }))
    await before.call('POST', '/transfers', transfer({ transferId: 'po_2' }))
    clock.ms += tuesday
    const paths = ['/transfers/po_1', '/transfers/po_2', '/transfers/events', '/statement?date=2026-01-06']
    const answers = await Promise.all(paths.map(path => before.call('GET', path)))
    await before.bank.close()
    const after = await BankCaller.start({ dataFolder, now: clock.now })
    expect(await Promise.all(paths.map(path => after.call('GET', path)))).toEqual(answers)
    expect(await after.call('POST', '/transfers', transfer({ transferId: 'po_2' }))).toMatchObject({
      status: 200,
      body: { status: 'completed' },
    })
    expect(await after.call('POST', '/transfers', transfer({ transferId: 'po_2', amount: 1 }))).toMatchObject(
      { status: 409 },
    )
    clock.ms += 2 * dayMs
    expect((await after.call('GET', '/transfers/po_1')).body).toMatchObject({ status: 'returned' })
    expect(readFileSync(`${dataFolder}/bank.jsonl`, 'utf8')).not.toContain(usCreditor.accountNumber)
  })
})

describe('check digits and days', () => {
  it.each([
    ['DE89370400440532013000', true],
    ['GB82WEST12345698765432', true],
    ['FR1420041010050500013M02606', true],
    ['NO9386011117947', true],
    ['DE89370400440532013001', false],
    ['DE8937040044053201300', false],
    ['de89370400440532013000', false],
    ['DE89 3704 0044 0532 0130 00', false],
    ['', false],
  ])('IBAN %s: %s', (text, valid) => {
    expect(isIban(text)).toBe(valid)
  })

  it.each([
    ['021000021', true],
    ['121042882', true],
    ['011401533', true],
    ['021000022', false],
    ['12104288', false],
    ['000000000', false],
    ['02100002a', false],
  ])('routing number %s: %s', (text, valid) => {
    expect(isRoutingNumber(text)).toBe(valid)
  })

  it.each([
    ['2026-01-05T00:00:00Z', '2026-01-06T10:00:00Z'],
    ['2026-01-08T23:59:59Z', '2026-01-09T10:00:00Z'],
    ['2026-01-09T09:00:00Z', '2026-01-12T10:00:00Z'],
    ['2026-01-10T12:00:00Z', '2026-01-12T10:00:00Z'],
    ['2026-01-11T12:00:00Z', '2026-01-12T10:00:00Z'],
    ['2028-02-28T12:00:00Z', '2028-02-29T10:00:00Z'],
  ])('what is accepted at %s completes at %s', (accepted, completes) => {
    expect(nextBankingMorning(Date.parse(accepted))).toBe(Date.parse(completes))
  })
})
