import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { startOfDay, systemNow, VirtualClock, type Now } from '../shared/clock.ts'
import { registerControl } from '../shared/control.ts'
import { Faults } from '../shared/faults.ts'
import { createHost, RequestLog } from '../shared/host.ts'
import { Journal } from '../shared/journal.ts'
import { declines, type Decline } from './cards.ts'
import {
  decideCapture, decidePatch, decidePayment, decideRefund, delayedCapture, refuseDuplicate,
  type Context, type Decision, type Fee, type Refusal, type Terms,
} from './decisions.ts'
import { OAuth, type JpmorganClient } from './oauth.ts'
import { Records, type CaptureRecord, type Entry, type Found, type Payment, type PaymentRecord, type RefundRecord } from './records.ts'
import { renderCapture, renderError, renderPayment, renderRefund, renderRefusal } from './render.ts'
import { dueReports, listReports } from './reports.ts'
import { captureRequest, patchRequest, paymentRequest, refundRequest } from './requests.ts'

export interface JpmorganSimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where `jpmorgan.jsonl` is kept; without it, memory only. */
  readonly dataFolder?: string
  /** The clock of payments, expiry and reports; default the machine's. */
  readonly now?: Now
  /** The clock of tokens and assertions; default the machine's. */
  readonly wallClock?: Now
  /** Default `['998482157630']`. */
  readonly merchantIds?: readonly string[]
  /** Default {@link defaultJpmorganClient}. */
  readonly clients?: readonly JpmorganClient[]
  /** Audiences to accept in assertions besides the simulator's own token URL. */
  readonly audiences?: readonly string[]
  /** Default 2.9 % + 30 minor units. */
  readonly captureFee?: Fee
  /** Default nothing. */
  readonly refundFee?: Fee
  /** Decline amounts that end in 4005, 4051, 4054, 4082; default false. */
  readonly declineByAmount?: boolean
  /** How long the timeout faults leave a request unanswered; default 70,000 ms. */
  readonly timeoutMs?: number
  /** Serve `/_control`; default true. */
  readonly control?: boolean
}

/** A running simulator. `faults`, `records`, `requests` and `clock` are what `/_control` offers, without HTTP. */
export interface JpmorganSimulator {
  /** Origin, without a path: the API is at `${url}/api/v2`. */
  readonly url: string
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: VirtualClock
  readonly records: {
    payments(): PaymentRecord[]
    captures(): CaptureRecord[]
    refunds(): RefundRecord[]
  }
  close(): Promise<void>
}

/** A known client: fit for development, refused by a backend in live mode. */
export const defaultJpmorganClient: JpmorganClient & { readonly clientSecret: string } = {
  clientId: 'holdfast-simulator',
  clientSecret: 'holdfast-simulator-secret',
}

export const defaultMerchantId: string = '998482157630'

const defaultTerms: Terms = {
  captureFee: { bps: 290, fixed: 30 },
  refundFee: { bps: 0, fixed: 0 },
  declineByAmount: false,
  authorizationDays: 7,
  delayedCaptureMinutes: 120,
}

/**
 * Starts a stateful J.P. Morgan Online Payments v2, for development and tests.
 *
 * @throws Error - the port is taken, or the journal in `dataFolder` cannot be read
 * @see README.md for the wire
 */
export async function startJpmorganSimulator(options: JpmorganSimulatorOptions = {}): Promise<JpmorganSimulator> {
  const rail = new Rail(options)
  const url = await rail.listen(options)
  const { faults, requests, clock, records } = rail
  return {
    url, faults, requests, clock,
    records: {
      payments: () => rail.current(() => [...records.payments.values()].map(({ record }) => record)),
      captures: () => rail.current(() => [...records.captures.values()]),
      refunds: () => [...records.refunds.values()],
    },
    close: () => rail.close(),
  }
}

/** Who asks, once a request has passed the door. */
interface Caller {
  readonly merchantId: string
  /** Empty on the calls that don't need one. */
  readonly requestId: string
}

class Rail {
  readonly records: Records = new Records()
  readonly faults: Faults = new Faults()
  readonly requests: RequestLog = new RequestLog()
  readonly clock: VirtualClock
  readonly #app: FastifyInstance
  readonly #journal: Journal<Entry>
  readonly #terms: Terms
  readonly #merchantIds: readonly string[]
  readonly #oauth: OAuth
  #url = ''

