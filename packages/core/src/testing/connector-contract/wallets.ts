import { declineClasses } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import type { Inquiry, NotificationReading, Notifications, PaymentConnector, RawNotification } from '../../ports.ts'
import { ways, type Tampering } from './harness.ts'
import { asked, awkward, brief, expectApproved, expectRefused, soon, walletMinutes, type WalletRail } from './rail.ts'
import { recordedFaults, unrecordedFaults, type Get } from './shared.ts'

/* What holds for every rail on which the buyer approves at a wallet: it makes sales, and the answer comes later. */

export function walletRules(get: Get<WalletRail>): void {
  describe('charges', () => chargeRules(get))
  describe('charges that end without money', () => endRules(get))
  describe('charges sent twice', () => repeatRules(get))
  describe('charges whose answer is lost', () => unknownRules(get))
  describe('closing', () => closeRules(get))
  describe('notifications', () => notificationRules(get))
}

/** Of a charge that the buyer has not approved: nothing that could be taken for an end of it. */
function expectOpen(inquiry: Inquiry): void {
  expect(inquiry).toMatchObject({ outcome: expect.stringMatching(/^(action_required|not_found)$/) })
}

/** Over without money: the buyer may be told so. */
function expectEnded(inquiry: Inquiry, code: RegExp): void {
  expect(inquiry).toMatchObject({ outcome: 'declined', decline: { code: expect.stringMatching(code) } })
  expect(inquiry.outcome === 'declined' && declineClasses.includes(inquiry.decline.class)).toBe(true)
}

function chargeRules(get: Get<WalletRail>): void {
  it.each(ways)('by $flow on a $device: asks the buyer to act, and takes only what is approved', async (way) => {
    const rail = get()
    const { connector, harness } = rail
    const request = rail.charge(way)
    const outcome = await connector.charge(request, soon)
    expect(outcome).toMatchObject({ outcome: 'action_required', action: { type: way.flow, expiresAt: request.expiresAt } })
    if (outcome.outcome !== 'action_required') return
    expect('url' in outcome.action ? outcome.action.url : 'content' in outcome.action && outcome.action.content).toMatch(/^https?:\/\/\S+$/)
    expectOpen(await rail.inquire(request))
    expect(await harness.buyer(request.requestId, 'scan')).toBe(true)
    expectOpen(await rail.inquire(request))
    expect(await harness.recordsOf(request.requestId)).toBe(0)
    expect(await harness.buyer(request.requestId, 'approve')).toBe(true)
    expect(expectApproved(await rail.inquire(request)).amount).toBe(request.amount)
    expect(await harness.recordsOf(request.requestId)).toBe(1)
  })

  it('keeps the number of digits: the smallest and the largest amount', async () => {
    const rail = get()
    for (const amount of [1n, rail.harness.largestAmount]) expect((await rail.taken(amount)).amount).toBe(amount)
  })

  it('refuses nothing at all, more than the rail takes, and a currency that it does not take, before anything is sent', async () => {
    const rail = get()
    const tooMuch = rail.charge({ amount: rail.harness.largestAmount + 1n })
    for (const request of [tooMuch, { ...rail.charge(), currency: 'XTS' }, { ...rail.charge(), amount: 0n }]) {
      expect(await rail.connector.charge(request, soon)).toMatchObject({ outcome: expect.stringMatching(/^(not_sent|declined)$/) })
    }
    expect(await rail.inquire(tooMuch)).toMatchObject({ outcome: expect.stringMatching(/^(not_found|unknown)$/) })
  })

  it('refuses what is already over', async () => {
    const rail = get()
    const request = { ...rail.charge(), expiresAt: new Date(rail.harness.now().getTime() - 1_000).toISOString() }
    expect(await rail.connector.charge(request, soon)).toMatchObject({ outcome: expect.stringMatching(/^(not_sent|declined)$/) })
  })

  it.each(ways)('by $flow on a $device: takes any words for what is bought', async (way) => {
    const rail = get()
    const request = await rail.open('approve', { ...way, description: awkward })
    expectApproved(await rail.inquire(request))
  })

  it('takes no cards, and reserves nothing', async () => {
    const rail = get()
    expect(rail.connector.capabilities.authorize).toBe(false)
    const { amount, ...request } = rail.charge()
    const card = { ...request, amount, kind: 'authorize', method: 'card', cardToken: 'tok_none-of-theirs-0000' } as const
    expect(await rail.connector.charge(card, soon)).toMatchObject({ outcome: 'not_sent' })
  })
}

