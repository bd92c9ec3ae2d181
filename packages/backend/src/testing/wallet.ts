import { createHmac } from 'node:crypto'
import type {
  BuyerAction, CloseRequest, FollowUpRequest, Inquiry, InquiryRequest, NotificationReading, Outcome, PaymentConnector, RawNotification,
  WalletChargeRequest,
} from '@holdfast/core'
import type { CheckoutSession } from '@holdfast/contract/types'
import { inquiries } from '../jobs/inquiries.ts'
import type { TestBackend } from './backend.ts'
import type { Shop } from './shop.ts'

/*
 * A wallet's rail in memory, behind the port alone: for what the simulators of real ones can't be made to do at the
 * instant that a test wants it. Its notifications come over HTTP.
 */

interface RailRecord {
  readonly requestId: string
  readonly amount: bigint
  readonly currency: string
  readonly notifyUrl: string
  readonly action: Exclude<BuyerAction, { readonly type: 'authenticate' }>
  state: 'open' | 'paid' | 'refused' | 'expired' | 'closed'
  refunded: bigint
}

/** What is said of a charge, and what of it is falsified. */
export interface Said {
  readonly id?: string
  readonly requestId: string
  readonly kind?: 'charge' | 'refund'
  readonly status: 'paid' | 'refused' | 'expired' | 'pending'
  readonly amount: number
  readonly currency: string
  readonly app?: string
  readonly merchant?: string
}

const SECRET = 'the rail’s own'
const APP = 'app-1'

export class TestWallet {
  readonly name: string
  readonly records: Map<string, RailRecord> = new Map()
  /** How often each call was made. */
  readonly calls: Record<'charge' | 'close' | 'inquire' | 'refund', number> = { charge: 0, close: 0, inquire: 0, refund: 0 }
  /** Parts in place of the ordinary ones, until they are taken away. */
  over: Partial<PaymentConnector> = {}
  readonly #now: () => Date

  constructor({ name, now }: { readonly name: string; readonly now: () => Date }) {
    this.name = name
    this.#now = now
  }

  /** The port, as the backend sees it. */
  connector(currencies: readonly string[]): PaymentConnector {
    return {
      name: this.name,
      capabilities: {
        methods: new Set(['alipay'] as const), authorize: false, multiCapture: false, notFoundFinalAfterMs: 60_000,
        authorizationDays: { default: 1 }, currencies: new Set(currencies),
      },
      charge: (request, options) => this.over.charge?.(request, options) ?? this.charge(request as WalletChargeRequest),
      followUp: (request, options) => this.over.followUp?.(request, options) ?? this.#refund(request),
      close: (request, options) => this.over.close?.(request, options) ?? this.#close(request),
      inquire: (request, options) => this.over.inquire?.(request, options) ?? this.inquire(request),
      notifications: { read: (raw) => read(raw), acknowledge: (_raw, taken) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: taken ? 'success' : 'fail' }) },
      settlementReports: async () => [],
    }
  }

  /** What the buyer does at the wallet. */
  buyer(requestId: string, does: 'approve' | 'refuse'): void {
    this.#record(requestId).state = does === 'approve' ? 'paid' : 'refused'
  }

  async charge({ requestId, amount, currency, notifyUrl, flow, expiresAt }: WalletChargeRequest): Promise<Outcome> {
    this.calls.charge += 1
    const known = this.records.get(requestId)
    const action: RailRecord['action'] = flow === 'qr_code' ? { type: 'qr_code', content: `https://wallet.test/${requestId}`, expiresAt }
      : { type: 'redirect', url: `https://wallet.test/pay/${requestId}`, expiresAt }
    if (!known) this.records.set(requestId, { requestId, amount, currency, notifyUrl, action, state: 'open', refunded: 0n })
    return { outcome: 'action_required', action: known?.action ?? action }
  }

  async inquire({ kind, requestId, chargeRequestId }: Pick<InquiryRequest, 'kind' | 'requestId' | 'chargeRequestId'>): Promise<Inquiry> {
    this.calls.inquire += 1
    const record = this.records.get(chargeRequestId ?? requestId)
    if (kind === 'void' && record?.state === 'closed') return { outcome: 'approved', railReference: `r-${record.requestId}`, amount: record.amount }
    if (kind === 'void') return { outcome: 'not_found' }
    return record ? outcomeOf(this.#aged(record)) : { outcome: 'not_found' }
  }

  /** What the rail says of a charge, as it stands. */
  said(requestId: string, over: Partial<Said> = {}): Said {
    const { amount, currency, state } = this.#aged(this.#record(requestId))
    return { requestId, amount: Number(amount), currency, status: state === 'paid' || state === 'refused' || state === 'expired' ? state : 'pending', ...over }
  }

  /** Notifies, as the rail does it. */
  async notify(said: Said, { url = this.#record(said.requestId).notifyUrl, secret = SECRET }: { url?: string; secret?: string } = {}): Promise<{ status: number; text: string }> {
    const body = JSON.stringify({ id: `n-${said.requestId}-${said.status}`, app: APP, merchant: 'us', kind: 'charge', ...said })
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', signature: sign(body, secret) }, body })
    return { status: answer.status, text: await answer.text() }
  }

  #record(requestId: string): RailRecord {
    const record = this.records.get(requestId)
    if (!record) throw new Error(`the rail has no ${requestId}`)
    return record
  }

  #aged(record: RailRecord): RailRecord {
    const over = record.action.expiresAt !== undefined && Date.parse(record.action.expiresAt) <= this.#now().getTime()
    if (record.state === 'open' && over) record.state = 'expired'
    return record
  }

  async #close({ chargeRequestId }: CloseRequest): Promise<Outcome> {
    this.calls.close += 1
    const record = this.#record(chargeRequestId)
    if (record.state === 'paid') return { outcome: 'declined', decline: { class: 'hard', code: 'already_paid' } }
    record.state = 'closed'
    return { outcome: 'approved', railReference: `r-${chargeRequestId}`, amount: record.amount }
  }

  async #refund({ kind, chargeRequestId, requestId, amount }: FollowUpRequest): Promise<Outcome> {
    this.calls.refund += 1
    const record = this.#record(chargeRequestId)
    if (kind !== 'refund' || record.refunded + amount > record.amount) return { outcome: 'declined', decline: { class: 'hard', code: 'rail_refused' } }
    record.refunded += amount
    return { outcome: 'approved', railReference: `rf-${requestId}`, amount }
  }
}