  constructor(options: JpmorganSimulatorOptions) {
    this.clock = new VirtualClock(options.now ?? systemNow)
    this.#terms = {
      ...defaultTerms,
      captureFee: options.captureFee ?? defaultTerms.captureFee,
      refundFee: options.refundFee ?? defaultTerms.refundFee,
      declineByAmount: options.declineByAmount ?? false,
    }
    this.#merchantIds = options.merchantIds ?? [defaultMerchantId]
    const { journal, groups } = Journal.open<Entry>(options.dataFolder && join(options.dataFolder, 'jpmorgan.jsonl'))
    this.#journal = journal
    for (const entry of groups.flat()) this.records.apply(entry)
    this.#oauth = this.#createOAuth(options)
    this.#app = createHost({
      clock: this.clock, faults: this.faults, requests: this.requests,
      timeoutMs: options.timeoutMs ?? 70_000,
      settled: () => this.#journal.settled(),
      about: (request) => this.#about(request),
      errorBody,
    })
    this.#register(options.control ?? true)
  }

  async listen({ host = '127.0.0.1', port = 0 }: JpmorganSimulatorOptions): Promise<string> {
    this.#url = await this.#app.listen({ host, port })
    return this.#url
  }

  async close(): Promise<void> {
    await this.#app.close()
    await this.#journal.close()
  }

  /** Reads after what is due by the clock has been done: the captures of delayed payments. */
  current<T>(read: () => T): T {
    const context = { records: this.records, terms: this.#terms, nowMs: this.clock.nowMs() }
    for (const payment of [...this.records.delayed]) {
      const entry = delayedCapture(context, payment)
      if (entry) this.#write([entry])
    }
    return read()
  }

  #write(entries: readonly Entry[]): void {
    for (const entry of entries) this.records.apply(entry)
    this.#journal.append(entries)
  }

  #createOAuth({ clients = [defaultJpmorganClient], wallClock = systemNow, audiences = [] }: JpmorganSimulatorOptions): OAuth {
    return new OAuth({
      clients, records: this.records,
      write: (entries) => { this.#write(entries) },
      nowMs: () => wallClock().getTime(),
      audiences: () => [`${this.#url}/adfs/oauth2/token`, ...audiences],
    })
  }

  #register(control: boolean): void {
    this.#oauth.register(this.#app)
    for (const part of ['payments', 'refunds', 'verifications']) {
      this.#app.get(`/api/v2/healthcheck/${part}`, async () => ({ status: 'PASS' }))
    }
    void this.#app.register(async (api) => {
      api.addHook('onRequest', async (request, reply) => this.#authenticate(request, reply))
      this.#registerPayments(api)
      this.#registerCaptures(api)
      this.#registerRefunds(api)
      this.#registerReports(api)
    })
    if (control) this.#registerControl()
  }

  #registerControl(): void {
    const { records, faults, requests, clock } = this
    registerControl(this.#app, {
      clock, faults, requests,
      lists: {
        payments: () => this.current(() => [...records.payments.values()].map((payment) => payment.record)),
        captures: () => this.current(() => [...records.captures.values()]),
        refunds: () => [...records.refunds.values()],
      },
    })
  }

  #authenticate(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const client = this.#oauth.clientOf(request.headers.authorization)
    if (!client) return reply.code(401).send(renderError('UNAUTHORIZED', 'a valid bearer token is expected'))
    const merchantId = request.headers['merchant-id']
    if (typeof merchantId !== 'string' || !/^.{8,12}$/.test(merchantId)) return refuseHeader(reply, 'merchant-id', 'is required, 8 to 12 characters')
    const allowed = this.#merchantIds.includes(merchantId) && (client.merchantIds?.includes(merchantId) ?? true)
    if (!allowed) return reply.code(403).send(renderError('FORBIDDEN', 'this client does not act for this merchant-id'))
    return undefined
  }

  #about(request: FastifyRequest): { merchantOrderNumber?: string } {
    const given = asObject(request.body)['merchantOrderNumber']
    const body = asObject(asObject(asObject(request.body)['paymentMethodType'])['transactionReference'])
    const id = asObject(request.params)['id'] ?? body['transactionReferenceId']
    const capture = this.records.captures.get(String(id))
    const payment = this.records.payments.get(capture?.transactionId ?? String(id))
    const merchantOrderNumber = typeof given === 'string' ? given : payment?.record.merchantOrderNumber
    return merchantOrderNumber === undefined ? {} : { merchantOrderNumber }
  }

  #registerPayments(api: FastifyInstance): void {
    api.post('/api/v2/payments', async (request, reply) => this.#command(request, reply, {
      schema: paymentRequest,
      decide: (context, body) => decidePayment(context, body),
    }))
    api.patch<{ Params: { id: string } }>('/api/v2/payments/:id', async (request, reply) => this.#command(request, reply, {
      schema: patchRequest,
      decide: (context, body) => this.#onPayment(context, request.params.id, (payment) => decidePatch(context, payment, body)),
    }))
    api.get('/api/v2/payments', async (request, reply) => this.#inquire(request, reply, (found) => {
      if (found.kind === 'refund') return false
      return found.kind !== 'capture' || found.capture.byPatch === true
    }))
    api.get<{ Params: { id: string } }>('/api/v2/payments/:id', async (request, reply) => {
      const payment = this.current(() => this.records.payments.get(request.params.id))
      const { merchantId } = callerOf(request)
      if (payment?.record.merchantId !== merchantId) return notFound(reply)
      return renderPayment(payment, { requestId: payment.record.requestId, nowMs: this.clock.nowMs() })
    })
  }

  #registerCaptures(api: FastifyInstance): void {
    api.post<{ Params: { id: string } }>('/api/v2/payments/:id/captures', async (request, reply) => this.#command(request, reply, {
      schema: captureRequest,
      decide: (context, body) => {
        const decision = this.#onPayment(context, request.params.id, (payment) => decideCapture(context, payment, body))
        const missing = 'refused' in decision && decision.refused.status === 404
        return missing ? { refused: { status: 412, code: 'TRANSACTION_NOT_FOUND', message: 'no such payment of this merchant' } } : decision
      },
    }))
    api.get('/api/v2/captures', async (request, reply) => this.#inquire(request, reply, (found) => found.kind === 'capture' || found.kind === 'payment', true))
    api.get<{ Params: { id: string } }>('/api/v2/captures/:id', async (request, reply) => {
      if (!this.#requireRequestId(request, reply)) return reply
      const capture = this.current(() => this.records.captures.get(request.params.id))
      const payment = this.records.payments.get(capture?.transactionId ?? '')
      if (!capture || payment?.record.merchantId !== callerOf(request).merchantId) return notFound(reply)
      return renderCapture(payment, capture, { requestId: capture.requestId, nowMs: this.clock.nowMs() })
    })
  }

  #registerRefunds(api: FastifyInstance): void {
    api.post('/api/v2/refunds', async (request, reply) => this.#command(request, reply, {
      schema: refundRequest,
      decide: (context, body) => decideRefund(context, body),
    }))
    api.get('/api/v2/refunds', async (request, reply) => this.#inquire(request, reply, (found) => found.kind === 'refund'))
    api.get<{ Params: { id: string } }>('/api/v2/refunds/:id', async (request, reply) => {
      const refund = this.records.refunds.get(request.params.id)
      if (refund?.merchantId !== callerOf(request).merchantId) return notFound(reply)
      return this.#renderRefund(refund, { requestId: refund.requestId, fresh: false })
    })
  }

  #registerReports(api: FastifyInstance): void {
    api.get<{ Querystring: { date?: string } }>('/reports/settlement', async (request, reply) => {
      const { merchantId } = callerOf(request)
      const { date } = request.query
      const nowMs = this.clock.nowMs()
      this.#write(this.current(() => dueReports(this.records, { merchantId, nowMs })))
      if (date === undefined) return { merchantId, reports: listReports(this.records, merchantId) }
      if (startOfDay(date) === undefined) return refuseHeader(reply, 'date', 'is a day, YYYY-MM-DD')
      const report = this.records.report(merchantId, date)
      if (!report) return notFound(reply)
      return reply.type('text/csv; charset=utf-8').header('report-id', report.reportId).send(report.csv)
    })
  }

  #onPayment(context: Context, id: string, decide: (payment: Payment) => Decision): Decision {
    const payment = this.records.payments.get(id)
    if (payment?.record.merchantId !== context.merchantId) {
      return { refused: { status: 404, code: 'NOT_FOUND', message: 'no such payment of this merchant' } }
    }
    return decide(payment)
  }

  /** Every POST and PATCH: parse, refuse a used request id, decide, write, answer from the record. */
  #command<Body>(request: FastifyRequest, reply: FastifyReply, { schema, decide }: {
    schema: z.ZodType<Body>; decide: (context: Context, body: Body) => Decision
  }): unknown {
    if (!this.#requireRequestId(request, reply)) return reply
    const body = schema.safeParse(request.body ?? {})
    if (!body.success) return refuseBody(reply, body.error)
    const { merchantId, requestId } = callerOf(request)
    const nowMs = this.clock.nowMs()
    const context = { records: this.records, terms: this.#terms, nowMs, merchantId, requestId, forced: forcedDecline(request) }
    const decision = this.current((): Decision => {
      const duplicate = refuseDuplicate(context)
      return duplicate ? { refused: duplicate } : decide(context, body.data)
    })
    if ('refused' in decision) return refuse(reply, decision.refused)
    this.#write(decision.entries)
    const found = this.records.find(merchantId, requestId)
    return found ? this.#render(found, { requestId, fresh: true }) : reply.code(500).send(errorBody(500))
  }

  /** `GET …?requestIdentifier=`: what an earlier request left behind; 404 when it left nothing. */
  #inquire(request: FastifyRequest, reply: FastifyReply, fits: (found: Found) => boolean, asCapture = false): unknown {
    if (!this.#requireRequestId(request, reply)) return reply
    const requestId = asObject(request.query)['requestIdentifier']
    if (typeof requestId !== 'string' || requestId === '' || requestId.length > 40) {
      return refuseHeader(reply, 'requestIdentifier', 'is required, at most 40 characters')
    }
    const found = this.current(() => this.records.find(callerOf(request).merchantId, requestId))
    const wanted = asCapture && found?.kind === 'payment' ? ownCapture(found.payment) : found
    return wanted && fits(wanted) ? this.#render(wanted, { requestId, fresh: false }) : notFound(reply)
  }

  #render(found: Found, { requestId, fresh }: { requestId: string; fresh: boolean }): object {
    const asked = { requestId, nowMs: this.clock.nowMs() }
    switch (found.kind) {
      case 'payment': return renderPayment(found.payment, asked)
      case 'patch': return renderPayment(found.payment, { ...asked, patch: found.patch })
      case 'capture': return renderCapture(found.payment, found.capture, asked)
      case 'refund': return this.#renderRefund(found.refund, { requestId, fresh })
    }
  }

  #renderRefund(refund: RefundRecord, { requestId, fresh }: { requestId: string; fresh: boolean }): object {
    const payment = this.records.payments.get(refund.transactionId ?? '')
    return renderRefund(refund, { requestId, fresh, payment, nowMs: this.clock.nowMs() })
  }

  #requireRequestId(request: FastifyRequest, reply: FastifyReply): boolean {
    const { requestId } = callerOf(request)
    if (requestId.length >= 1 && requestId.length <= 40) return true
    refuseHeader(reply, 'request-id', 'is required, at most 40 characters')
    return false
  }
}

