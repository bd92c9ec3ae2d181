import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { systemNow, VirtualClock, type Now } from '../shared/clock.ts'
import { registerControl } from '../shared/control.ts'
import { Faults } from '../shared/faults.ts'
import { createHost, RequestLog } from '../shared/host.ts'
import { Journal } from '../shared/journal.ts'
import { Desk, type BuyerDeed } from './desk.ts'
import { defaultAntomClient, defaultAntomKeys } from './keys.ts'
import { Notifier, triesMs } from './notifier.ts'
import { registerPages } from './pages.ts'
import {
  Records, type Entry, type NotificationRecord, type Payment, type PaymentRecord, type PaymentStatus, type RefundRecord, type RefundStatus, type TryRecord,
} from './records.ts'
import { renderPaymentNotification } from './render.ts'
import type { Fee } from './reports.ts'
import { aboutOf, errorBody, registerApi } from './routes.ts'
import { NotificationRules, ruleActions } from './rules.ts'
import { Signer, type AntomClient } from './signer.ts'

export interface AntomSimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Origin of the buyer's pages, where it isn't the server's own: for a phone on the same network, say. */
  readonly publicUrl?: string
  /** Where `antom.jsonl` is kept; without it, memory only. */
  readonly dataFolder?: string
  /** The clock of payments, expiry, tries and reports; default the machine's. */
  readonly now?: Now
  /** The clock of signatures; default the machine's. */
  readonly wallClock?: Now
  /** Default {@link defaultAntomClient}. */
  readonly clients?: readonly AntomClient[]
  /** The simulator's own key; default {@link defaultAntomKeys}. */
  readonly keys?: { readonly keyVersion: string; readonly privateKey: string }
  /** How far a request's time may be off; default 5 minutes. */
  readonly skewMs?: number
  /** The times between tries of a notification, as a factor; default 1, tests take less. */
  readonly triesScale?: number
  /** Default 1.5 %. */
  readonly paymentFee?: Fee
  /** How long the timeout faults leave a request unanswered; default 70,000 ms. */
  readonly timeoutMs?: number
  /** Serve `/_control`; default true. */
  readonly control?: boolean
}

export type AntomPaymentRecord = PaymentRecord & { readonly status: PaymentStatus; readonly resultCode: string; readonly scanned: boolean; readonly paidAt: number | null }
export type AntomRefundRecord = RefundRecord & { readonly status: RefundStatus }
export type AntomNotificationRecord = NotificationRecord & { readonly held: boolean; readonly over: boolean; readonly tries: readonly TryRecord[] }

/** What is changed in a notification; all but `signature` are signed anew. */
export type AntomTampering = 'signature' | 'app_id' | 'amount' | 'currency'

/** A request as it would come to the client. */
export interface AntomNotification {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A running simulator; its parts are `/_control` without HTTP. */
export interface AntomSimulator {
  /** Origin, without a path. */
  readonly url: string
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: VirtualClock
  readonly rules: NotificationRules
  readonly records: {
    payments(): AntomPaymentRecord[]
    refunds(): AntomRefundRecord[]
    notifications(): AntomNotificationRecord[]
  }
  /** What a buyer does with a payment; false where there is none, or the rail doesn't let them any more. */
  buyer(paymentRequestId: string, deed: BuyerDeed): boolean
  /** Ends a refund that a fault left in process. */
  endRefund(refundRequestId: string, status: 'SUCCESS' | 'FAIL'): void
  /** Sends the notifications that a rule holds, the last first if so asked; returns how many. */
  release(order?: 'first' | 'last'): number
  /** PAYMENT_RESULT of a payment as it stands, signed now; nothing is sent. Undefined while nothing has come of it. */
  notification(paymentRequestId: string, tampering?: AntomTampering): AntomNotification | undefined
  close(): Promise<void>
}

/**
 * Starts a stateful Antom (Alipay abroad), for development and tests.
 *
 * @throws Error - the port is taken, or the journal in `dataFolder` can't be read
 * @see README.md for the wire
 */
export async function startAntomSimulator(options: AntomSimulatorOptions = {}): Promise<AntomSimulator> {
  const rail = new AntomRail(options)
  const url = await rail.listen(options)
  const { faults, requests, clock, rules, lists } = rail
  return {
    url, faults, requests, clock, rules, records: lists,
    buyer: (id, deed) => rail.buyer(id, deed),
    endRefund: (id, status) => { rail.endRefund(id, status) },
    release: order => rail.release(order),
    notification: (id, tampering) => rail.notification(id, tampering),
    close: () => rail.close(),
  }
}

class AntomRail {
  readonly faults: Faults = new Faults()
  readonly requests: RequestLog = new RequestLog()
  readonly rules: NotificationRules = new NotificationRules()
  readonly clock: VirtualClock
  readonly lists: AntomSimulator['records']
  readonly #app: FastifyInstance
  readonly #journal: Journal<Entry>
  readonly #desk: Desk
  readonly #signer: Signer
  readonly #notifier: Notifier
  #url = ''