function endRules(get: Get<WalletRail>): void {
  it.each(ways)('by $flow on a $device: the buyer refuses', async (way) => {
    const rail = get()
    const request = await rail.open('refuse', way)
    expectEnded(await rail.inquire(request), /^(refused|expired)$/)
    expect(await rail.harness.buyer(request.requestId, 'approve')).toBe(false)
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })

  it.each(['scan', undefined] as const)('the time runs out (buyer: %s)', async (deed) => {
    const rail = get()
    const request = await rail.open(deed)
    await rail.harness.advance(walletMinutes * 60_000 + rail.connector.capabilities.notFoundFinalAfterMs)
    expect(await rail.harness.buyer(request.requestId, 'approve')).toBe(false)
    const inquiry = await rail.inquire(request)
    if (inquiry.outcome !== 'not_found') expectEnded(inquiry, /^(refused|expired)$/)
    expect(await rail.harness.recordsOf(request.requestId)).toBe(0)
  })
}

function repeatRules(get: Get<WalletRail>): void {
  it.each(ways)('by $flow on a $device: asks for the same payment again', async (way) => {
    const rail = get()
    const request = await rail.open('scan', way)
    expect(await rail.connector.charge(request, soon)).toMatchObject({ outcome: expect.stringMatching(/^(action_required|unknown)$/) })
    expect(await rail.harness.buyer(request.requestId, 'approve')).toBe(true)
    expectApproved(await rail.inquire(request))
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
  })

  it('takes the first amount, once, when another comes under the same request id', async () => {
    const rail = get()
    const request = await rail.open('scan')
    const other = { ...request, amount: request.amount + 1n }
    expect(await rail.connector.charge(other, soon)).toMatchObject({ outcome: 'unknown' })
    await rail.harness.buyer(request.requestId, 'approve')
    expect(await rail.connector.charge(other, soon)).toMatchObject({ outcome: 'unknown' })
    expect(expectApproved(await rail.inquire(request)).amount).toBe(request.amount)
    expect(await rail.harness.recordsOf(request.requestId)).toBe(1)
  })

  it('says for which amount the rail was paid, whatever was asked', async () => {
    const rail = get()
    const request = await rail.open('approve')
    expect(expectApproved(await rail.inquire({ ...request, amount: request.amount + 1n })).amount).toBe(request.amount)
  })
}

