import { newId } from '@holdfast/contract'
import { expect } from 'vitest'
import type {
  CardChargeRequest, ChargeRequest, CloseRequest, FollowUpRequest, Inquiry, InquiryRequest, Outcome, PaymentConnector, WalletChargeRequest,
} from '../../ports.ts'
import type { CardHarness, PaymentHarness, PaymentKind, WalletHarness, Way } from './harness.ts'

export const soon = { timeoutMs: 5_000 } as const
/** Shorter than the rail's silence under a time-out fault. */
export const brief = { timeoutMs: 400 } as const

export const walletMinutes = 15

export type Sent = ChargeRequest | FollowUpRequest
export type Approved = Outcome & { readonly outcome: 'approved' }
/** What was approved, with what the rail knows its payment's charge by. */
export type Taken = Approved & { readonly chargeRequestId: string }

type Common = Pick<ChargeRequest, 'marketplace' | 'operation' | 'requestId' | 'amount' | 'currency' | 'subject' | 'orderReference'>

/** Makes requests as the domain would, each with a request id of its own. */
abstract class AnyRail<H extends PaymentHarness> {
  readonly harness: H

  constructor(harness: H) {
    this.harness = harness
  }

  get connector(): PaymentConnector {
    return this.harness.connector
  }

  /** Sends, and lets happen all that must for a final outcome. */
  abstract send(request: Sent, options?: { timeoutMs: number }): Promise<Outcome | Inquiry>

  /** A request of a kind that the rail would approve, with all that must come before it done. */
  abstract ready(kind: PaymentKind): Promise<Sent>

  /** Money taken, of which a refund can be made. */
  abstract taken(amount?: bigint): Promise<Taken>

  protected request(amount: bigint): Common {
    const { marketplace, currency } = this.harness
    const operation = newId('operation')
    return { marketplace, operation, requestId: operation, amount, currency, subject: newId('payment'), orderReference: 'PO 42/7' }
  }

  followUp(kind: FollowUpRequest['kind'], on: Taken, { amount = on.amount, ...rest }: { amount?: bigint; sequence?: number; final?: boolean } = {}): FollowUpRequest {
    const { railReference, chargeRequestId } = on
    return { ...this.request(amount), kind, railReference, chargeRequestId, ...(kind === 'capture' ? { sequence: 1, final: true } : {}), ...rest }
  }

  async approved(request: Sent): Promise<Taken> {
    return { ...expectApproved(await this.send(request)), chargeRequestId: chargeOf(request) }
  }

  inquire(request: Sent, options: { timeoutMs: number } = soon): Promise<Inquiry> {
    return this.connector.inquire(asked(request), options)
  }
}

export type Rail = CardRail | WalletRail

/** The inquiry that the domain makes about a request. */
export function asked(request: Sent | CloseRequest): InquiryRequest {
  const { kind, requestId, marketplace, amount, currency } = request
  return {
    kind, requestId, marketplace, amount, currency,
    ...('chargeRequestId' in request ? { chargeRequestId: request.chargeRequestId } : {}),
    ...('railReference' in request && request.railReference !== null ? { railReference: request.railReference } : {}),
  }
}

export function isCharge(request: Sent): request is ChargeRequest {
  return request.kind === 'authorize' || request.kind === 'sale'
}

function chargeOf(request: Sent): string {
  return isCharge(request) ? request.requestId : request.chargeRequestId
}

export class CardRail extends AnyRail<CardHarness> {
  async charge(kind: CardChargeRequest['kind'], { amount = 12_500n, card = 'approved' }: { amount?: bigint; card?: 'approved' | 'declined' } = {}): Promise<CardChargeRequest> {
    const bound = { session: newId('session'), revision: 1 }
    return { ...this.request(amount), ...bound, kind, method: 'card', cardToken: await this.harness.card(card, bound), marketplaceName: 'Example Market' }
  }

