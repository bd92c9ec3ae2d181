import { declineClasses, newId } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import type { CardRail } from './rail.ts'
import { expectRefused } from './rail.ts'
import type { Get } from './shared.ts'

/* What holds for every rail that takes cards: it reserves money, and takes it later. */

export function cardRules(get: Get<CardRail>): void {
  describe('charges', () => chargeRules(get))
  describe('captures', () => captureRules(get))
  describe('voids', () => voidRules(get))
  describe('charges and what follows them', () => sequenceRules(get))
}

function chargeRules(get: Get<CardRail>): void {
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

  it.each(['authorize', 'sale'] as const)('%s that the rail has in another currency than was asked proves nothing', async (kind) => {
    const rail = get()
    const request = await rail.charge(kind)
    await rail.approved(request)
    expect(await rail.inquire({ ...request, currency: rail.harness.currency === 'EUR' ? 'USD' : 'EUR' })).toMatchObject({ outcome: 'unknown' })
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

  it.each(['authorize', 'sale'] as const)('%s: the same request id with another card charges once', async (kind) => {
    const rail = get()
    const first = await rail.charge(kind)
    await rail.approved(first)
    const second = { ...await rail.charge(kind), requestId: first.requestId }
    expect(await rail.send(second)).toMatchObject({ outcome: expect.stringMatching(/^(approved|unknown)$/) })
    expect(await rail.harness.recordsOf(first.requestId)).toBe(1)
  })
}

function captureRules(get: Get<CardRail>): void {
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

function voidRules(get: Get<CardRail>): void {
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

function sequenceRules(get: Get<CardRail>): void {
  it('refuses to refund what was only authorized', async () => {
    const rail = get()
    expectRefused(await rail.send(rail.followUp('refund', await rail.authorization())))
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
}
