import { declineClasses, newId, operationKinds } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ChargeRequest, FollowUpRequest, Inquiry, Outcome, PaymentConnector } from '../ports.ts'

/** The requests that a payment connector sends. */
export type PaymentKind = 'authorize' | 'sale' | 'capture' | 'void' | 'refund'

/** What can go wrong between us and a rail. The first four leave a record at the rail, the rest leave none. */
export type RailFault =
  | 'timeout_recorded' | 'reset_recorded' | 'malformed_recorded' | 'slow'
  | 'timeout_unrecorded' | 'reset_unrecorded' | 'server_error'

/** What the suite needs to know and move of a rail, beside the connector. */
export interface PaymentHarness {
  readonly connector: PaymentConnector
  /** The same connector, for a rail at an address where nothing listens; its own set-up is reachable. */
  readonly unreachable: PaymentConnector
  readonly marketplace: string
  readonly currency: string
  /** A new card token, bound to the session and revision. */
  card(card: 'approved' | 'declined', bound: { readonly session: string; readonly revision: number }): Promise<string>
  /** Arms a fault for the next request of a kind, or for the next inquiry. */
  fault(fault: RailFault, on: PaymentKind | 'inquiry'): Promise<void> | void
  disarm(): Promise<void> | void
  /** How many effects the rail keeps under a request id: 0 or 1 where all is well. */
  recordsOf(requestId: string): Promise<number> | number
  /** Moves the rail's clock on. */
  advance(ms: number): Promise<void> | void
  close(): Promise<void>
}

const soon = { timeoutMs: 5_000 } as const
/** Shorter than the rail's silence under a time-out fault. */
const brief = { timeoutMs: 400 } as const

/**
 * What holds for every rail that takes money, `unknown` included; each payment connector passes it as a whole.
 *
 * @param makeHarness - called once, before the first test
 */
export function runConnectorContract(name: string, makeHarness: () => Promise<PaymentHarness>): void {
  describe(`${name}, as a payment connector`, () => {
    let rail: Rail
    beforeAll(async () => { rail = new Rail(await makeHarness()) })
    afterEach(() => rail.harness.disarm())
    afterAll(() => rail.harness.close())
    const get = (): Rail => rail

    describe('capabilities', () => capabilityRules(get))
    describe('charges', () => chargeRules(get))
    describe('captures', () => captureRules(get))
    describe('voids', () => voidRules(get))
    describe('refunds', () => refundRules(get))
    describe('requests sent twice', () => repeatRules(get))
    describe('outcomes that are unknown', () => unknownRules(get))
    describe('inquiries', () => inquiryRules(get))
  })
}

type Get = () => Rail
type Approved = Outcome & { readonly outcome: 'approved' }

/** Makes requests as the domain would, each with a request id of its own. */
class Rail {
  readonly harness: PaymentHarness

  constructor(harness: PaymentHarness) {
    this.harness = harness
  }

  get connector(): PaymentConnector {
    return this.harness.connector
  }

  async charge(kind: ChargeRequest['kind'], { amount = 12_500n, card = 'approved' }: { amount?: bigint; card?: 'approved' | 'declined' } = {}): Promise<ChargeRequest> {
    const bound = { session: newId('session'), revision: 1 }
    return {
      ...this.#request(amount), ...bound, kind, method: 'card',
      subject: newId('payment'), cardToken: await this.harness.card(card, bound), marketplaceName: 'Example Market',
    }
  }