/** The capture that a payment made by itself (NOW, DELAYED) has the payment's request id. */
function ownCapture(payment: Payment): Found | undefined {
  const capture = payment.captures.find(({ requestId }) => requestId === payment.record.requestId)
  return capture && { kind: 'capture', payment, capture }
}

function callerOf(request: FastifyRequest): Caller {
  return { merchantId: String(request.headers['merchant-id'] ?? ''), requestId: String(request.headers['request-id'] ?? '') }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
}

function forcedDecline({ fault }: FastifyRequest): Decline | undefined {
  if (fault?.fault !== 'decline') return undefined
  const known = Object.values(declines).find(({ responseCode }) => responseCode === fault.responseCode)
  return known ?? { ...declines.doNotHonor, responseCode: fault.responseCode ?? declines.doNotHonor.responseCode }
}

function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply.code(refusal.status).send(renderRefusal(refusal))
}

function refuseHeader(reply: FastifyReply, entity: string, message: string): FastifyReply {
  return refuse(reply, { status: 400, code: 'VALIDATION_ERROR', message: `${entity} ${message}`, entity })
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send(errorBody(404))
}

/** Names the fields, never their values: one of them may be a card number. */
function refuseBody(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply.code(400).send({
    ...renderError('VALIDATION_ERROR', 'Request contains validation errors'),
    validationErrors: error.issues.map(({ code, message, path }) => ({ code: code.toUpperCase(), message, entity: path.join('.') })),
  })
}

function errorBody(status: number): object {
  if (status === 400) return renderError('MALFORMED_JSON', 'the body is not JSON')
  if (status === 404) return renderError('NOT_FOUND', 'No record found')
  if (status < 500) return renderError('VALIDATION_ERROR', 'the request cannot be read')
  return renderError('SERVER_ERROR', 'Unexpected error')
}