  constructor(options: AntomSimulatorOptions) {
    const { now = systemNow, wallClock = systemNow, clients = [knownClient], keys = defaultAntomKeys, skewMs = 300_000 } = options
    this.clock = new VirtualClock(now)
    const { journal, groups } = Journal.open<Entry>(options.dataFolder && join(options.dataFolder, 'antom.jsonl'))
    const records = new Records(triesMs.map(ms => ms * (options.triesScale ?? 1)))
    for (const entry of groups.flat()) records.apply(entry)
    this.#journal = journal
    const { clock, rules, faults, requests } = this
    this.#desk = new Desk({ records, journal, clock, rules, fee: options.paymentFee ?? { bps: 150, fixed: 0 } })
    this.lists = listsOf(this.#desk)
    this.#signer = new Signer({ clients, keys, wallClock, skewMs })
    this.#app = createHost({
      clock, faults, requests, errorBody,
      timeoutMs: options.timeoutMs ?? 70_000,
      settled: () => journal.settled(),
      about: request => aboutOf(request, this.#desk),
    })
    this.#notifier = new Notifier({ desk: this.#desk, signer: this.#signer })
    this.#register(options)
  }

  async listen({ host = '127.0.0.1', port = 0 }: AntomSimulatorOptions): Promise<string> {
    this.#url = await this.#app.listen({ host, port })
    return this.#url
  }

  async close(): Promise<void> {
    await this.#notifier.close()
    await this.#app.close()
    await this.#journal.close()
  }

  buyer(paymentRequestId: string, deed: BuyerDeed): boolean {
    const payment = this.#desk.records.ofAnyone(paymentRequestId)
    return payment !== undefined && this.#desk.buyer(payment, deed)
  }