  #request(amount: bigint): Pick<ChargeRequest, 'marketplace' | 'operation' | 'requestId' | 'amount' | 'currency' | 'subject' | 'orderReference'> {
    const { marketplace, currency } = this.harness
    const operation = newId('operation')
    return { marketplace, operation, requestId: operation, amount, currency, subject: newId('payment'), orderReference: 'PO 42/7' }
  }

  followUp(kind: FollowUpRequest['kind'], on: Approved, { amount = on.amount, ...rest }: { amount?: bigint; sequence?: number; final?: boolean } = {}): FollowUpRequest {
    return { ...this.#request(amount), kind, railReference: on.railReference, chargeRequestId: newId('operation'), ...(kind === 'capture' ? { sequence: 1, final: true } : {}), ...rest }
  }

  send(request: ChargeRequest | FollowUpRequest, options: { timeoutMs: number } = soon): Promise<Outcome> {
    return isCharge(request) ? this.connector.charge(request, options) : this.connector.followUp(request, options)
  }

  async approved(request: ChargeRequest | FollowUpRequest): Promise<Approved> {
    return expectApproved(await this.send(request))
  }

  inquire({ kind, requestId, marketplace }: ChargeRequest | FollowUpRequest): Promise<Inquiry> {
    return this.connector.inquire({ kind, requestId, marketplace }, soon)
  }

  authorization(amount = 12_500n): Promise<Approved> {
    return this.charge('authorize', { amount }).then((request) => this.approved(request))
  }

  async captured(amount = 12_500n): Promise<Approved> {
    return this.approved(this.followUp('capture', await this.authorization(amount)))
  }

  /** A request of any kind that the rail would approve, with all that must come before it done. */
  async ready(kind: PaymentKind): Promise<ChargeRequest | FollowUpRequest> {
    switch (kind) {
      case 'authorize': case 'sale': return this.charge(kind)
      case 'capture': case 'void': return this.followUp(kind, await this.authorization())
      case 'refund': return this.followUp(kind, await this.captured(), { amount: 4_000n })
    }
  }
}

const kinds = ['authorize', 'sale', 'capture', 'void', 'refund'] as const satisfies readonly PaymentKind[]

function isCharge(request: ChargeRequest | FollowUpRequest): request is ChargeRequest {
  return request.kind === 'authorize' || request.kind === 'sale'
}

function expectApproved(outcome: Inquiry): Approved {
  expect(outcome).toMatchObject({ outcome: 'approved' })
  if (outcome.outcome !== 'approved') throw new Error('unreachable: the line above has thrown')
  expect(outcome.railReference.length).toBeGreaterThan(0)
  return outcome
}

/** Refused for good, without a time-out and without a guess: the operation may be rejected. */
function expectRefused(outcome: Inquiry): void {
  expect(outcome).toMatchObject({ outcome: 'declined', decline: { class: expect.stringMatching(/^hard$/), code: expect.stringMatching(/^[a-z_]+$/) } })
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

  it('takes the currency that its harness pays in', () => {
    const { connector, harness } = get()
    const { currencies } = connector.capabilities
    expect(currencies === 'any' || currencies.has(harness.currency)).toBe(true)
  })
}