function unknownRules(get: Get<WalletRail>): void {
  it.each(recordedFaults)('%s: unknown, and still payable', async (fault) => {
    const rail = get()
    const request = rail.charge()
    await rail.harness.fault(fault, 'sale')
    expect(await rail.connector.charge(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expectOpen(await rail.inquire(request))
    expect(await rail.harness.buyer(request.requestId, 'approve')).toBe(true)
    expectApproved(await rail.inquire(request))
  })

  it.each(unrecordedFaults)('%s: unknown, and not found before and after that is final', async (fault) => {
    const rail = get()
    const request = rail.charge()
    await rail.harness.fault(fault, 'sale')
    expect(await rail.connector.charge(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
    await rail.harness.advance(walletMinutes * 60_000 + rail.connector.capabilities.notFoundFinalAfterMs)
    expect(await rail.inquire(request)).toEqual({ outcome: 'not_found' })
  })

  it('a slow answer in time is the true one', async () => {
    const rail = get()
    await rail.harness.fault('slow', 'sale')
    await rail.open('approve')
  })

  it('to a rail that cannot be reached is provably not sent', async () => {
    const rail = get()
    expect(await rail.harness.unreachable.charge(rail.charge(), brief)).toMatchObject({ outcome: 'not_sent', reason: expect.stringMatching(/./) })
  })
}

function closeRules(get: Get<WalletRail>): void {
  const closerOf = (connector: PaymentConnector): Required<PaymentConnector>['close'] => {
    expect(connector.close).toBeTypeOf('function')
    return (request, options) => connector.close!(request, options)
  }

  it.each(ways)('by $flow on a $device, before anyone has come: ends it, or says that it can’t', async (way) => {
    const rail = get()
    const charge = await rail.open(undefined, way)
    const outcome = await closerOf(rail.connector)(rail.closing(charge), soon)
    const closed = outcome.outcome === 'approved'
    if (!closed) expect(outcome).toMatchObject({ outcome: 'declined', decline: { code: 'not_closable' } })
    expect(await rail.harness.buyer(charge.requestId, 'approve')).toBe(!closed)
  })

  it.each(ways)('by $flow on a $device, with the buyer at it: ends it for good', async (way) => {
    const rail = get()
    const charge = await rail.open('scan', way)
    const request = rail.closing(charge)
    expect(await closerOf(rail.connector)(request, soon)).toMatchObject({ outcome: 'approved', amount: charge.amount })
    expect(await rail.harness.buyer(charge.requestId, 'approve')).toBe(false)
    expectEnded(await rail.inquire(charge), /^(canceled|refused|expired)$/)
    expectApproved(await rail.connector.inquire(asked(request), soon))
    expect(await closerOf(rail.connector)(request, soon)).toMatchObject({ outcome: expect.stringMatching(/^(approved|unknown)$/) })
  })

  it('refuses to end what is paid, and gives nothing back', async () => {
    const rail = get()
    const charge = await rail.open('approve')
    const request = rail.closing(charge)
    expectRefused(await closerOf(rail.connector)(request, soon), /^already_paid$/)
    expectRefused(await rail.connector.inquire(asked(request), soon), /^already_paid$/)
    expect(expectApproved(await rail.inquire(charge)).amount).toBe(charge.amount)
    const all = rail.followUp('refund', { ...expectApproved(await rail.inquire(charge)), chargeRequestId: charge.requestId })
    expectApproved(await rail.send(all))
  })

  it.each(recordedFaults)('%s: unknown, until an inquiry finds it', async (fault) => {
    const rail = get()
    const request = rail.closing(await rail.open('scan'))
    await rail.harness.fault(fault, 'close')
    expect(await closerOf(rail.connector)(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expectApproved(await rail.connector.inquire(asked(request), soon))
  })

  it.each(unrecordedFaults)('%s: unknown, and not found', async (fault) => {
    const rail = get()
    const request = rail.closing(await rail.open('scan'))
    await rail.harness.fault(fault, 'close')
    expect(await closerOf(rail.connector)(request, brief)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/./) })
    expect(await rail.connector.inquire(asked(request), soon)).toEqual({ outcome: 'not_found' })
  })

  it('to a rail that cannot be reached is provably not sent', async () => {
    const rail = get()
    expect(await closerOf(rail.harness.unreachable)(rail.closing(rail.charge()), brief)).toMatchObject({ outcome: 'not_sent' })
  })
}

const tamperings = ['signature', 'app_id', 'merchant', 'amount', 'currency'] as const satisfies readonly Tampering[]

/** Bodies that no rail has sent. */
const garbage: readonly (readonly [string, string])[] = [
  ['nothing', ''], ['no form and no JSON', '%%%=&&&{'], ['an empty object', '{}'], ['a list', '[1]'],
  ['bytes that are no text', '\u0000\u00ff\u00fe'], ['a form without a signature', 'app_id=1&out_trade_no=2&trade_status=TRADE_SUCCESS'],
]

function notificationRules(get: Get<WalletRail>): void {
  it('tells what became of a charge, the same id each time it comes', async () => {
    const rail = get()
    const request = await rail.open('approve', { description: awkward })
    const { railReference } = expectApproved(await rail.inquire(request))
    const raw = await notificationOf(rail, request.requestId)
    const first = reader(rail).read(raw)
    expect(first).toMatchObject({
      verdict: 'accepted', id: expect.stringMatching(/./), kind: 'charge', requestId: request.requestId,
      outcome: { outcome: 'approved', railReference, amount: request.amount }, amount: request.amount, currency: rail.harness.currency,
    })
    for (let times = 2; times <= 8; times += 1) expect(reader(rail).read(await notificationOf(rail, request.requestId))).toEqual(first)
  })

  it('tells of a charge that ended without money, or says nothing of it', async () => {
    const rail = get()
    const request = await rail.open('refuse')
    const raw = await rail.harness.notification(request.requestId)
    if (!raw) return
    const reading = reader(rail).read(raw)
    expect(reading).toMatchObject({ verdict: 'accepted', kind: 'charge', requestId: request.requestId, amount: request.amount })
    if (reading.verdict === 'accepted') expectEnded(reading.outcome, /^(refused|expired)$/)
  })

  it('never takes a refund’s notification for the end of its charge', async () => {
    const rail = get()
    const request = await rail.open('approve')
    const sale = { ...expectApproved(await rail.inquire(request)), chargeRequestId: request.requestId }
    await rail.approved(rail.followUp('refund', sale))
    const raw = await rail.harness.notification(request.requestId)
    const reading = raw && reader(rail).read(raw)
    if (reading?.verdict === 'accepted' && reading.kind === 'charge') expect(reading.outcome).toMatchObject({ outcome: 'approved' })
    expect(reading?.verdict).not.toBe('refused')
  })

  it.each(tamperings)('refuses one with another %s, or shows it', async (tampering) => {
    const rail = get()
    const request = await rail.open('approve')
    const raw = await rail.harness.notification(request.requestId, tampering)
    if (!raw) return
    expectUnharmful(reader(rail).read(raw), { tampering, amount: request.amount, currency: rail.harness.currency })
  })

  it('refuses one whose body was changed by a byte', async () => {
    const rail = get()
    const request = await rail.open('approve')
    const raw = await notificationOf(rail, request.requestId)
    for (const at of [3, Math.floor(raw.body.length / 2), raw.body.length - 2]) {
      const body = raw.body.map((byte, index) => (index === at ? byte ^ 1 : byte))
      expect(reader(rail).read({ ...raw, body })).toMatchObject({ verdict: 'refused', reason: expect.stringMatching(/^(signature|malformed)$/) })
    }
  })

  it.each(garbage)('refuses %s', async (_, text) => {
    const rail = get()
    const raw = await notificationOf(rail, (await rail.open('approve')).requestId)
    const body = Uint8Array.from(text, (character) => character.charCodeAt(0))
    for (const headers of [raw.headers, {}]) {
      expect(reader(rail).read({ ...raw, headers, body })).toMatchObject({ verdict: 'refused', reason: expect.stringMatching(/^(signature|malformed)$/) })
    }
  })

  it('is acknowledged in the rail’s own words, and not when it was not taken', async () => {
    const rail = get()
    const raw = await notificationOf(rail, (await rail.open('approve')).requestId)
    expect(rail.harness.acknowledged(reader(rail).acknowledge(raw, true))).toBe(true)
    expect(rail.harness.acknowledged(reader(rail).acknowledge(raw, false))).toBe(false)
  })
}

function expectUnharmful(reading: NotificationReading, { tampering, amount, currency }: { tampering: Tampering; amount: bigint; currency: string }): void {
  if (tampering === 'amount' || tampering === 'currency') {
    // the rail's own word: it is for the backend to hold it against the operation
    if (reading.verdict === 'refused') return
    expect(reading.verdict).toBe('accepted')
    if (reading.verdict === 'accepted') expect({ amount: reading.amount, currency: reading.currency }).not.toEqual({ amount, currency })
    return
  }
  expect(reading).toMatchObject({ verdict: 'refused', reason: tampering })
}

function reader({ connector }: WalletRail): Notifications {
  if (!connector.notifications) throw new Error(`${connector.name} reads no notifications`)
  return connector.notifications
}

async function notificationOf(rail: WalletRail, requestId: string): Promise<RawNotification> {
  const raw = await rail.harness.notification(requestId)
  if (!raw) throw new Error('the harness has no notification of a charge that was approved')
  return raw
}