const sign = (body: string, secret: string): string => createHmac('sha256', secret).update(body).digest('hex')

function outcomeOf({ state, requestId, amount }: RailRecord): Inquiry {
  if (state === 'paid') return { outcome: 'approved', railReference: `r-${requestId}`, amount }
  if (state === 'open') return { outcome: 'action_required', action: { type: 'wait' } }
  const code = state === 'closed' ? 'canceled' : state
  return { outcome: 'declined', decline: { class: 'soft', code } }
}

function read({ headers, body }: RawNotification): NotificationReading {
  const text = Buffer.from(body).toString()
  if (headers['signature'] !== sign(text, SECRET)) return { verdict: 'refused', reason: 'signature', detail: 'not signed by the rail' }
  const said = JSON.parse(text) as Required<Said>
  if (said.app !== APP) return { verdict: 'refused', reason: 'app_id', detail: 'for another app' }
  if (said.merchant !== 'us') return { verdict: 'refused', reason: 'merchant', detail: 'for another merchant' }
  if (said.status === 'pending') return { verdict: 'ignored', id: said.id, reason: 'it is open' }
  const outcome: Outcome = said.status === 'paid' ? { outcome: 'approved', railReference: `r-${said.requestId}`, amount: BigInt(said.amount) }
    : { outcome: 'declined', decline: { class: 'soft', code: said.status } }
  return { verdict: 'accepted', id: said.id, kind: said.kind, requestId: said.requestId, outcome, amount: BigInt(said.amount), currency: said.currency }
}

/** Gives a backend a wallet's rail beside the one for cards. */
export function addWallet(backend: TestBackend, { name = 'wallet', currencies = ['USD'] }: { name?: string; currencies?: readonly string[] } = {}): TestWallet {
  const wallet = new TestWallet({ name, now: backend.deps.clock.now })
  ;(backend.deps.rails.payments as Map<string, PaymentConnector>).set(name, wallet.connector(currencies))
  return wallet
}

/** An attempt that waits for its buyer, and what the rail knows it by. */
export async function begin(
  { backend, shop, session }: { readonly backend: TestBackend; readonly shop: Shop; readonly session: CheckoutSession }, over: Parameters<Shop['wallet']>[1] = {},
): Promise<{ readonly session: CheckoutSession; readonly payment: string; readonly requestId: string }> {
  const { attempt, status, text } = await shop.wallet(session, over)
  if (status !== 200 || attempt.status !== 'pending') throw new Error(`the attempt did not begin: ${status} ${text}`)
  const { rows } = await backend.deps.pool.query<{ request_id: string }>('select request_id from operations where payment_id = $1', [attempt.payment])
  return { session, payment: attempt.payment, requestId: rows[0]?.request_id ?? '' }
}

/** Does what the worker does about operations, without waiting for its hours: each that is open, until none is due. */
export async function work({ deps }: TestBackend): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await deps.pool.query(`update operations set next_inquiry_at = now(), leased_until = null where state in ('intent_written', 'sent', 'unknown')`)
    for (const subject of await inquiries.due(deps, { limit: 500, except: [] })) await inquiries.handle(deps, subject)
  }
}
