import { newId, operationKinds } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import type { PaymentKind, RailFault } from './harness.ts'
import { brief, expectApproved, expectRefused, soon, type Rail, type Taken } from './rail.ts'

/* What holds for every rail that takes money, whichever way the buyer pays. */

export type Get<R extends Rail = Rail> = () => R

export const recordedFaults: readonly RailFault[] = ['timeout_recorded', 'reset_recorded', 'malformed_recorded']
export const unrecordedFaults: readonly RailFault[] = ['timeout_unrecorded', 'reset_unrecorded', 'server_error']

/**
 * @param kinds - all that the rail is asked for
 * @param calls - those of them that are one call, answered with their outcome
 */
export function sharedRules(get: Get, { kinds, calls }: { kinds: readonly PaymentKind[]; calls: readonly PaymentKind[] }): void {
  describe('capabilities', () => capabilityRules(get))
  describe('refunds', () => refundRules(get))
  describe('requests sent twice', () => repeatRules(get, kinds))
  describe('outcomes that are unknown', () => unknownRules(get, calls))
  describe('inquiries', () => inquiryRules(get, kinds))
}

function capabilityRules(get: Get): void {
  it('has a name that fits into account names', () => {
    expect(get().connector.name).toMatch(/^[a-z][a-z0-9]*$/)
  })

  it('lets "not found" be final only after the rail has had time to record', () => {
    const { notFoundFinalAfterMs } = get().connector.capabilities
    expect(notFoundFinalAfterMs).toBeGreaterThan(10_000)
    expect(Number.isSafeInteger(notFoundFinalAfterMs)).toBe(true)
  })

  it('lets an authorization live between a day and two months, for every brand', () => {
    const days = Object.values(get().connector.capabilities.authorizationDays)
    expect(days.length).toBeGreaterThan(0)
    expect(days.filter((each) => !Number.isInteger(each) || each < 1 || each > 60)).toEqual([])
    expect(get().connector.capabilities.authorizationDays.default).toBeLessThanOrEqual(Math.max(...days))
  })

  it('takes the method and the currency that its harness pays with', () => {
    const { connector, harness } = get()
    const { currencies, methods } = connector.capabilities
    expect(methods.has(harness.method)).toBe(true)
    expect(currencies === 'any' || currencies.has(harness.currency)).toBe(true)
  })
}

function refundRules(get: Get): void {
  it('refunds what was taken in parts, up to all of it', async () => {
    const rail = get()
    const taken = await rail.taken(10_000n)
    for (const amount of [2_500n, 7_500n]) {
      expect((await rail.approved(rail.followUp('refund', taken, { amount }))).amount).toBe(amount)
    }
  })

  it('refunds a sale', async () => {
    const rail = get()
    const sale = await rail.approved(await rail.ready('sale'))
    expect((await rail.approved(rail.followUp('refund', sale))).amount).toBe(sale.amount)
  })

  it('shows a sale as approved after a part of it was refunded, and after all of it was', async () => {
    const rail = get()
    const request = await rail.ready('sale')
    const sale = await rail.approved(request)
    for (const amount of [5_000n, sale.amount - 5_000n]) {
      await rail.approved(rail.followUp('refund', sale, { amount }))
      expect(await rail.inquire(request)).toMatchObject({ outcome: 'approved', amount: request.amount })
    }
  })

  it('refuses to refund more than is left, and gives nothing back', async () => {
    const rail = get()
    const taken = await rail.taken(10_000n)
    await rail.approved(rail.followUp('refund', taken, { amount: 9_000n }))
    const request = rail.followUp('refund', taken, { amount: 1_001n })
    expectRefused(await rail.send(request))
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })
}

