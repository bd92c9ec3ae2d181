import { newId } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Inquiry, PayoutChange, PayoutConnector, PayoutRequest } from '../ports.ts'
import type { RailFault } from './connector-contract.ts'

/** Which account a payout goes to, by what becomes of it there. */
export type PayoutFate = 'completed' | 'rejected_at_once' | 'failed_later' | 'returned'

/** What the suite needs to know and move of a bank, beside the connector. */
export interface PayoutHarness {
  readonly connector: PayoutConnector
  /** The same connector, for a bank at an address where nothing listens. */
  readonly unreachable: PayoutConnector
  readonly currency: string
  account(fate: PayoutFate): PayoutRequest['account']
  /** Arms a fault for the next submission, inquiry or reading of changes. */
  fault(fault: RailFault, on: 'submit' | 'inquiry' | 'changes'): Promise<void> | void
  disarm(): Promise<void> | void
  /** How many transfers the bank keeps under a request id. */
  recordsOf(requestId: string): Promise<number> | number
  /** Moves the bank's clock on. */
  advance(ms: number): Promise<void> | void
  close(): Promise<void>
}

const soon = { timeoutMs: 5_000 } as const
const brief = { timeoutMs: 400 } as const
const weekMs = 7 * 86_400_000

/**
 * What holds for every rail that pays sellers; each payout connector passes it as a whole.
 *
 * @param makeHarness - called once, before the first test
 */
export function runPayoutConnectorContract(name: string, makeHarness: () => Promise<PayoutHarness>): void {
  describe(`${name}, as a payout connector`, () => {
    let harness: PayoutHarness
    beforeAll(async () => { harness = await makeHarness() })
    afterEach(() => harness.disarm())
    afterAll(() => harness.close())
    const get = (): PayoutHarness => harness

    describe('submissions', () => submitRules(get))
    describe('outcomes that are unknown', () => unknownRules(get))
    describe('changes', () => changeRules(get))
  })
}

type Get = () => PayoutHarness

function payoutTo({ currency, account }: PayoutHarness, fate: PayoutFate = 'completed', amount = 12_345n): PayoutRequest {
  const operation = newId('operation')
  return {
    marketplace: newId('marketplace'), operation, kind: 'payout', requestId: operation, amount, currency,
    subject: newId('payout'), orderReference: 'PO 42/7', account: account(fate), statementText: 'Example Market payout',
  }
}

function submitRules(get: Get): void {
  it('is approved for the amount that was asked, under the bank’s own reference', async () => {
    const { connector, recordsOf, ...rest } = get()
    const request = payoutTo({ connector, recordsOf, ...rest })
    const outcome = await connector.submit(request, soon)
    expect(outcome).toMatchObject({ outcome: 'approved', amount: request.amount, railReference: expect.stringMatching(/./) })
    expect(await recordsOf(request.requestId)).toBe(1)
  })

  it('is declined where the bank rejects it at once', async () => {
    const harness = get()
    const request = payoutTo(harness, 'rejected_at_once')
    const declined = { outcome: 'declined', decline: { code: expect.stringMatching(/^[a-z_]+$/) } }
    expect(await harness.connector.submit(request, soon)).toMatchObject(declined)
    expect(await harness.connector.inquire(request, soon)).toMatchObject(declined)
  })

  it('is declined where the bank cannot read the account, and leaves no transfer', async () => {
    const harness = get()
    const request = { ...payoutTo(harness), account: { kind: 'iban', holder: 'Seller', country: 'DE', iban: 'DE00' } } as const
    expect(await harness.connector.submit(request, soon)).toMatchObject({ outcome: 'declined', decline: { class: 'fix_data' } })
    expect(await harness.recordsOf(request.requestId)).toBe(0)
  })

  it('pays once, however often the same request comes', async () => {
    const harness = get()
    const request = payoutTo(harness)
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => harness.connector.submit(request, soon)))
    expect(outcomes.filter(({ outcome }) => outcome !== 'approved' && outcome !== 'unknown')).toEqual([])
    expect(await harness.recordsOf(request.requestId)).toBe(1)
  })

  it('never takes another payout under a used request id for a yes or a no', async () => {
    const harness = get()
    const request = payoutTo(harness)
    await harness.connector.submit(request, soon)
    expect(await harness.connector.submit({ ...request, amount: request.amount + 1n }, soon)).toMatchObject({ outcome: 'unknown' })
    expect(await harness.connector.inquire(request, soon)).toMatchObject({ outcome: 'approved', amount: request.amount })
  })
}