  override send(request: Sent, options: { timeoutMs: number } = soon): Promise<Outcome> {
    return isCharge(request) ? this.connector.charge(request, options) : this.connector.followUp(request, options)
  }

  authorization(amount = 12_500n): Promise<Taken> {
    return this.charge('authorize', { amount }).then((request) => this.approved(request))
  }

  override async taken(amount = 12_500n): Promise<Taken> {
    return this.approved(this.followUp('capture', await this.authorization(amount)))
  }

  override async ready(kind: PaymentKind): Promise<Sent> {
    switch (kind) {
      case 'authorize': case 'sale': return this.charge(kind)
      case 'capture': case 'void': return this.followUp(kind, await this.authorization())
      case 'refund': return this.followUp(kind, await this.taken(), { amount: 4_000n })
    }
  }
}

/** With the characters that have broken signatures of forms before: a percent sign, quotes, an ampersand, a plus. */
export const awkward = '50% off: "green" tea + 茶 & <cups>'

export class WalletRail extends AnyRail<WalletHarness> {
  charge({ amount = 12_500n, description = 'Order PO 42/7', ...way }: Partial<Way> & { amount?: bigint; description?: string } = {}): WalletChargeRequest {
    return {
      flow: 'qr_code', device: 'desktop', ...way, ...this.request(amount), kind: 'sale', method: 'alipay', description,
      session: newId('session'), revision: 1, marketplaceName: 'Example Market',
      returnUrl: 'https://shop.example/done?holdfast=1', notifyUrl: `https://pay.example/v1/notifications/${this.connector.name}/${this.harness.marketplace}`,
      expiresAt: new Date(this.harness.now().getTime() + walletMinutes * 60_000).toISOString(),
    }
  }

  closing(charge: WalletChargeRequest): CloseRequest {
    const { amount, requestId: chargeRequestId } = charge
    return { ...this.request(amount), kind: 'void', chargeRequestId, railReference: null }
  }

  /** A charge that waits for the buyer, who has done something with it. */
  async open(deed?: 'scan' | 'approve' | 'refuse', given: Parameters<WalletRail['charge']>[0] = {}): Promise<WalletChargeRequest> {
    const request = this.charge(given)
    expect(await this.connector.charge(request, soon)).toMatchObject({ outcome: 'action_required' })
    if (deed) expect(await this.harness.buyer(request.requestId, deed)).toBe(true)
    return request
  }

  /** Of a charge: sent, approved by the buyer and asked for. */
  override async send(request: Sent, options: { timeoutMs: number } = soon): Promise<Outcome | Inquiry> {
    if (!isCharge(request)) return this.connector.followUp(request, options)
    const outcome = await this.connector.charge(request, options)
    if (outcome.outcome !== 'action_required') return outcome
    await this.harness.buyer(request.requestId, 'approve')
    return this.inquire(request)
  }

  override taken(amount = 12_500n): Promise<Taken> {
    return this.approved(this.charge({ amount }))
  }

  override async ready(kind: PaymentKind): Promise<Sent> {
    if (kind === 'sale') return this.charge()
    if (kind === 'refund') return this.followUp(kind, await this.taken(), { amount: 4_000n })
    throw new RangeError(`a wallet makes no ${kind}`)
  }
}

export function expectApproved(outcome: Inquiry): Approved {
  expect(outcome).toMatchObject({ outcome: 'approved' })
  if (outcome.outcome !== 'approved') throw new Error('unreachable: the line above has thrown')
  expect(outcome.railReference.length).toBeGreaterThan(0)
  return outcome
}

/** Refused for good, without a time-out and without a guess: the operation may be rejected. */
export function expectRefused(outcome: Inquiry, code: RegExp = /^[a-z_]+$/): void {
  expect(outcome).toMatchObject({ outcome: 'declined', decline: { class: expect.stringMatching(/^hard$/), code: expect.stringMatching(code) } })
}