function repeatRules(get: Get, kinds: readonly PaymentKind[]): void {
  it.each(kinds)('%s: the same request again makes no second record, and an inquiry shows the first', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    const first = await rail.approved(request)
    expect(await rail.send(request)).toMatchObject({ outcome: expect.stringMatching(/^(approved|unknown)$/) })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
    expect(expectApproved(await rail.inquire(request)).railReference).toBe(first.railReference)
  })

  it('eight at once with one request id make one record', async () => {
    const rail = get()
    const request = await rail.ready('refund')
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => rail.send(request)))
    expect(outcomes.filter(({ outcome }) => outcome !== 'approved' && outcome !== 'unknown')).toEqual([])
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
    expectApproved(await rail.inquire(request))
  })
}

function cross(kinds: readonly PaymentKind[], faults: readonly RailFault[]): (readonly [PaymentKind, RailFault])[] {
  return kinds.flatMap((kind) => faults.map((fault) => [kind, fault] as const))
}

const isFollowUp = (kind: PaymentKind): kind is 'capture' | 'void' | 'refund' => kind !== 'authorize' && kind !== 'sale'

function unknownRules(get: Get, calls: readonly PaymentKind[]): void {
  const followUps = calls.filter(isFollowUp)

  it.each(cross(calls, recordedFaults))('%s, %s: unknown, until an inquiry finds it, once', async (kind, fault) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault(fault, kind)
    expect(await rail.send(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(expectApproved(await rail.inquire(request)).amount).toBe(request.amount)
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
  })

  it.each(cross(calls, unrecordedFaults))('%s, %s: unknown, and not found before and after that is final', async (kind, fault) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault(fault, kind)
    expect(await rail.send(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
    await rail.harness.advance(rail.connector.capabilities.notFoundFinalAfterMs + 1)
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it.each(followUps)('%s: a new request after one that was never recorded is approved', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault('reset_unrecorded', kind)
    await rail.send(request, brief)
    const operation = newId('operation')
    expectApproved(await rail.send({ ...request, operation, requestId: operation }))
  })

  it.each(calls)('%s: a slow answer in time is the true one', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault('slow', kind)
    expectApproved(await rail.send(request))
  })

  it.each(followUps)('%s to a rail that cannot be reached is provably not sent', async (kind) => {
    const rail = get()
    const none: Taken = { outcome: 'approved', railReference: 'none-of-theirs', amount: 100n, chargeRequestId: newId('operation') }
    expect(await rail.harness.unreachable.followUp(rail.followUp(kind, none), brief)).toMatchObject({ outcome: 'not_sent', reason: expect.stringMatching(/./) })
  })
}

function inquiryRules(get: Get, kinds: readonly PaymentKind[]): void {
  it.each(kinds)('shows an approved %s as its answer did', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    const { railReference, amount } = await rail.approved(request)
    expect(await rail.inquire(request)).toMatchObject({ outcome: 'approved', railReference, amount })
  })

  it.each(kinds)('finds no %s that was never sent', async (kind) => {
    const rail = get()
    expect(await rail.inquire(await rail.ready(kind))).toEqual({ outcome: 'not_found' })
    const { marketplace } = rail.harness
    const [requestId, chargeRequestId] = [newId('operation'), newId('operation')]
    expect(await rail.connector.inquire({ kind, marketplace, requestId, chargeRequestId }, soon)).toEqual({ outcome: 'not_found' })
  })

  it.each(['timeout_unrecorded', 'reset_unrecorded', 'malformed_recorded', 'server_error'] as const)(
    'that fails itself (%s) proves nothing', async (fault) => {
      const rail = get()
      const request = await rail.ready('sale')
      await rail.approved(request)
      await rail.harness.fault(fault, 'inquiry')
      expect(await rail.inquire(request, brief)).toMatchObject({ outcome: 'unknown' })
      expectApproved(await rail.inquire(request))
    },
  )

  it.each(kinds)('for a %s at a rail that cannot be reached proves nothing', async (kind) => {
    const { unreachable, marketplace } = get().harness
    expect(operationKinds).toContain(kind)
    const [requestId, chargeRequestId] = [newId('operation'), newId('operation')]
    expect(await unreachable.inquire({ kind, marketplace, requestId, chargeRequestId }, brief)).toMatchObject({ outcome: 'unknown' })
  })
}