  endRefund(refundRequestId: string, status: 'SUCCESS' | 'FAIL'): void {
    const refund = [...this.#desk.records.refunds.values()].find(({ record }) => record.refundRequestId === refundRequestId)
    if (refund?.status === 'PROCESSING') this.#desk.endRefund(refund, status)
  }

  release(order?: 'first' | 'last'): number {
    return this.#desk.release(order)
  }

  notification(paymentRequestId: string, tampering?: AntomTampering): AntomNotification | undefined {
    const payment = this.#desk.current(() => this.#desk.records.ofAnyone(paymentRequestId))
    if (!payment || payment.status === 'PROCESSING' || payment.status === 'PENDING') return undefined
    return tampered(payment, { signer: this.#signer, tampering })
  }

  #register({ publicUrl, control = true }: AntomSimulatorOptions): void {
    const origin = (): string => publicUrl?.replace(/\/+$/, '') ?? this.#url
    registerApi(this.#app, { desk: this.#desk, signer: this.#signer, notifier: this.#notifier, rules: this.rules, origin })
    registerPages(this.#app, this.#desk)
    if (!control) return
    const { faults, requests, clock, lists } = this
    registerControl(this.#app, { clock, faults, requests, lists: { ...lists } })
    registerBuyerControl(this.#app, this)
  }
}

const knownClient: AntomClient = {
  clientId: defaultAntomClient.clientId,
  publicKeys: { [defaultAntomClient.keyVersion]: defaultAntomClient.publicKey },
}

function tampered(payment: Payment, { signer, tampering }: { signer: Signer; tampering: AntomTampering | undefined }): AntomNotification {
  const { clientId, notifyUrl, amount } = payment.record
  const { pathname, search } = new URL(notifyUrl)
  const [path, content] = [`${pathname}${search}`, renderPaymentNotification(payment, 'PAYMENT_RESULT')]
  const paymentAmount = {
    value: tampering === 'amount' ? String(BigInt(amount.value) + 1n) : amount.value,
    currency: tampering === 'currency' ? (amount.currency === 'EUR' ? 'USD' : 'EUR') : amount.currency,
  }
  const body = Buffer.from(JSON.stringify({ ...content, paymentAmount }))
  const headers = signer.notificationHeaders({ path, clientId: tampering === 'app_id' ? `${clientId}_2` : clientId, body })
  const signature = tampering === 'signature' ? otherSignature(headers['signature'] ?? '') : headers['signature'] ?? ''
  return { path, headers: { ...headers, signature }, body }
}

/** A well-formed signature of nothing: its first character is another. */
function otherSignature(header: string): string {
  return header.replace(/signature=(.)/, (_, first: string) => `signature=${first === 'A' ? 'B' : 'A'}`)
}

const ruleBody = z.strictObject({
  action: z.enum(ruleActions),
  about: z.string().optional(),
  notifyType: z.enum(['PAYMENT_RESULT', 'PAYMENT_PENDING', 'REFUND_RESULT']).optional(),
  times: z.int().min(2).max(8).optional(),
  ms: z.int().min(0).optional(),
  count: z.int().min(1).max(1_000_000).optional(),
})

const buyerBody = z.strictObject({ paymentRequestId: z.string(), deed: z.enum(['scan', 'approve', 'refuse', 'pend']) })
const releaseBody = z.strictObject({ order: z.enum(['first', 'last']).optional() })

/** Buyers and notifications, for a test that runs in another process. */
function registerBuyerControl(app: FastifyInstance, rail: AntomRail): void {
  const parsed = <Body>(schema: z.ZodType<Body>, body: unknown, reply: FastifyReply, handle: (body: Body) => unknown): unknown => {
    const found = schema.safeParse(body ?? {})
    return found.success ? handle(found.data) : reply.code(400).send({ error: { code: 'malformed_control_request', message: z.prettifyError(found.error) } })
  }
  app.post('/_control/buyers', async (request, reply) =>
    parsed(buyerBody, request.body, reply, ({ paymentRequestId, deed }) => ({ let: rail.buyer(paymentRequestId, deed) })))
  app.post('/_control/notification-rules', async (request, reply) =>
    parsed(ruleBody, request.body, reply, rule => {
      rail.rules.add(rule)
      return reply.code(201).send(rail.rules.list())
    }))
  app.get('/_control/notification-rules', async () => rail.rules.list())
  app.delete('/_control/notification-rules', async (_request, reply) => {
    rail.rules.clear()
    return reply.code(204).send()
  })
  app.post('/_control/notifications/release', async (request, reply) =>
    parsed(releaseBody, request.body, reply, ({ order }) => ({ released: rail.release(order) })))
}

function listsOf(desk: Desk): AntomSimulator['records'] {
  const { records } = desk
  return {
    payments: () => desk.current(() => [...records.payments.values()].map(({ record, status, resultCode, scannedAt, paidAt }) =>
      ({ ...record, status, resultCode, scanned: scannedAt !== undefined, paidAt: paidAt ?? null }))),
    refunds: () => [...records.refunds.values()].map(({ record, status }) => ({ ...record, status })),
    notifications: () => desk.current(() => [...records.notifications.values()].map(notification => {
      const { record, held, tries } = notification
      return { ...record, held, tries: [...tries], over: !held && !records.pending.has(notification) }
    })),
  }
}