function chargeRules(get: Get): void {
  it.each(['authorize', 'sale'] as const)('approves %s for the amount that was asked, with the card’s facts', async (kind) => {
    const rail = get()
    const request = await rail.charge(kind)
    const outcome = await rail.approved(request)
    expect(outcome.amount).toBe(request.amount)
    expect(outcome.card).toMatchObject({ brand: expect.stringMatching(/^[a-z]+$/), last4: expect.stringMatching(/^\d{4}$/) })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
  })

  it.each(['authorize', 'sale'] as const)('tells a declined %s from a failure, in our own terms', async (kind) => {
    const rail = get()
    const request = await rail.charge(kind, { card: 'declined' })
    const outcome = await rail.send(request)
    expect(outcome).toMatchObject({ outcome: 'declined', decline: { class: expect.any(String), code: expect.stringMatching(/^[a-z_]+$/) } })
    expect(outcome.outcome === 'declined' && declineClasses.includes(outcome.decline.class)).toBe(true)
    expect(await rail.inquire(request)).toMatchObject({ outcome: 'declined' })
  })

  it('keeps the number of digits: the smallest and the largest amount', async () => {
    const rail = get()
    for (const amount of [1n, 999_999_999_999n]) {
      expect((await rail.authorization(amount)).amount).toBe(amount)
    }
  })

  it('refuses a token of another session without asking the rail', async () => {
    const rail = get()
    const request = { ...await rail.charge('sale'), session: newId('session') }
    expect(await rail.send(request)).toMatchObject({ outcome: expect.stringMatching(/^(declined|not_sent)$/) })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it('uses a token once: another operation with it charges nothing', async () => {
    const rail = get()
    const first = await rail.charge('sale')
    await rail.approved(first)
    const operation = newId('operation')
    const second = { ...first, operation, requestId: operation }
    expect(await rail.send(second)).toMatchObject({ outcome: expect.stringMatching(/^(declined|not_sent)$/) })
    expect(await rail.harness.recordsOf(operation)).toBe(0)
  })
}

function captureRules(get: Get): void {
  it('captures all of an authorization', async () => {
    const rail = get()
    const request = rail.followUp('capture', await rail.authorization())
    expect((await rail.approved(request)).amount).toBe(request.amount)
  })

  it('captures in parts when it says that it can, and nothing after the final one', async () => {
    const rail = get()
    if (!rail.connector.capabilities.multiCapture) return
    const authorization = await rail.authorization(10_000n)
    const parts = [{ amount: 2_500n }, { amount: 3_000n }, { amount: 1_500n }]
    for (const [at, { amount }] of parts.entries()) {
      const final = at === parts.length - 1
      const capture = rail.followUp('capture', authorization, { amount, sequence: at + 1, final })
      expect((await rail.approved(capture)).amount).toBe(amount)
    }
    expectRefused(await rail.send(rail.followUp('capture', authorization, { amount: 1n, sequence: 4, final: true })))
  })

  it('refuses to capture more than was authorized, and takes nothing', async () => {
    const rail = get()
    const request = rail.followUp('capture', await rail.authorization(5_000n), { amount: 5_001n })
    expectRefused(await rail.send(request))
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it('refuses to capture a second time what was captured', async () => {
    const rail = get()
    const authorization = await rail.authorization()
    await rail.approved(rail.followUp('capture', authorization))
    expectRefused(await rail.send(rail.followUp('capture', authorization)))
  })

  it('refuses to capture after a void', async () => {
    const rail = get()
    const authorization = await rail.authorization()
    await rail.approved(rail.followUp('void', authorization))
    expectRefused(await rail.send(rail.followUp('capture', authorization)))
  })

  it('refuses to capture when the authorization has expired', async () => {
    const rail = get()
    const authorization = await rail.authorization()
    await rail.harness.advance(61 * 86_400_000)
    expectRefused(await rail.send(rail.followUp('capture', authorization)))
  })
}

function voidRules(get: Get): void {
  it('releases an authorization', async () => {
    const rail = get()
    const authorization = await rail.authorization()
    expect((await rail.approved(rail.followUp('void', authorization))).amount).toBe(authorization.amount)
  })

  it('releases what is left after a part was captured', async () => {
    const rail = get()
    if (!rail.connector.capabilities.multiCapture) return
    const authorization = await rail.authorization(10_000n)
    await rail.approved(rail.followUp('capture', authorization, { amount: 4_000n, sequence: 1, final: false }))
    expect((await rail.approved(rail.followUp('void', authorization, { amount: 6_000n }))).amount).toBe(6_000n)
  })

  it('refuses to void what was captured', async () => {
    const rail = get()
    const authorization = await rail.authorization()
    await rail.approved(rail.followUp('capture', authorization))
    expectRefused(await rail.send(rail.followUp('void', authorization)))
  })
}

function refundRules(get: Get): void {
  it('refunds a capture in parts, up to all of it', async () => {
    const rail = get()
    const capture = await rail.captured(10_000n)
    for (const amount of [2_500n, 7_500n]) {
      expect((await rail.approved(rail.followUp('refund', capture, { amount }))).amount).toBe(amount)
    }
  })

  it('refunds a sale', async () => {
    const rail = get()
    const sale = await rail.approved(await rail.charge('sale'))
    expect((await rail.approved(rail.followUp('refund', sale))).amount).toBe(sale.amount)
  })

  it('refuses to refund more than is left, and gives nothing back', async () => {
    const rail = get()
    const capture = await rail.captured(10_000n)
    await rail.approved(rail.followUp('refund', capture, { amount: 9_000n }))
    const request = rail.followUp('refund', capture, { amount: 1_001n })
    expectRefused(await rail.send(request))
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it('refuses to refund what was only authorized', async () => {
    const rail = get()
    expectRefused(await rail.send(rail.followUp('refund', await rail.authorization())))
  })
}

function repeatRules(get: Get): void {
  it.each(kinds)('%s: the same request again makes no second record, and an inquiry shows the first', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    const first = await rail.approved(request)
    expect(await rail.send(request)).toMatchObject({ outcome: expect.stringMatching(/^(approved|unknown)$/) })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
    expect(expectApproved(await rail.inquire(request)).railReference).toBe(first.railReference)
  })

  it.each(['authorize', 'sale'] as const)('%s: the same request id with another card charges once', async (kind) => {
    const rail = get()
    const first = await rail.charge(kind)
    await rail.approved(first)
    const second = { ...await rail.charge(kind), requestId: first.requestId }
    expect(await rail.send(second)).toMatchObject({ outcome: expect.stringMatching(/^(approved|unknown)$/) })
    expect(await rail.harness.recordsOf(first.requestId)).toBe(1)
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

const recorded = ['timeout_recorded', 'reset_recorded', 'malformed_recorded'] as const satisfies readonly RailFault[]
const unrecorded = ['timeout_unrecorded', 'reset_unrecorded', 'server_error'] as const satisfies readonly RailFault[]

function cross<const F>(faults: readonly F[]): (readonly [PaymentKind, F])[] {
  return kinds.flatMap((kind) => faults.map((fault) => [kind, fault] as const))
}

function unknownRules(get: Get): void {
  it.each(cross(recorded))('%s, %s: unknown, until an inquiry finds it, once', async (kind, fault) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault(fault, kind)
    expect(await rail.send(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(expectApproved(await rail.inquire(request)).amount).toBe(request.amount)
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
  })

  it.each(cross(unrecorded))('%s, %s: unknown, and not found before and after that is final', async (kind, fault) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault(fault, kind)
    expect(await rail.send(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
    await rail.harness.advance(rail.connector.capabilities.notFoundFinalAfterMs + 1)
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it.each(['capture', 'void', 'refund'] as const)('%s: a new request after one that was never recorded is approved', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault('reset_unrecorded', kind)
    await rail.send(request, brief)
    const operation = newId('operation')
    expectApproved(await rail.send({ ...request, operation, requestId: operation }))
  })

  it.each(kinds)('%s: a slow answer in time is the true one', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    await rail.harness.fault('slow', kind)
    expectApproved(await rail.send(request))
  })

  it.each(['capture', 'void', 'refund'] as const)('%s to a rail that cannot be reached is provably not sent', async (kind) => {
    const rail = get()
    const request = rail.followUp(kind, { outcome: 'approved', railReference: 'none-of-theirs', amount: 100n })
    expect(await rail.harness.unreachable.followUp(request, brief)).toMatchObject({ outcome: 'not_sent', reason: expect.stringMatching(/./) })
  })
}

function inquiryRules(get: Get): void {
  it.each(kinds)('shows an approved %s as its answer did', async (kind) => {
    const rail = get()
    const request = await rail.ready(kind)
    const { railReference, amount } = await rail.approved(request)
    expect(await rail.inquire(request)).toMatchObject({ outcome: 'approved', railReference, amount })
  })

  it.each(kinds)('finds no %s that was never sent', async (kind) => {
    const rail = get()
    const { marketplace } = rail.harness
    expect(await rail.connector.inquire({ kind, marketplace, requestId: newId('operation') }, soon)).toEqual({ outcome: 'not_found' })
  })

  it('shows an authorization as approved after it was voided, and after it was captured', async () => {
    const rail = get()
    for (const next of ['void', 'capture'] as const) {
      const request = await rail.charge('authorize')
      const authorization = await rail.approved(request)
      await rail.approved(rail.followUp(next, authorization))
      expect(await rail.inquire(request)).toMatchObject({ outcome: 'approved', railReference: authorization.railReference })
    }
  })

  it.each(['timeout_unrecorded', 'reset_unrecorded', 'malformed_recorded', 'server_error'] as const)(
    'that fails itself (%s) proves nothing', async (fault) => {
      const rail = get()
      const request = await rail.ready('sale')
      await rail.approved(request)
      await rail.harness.fault(fault, 'inquiry')
      const { kind, requestId, marketplace } = request
      expect(await rail.connector.inquire({ kind, requestId, marketplace }, brief)).toMatchObject({ outcome: 'unknown' })
      expectApproved(await rail.inquire(request))
    },
  )

  it.each(kinds)('for a %s at a rail that cannot be reached proves nothing', async (kind) => {
    const { unreachable, marketplace } = get().harness
    expect(operationKinds).toContain(kind)
    expect(await unreachable.inquire({ kind, marketplace, requestId: newId('operation') }, brief)).toMatchObject({ outcome: 'unknown' })
  })
}