function unknownRules(get: Get): void {
  it.each(['timeout_recorded', 'reset_recorded', 'malformed_recorded'] as const)('%s: unknown, until an inquiry finds it, once', async (fault) => {
    const harness = get()
    const request = payoutTo(harness)
    await harness.fault(fault, 'submit')
    expect(await harness.connector.submit(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(await harness.connector.inquire(request, soon)).toMatchObject({ outcome: 'approved', amount: request.amount })
    expect(await harness.recordsOf(request.requestId)).toBe(1)
  })

  it.each(['timeout_unrecorded', 'reset_unrecorded', 'server_error'] as const)('%s: unknown, and not found before and after that is final', async (fault) => {
    const harness = get()
    const request = payoutTo(harness)
    await harness.fault(fault, 'submit')
    expect(await harness.connector.submit(request, brief)).toMatchObject({ outcome: 'unknown' })
    expect(await harness.connector.inquire(request, soon)).toEqual({ outcome: 'not_found' })
    await harness.advance(harness.connector.capabilities.notFoundFinalAfterMs + 1)
    expect(await harness.connector.inquire(request, soon)).toEqual({ outcome: 'not_found' })
  })

  it('a slow answer in time is the true one', async () => {
    const harness = get()
    await harness.fault('slow', 'submit')
    expect(await harness.connector.submit(payoutTo(harness), soon)).toMatchObject({ outcome: 'approved' })
  })

  it('a submission to a bank that cannot be reached is provably not sent', async () => {
    const harness = get()
    expect(await harness.unreachable.submit(payoutTo(harness), brief)).toMatchObject({ outcome: 'not_sent' })
  })

  it.each(['timeout_unrecorded', 'reset_unrecorded', 'malformed_recorded', 'server_error'] as const)('an inquiry that fails itself (%s) proves nothing', async (fault) => {
    const harness = get()
    const request = payoutTo(harness)
    await harness.connector.submit(request, soon)
    await harness.fault(fault, 'inquiry')
    const outcome: Inquiry = await harness.connector.inquire(request, brief)
    expect(outcome).toMatchObject({ outcome: 'unknown' })
  })

  it('an inquiry to a bank that cannot be reached proves nothing', async () => {
    expect(await get().unreachable.inquire({ requestId: newId('operation') }, brief)).toMatchObject({ outcome: 'unknown' })
  })
}

/** Everything that the feed has, read page by page from a cursor. */
async function readAll(connector: PayoutConnector, from: string | null = null): Promise<{ changes: PayoutChange[]; cursor: string | null }> {
  const changes: PayoutChange[] = []
  let cursor = from
  for (;;) {
    const page = await connector.changes(cursor, soon)
    changes.push(...page.changes)
    if (page.cursor === cursor) return { changes, cursor }
    cursor = page.cursor
  }
}

function changeRules(get: Get): void {
  it.each([
    ['completed', ['processing', 'completed']],
    ['failed_later', ['processing', 'failed']],
    ['returned', ['processing', 'completed', 'returned']],
  ] as const)('tells what becomes of a payout that is %s, in order', async (fate, expected) => {
    const harness = get()
    const request = payoutTo(harness, fate)
    await harness.connector.submit(request, soon)
    await harness.advance(weekMs)
    const own = (await readAll(harness.connector)).changes.filter(({ requestId }) => requestId === request.requestId)
    expect(own.map(({ status }) => status)).toEqual(expected)
    expect(own.map(({ at }) => at.getTime())).toEqual(own.map(({ at }) => at.getTime()).toSorted((a, b) => a - b))
    const bad = own.find(({ status }) => status === 'failed' || status === 'returned')
    if (fate !== 'completed') expect(bad?.code).toMatch(/^[a-z_]+$/)
  })

  it('tells each change once: nothing again after the cursor', async () => {
    const harness = get()
    const before = await readAll(harness.connector)
    expect((await readAll(harness.connector, before.cursor)).changes).toEqual([])
    const request = payoutTo(harness)
    await harness.connector.submit(request, soon)
    await harness.advance(weekMs)
    const { changes } = await readAll(harness.connector, before.cursor)
    expect(changes.map(({ requestId, status }) => [requestId, status])).toEqual([[request.requestId, 'processing'], [request.requestId, 'completed']])
  })

  it.each(['reset_unrecorded', 'server_error', 'malformed_recorded'] as const)('loses nothing when the feed fails (%s)', async (fault) => {
    const harness = get()
    const { cursor } = await readAll(harness.connector)
    const request = payoutTo(harness)
    await harness.connector.submit(request, soon)
    await harness.advance(weekMs)
    await harness.fault(fault, 'changes')
    await expect(harness.connector.changes(cursor, brief)).rejects.toThrow()
    expect((await readAll(harness.connector, cursor)).changes).toHaveLength(2)
  })
}
