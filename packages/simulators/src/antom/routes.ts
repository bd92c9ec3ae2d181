import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { decideCancel, decidePay, decideRefund, railDay, resultOf, success, type Context, type Decision, type Result } from './decisions.ts'
import type { Desk } from './desk.ts'
import type { Notifier } from './notifier.ts'
import type { Payment } from './records.ts'
import { renderCancel, renderPay, renderPaymentInquiry, renderRefund, renderRefundInquiry } from './render.ts'
import { listReports } from './reports.ts'
import { payRequest, paymentQuery, refundQuery, refundRequest, type PaymentQuery } from './requests.ts'
import type { NotificationRules } from './rules.ts'
import type { Signer } from './signer.ts'

export interface ApiParts {
  readonly desk: Desk
  readonly signer: Signer
  readonly notifier: Notifier
  readonly rules: NotificationRules
  /** Where buyers find the pages. */
  readonly origin: () => string
}

/** The calls of the payments API and the settlement reports, for clients that sign what they send. */
export function registerApi(app: FastifyInstance, parts: ApiParts): void {
  void app.register(async api => {
    api.removeContentTypeParser('application/json')
    api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
    api.addHook('preValidation', async (request, reply) => atTheDoor(parts.signer, request, reply))
    for (const prefix of ['/ams/api/v1/payments', '/ams/sandbox/api/v1/payments']) registerPayments(api, prefix, new Api(parts))
    registerReports(api, parts.desk)
  })
}

/** Verifies the bytes as they came, before anyone reads them. */
async function atTheDoor(signer: Signer, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { method, url: path, headers } = request
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const refusal = signer.refusal({ method, path, headers, body })
  if (refusal) return answer(signer, request, reply, { result: resultOf(refusal) })
  request.body = parsed(body)
  return undefined
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

function clientOf({ headers }: FastifyRequest): string {
  return String(headers['client-id'])
}

/** Signs exactly the text that is sent; the faults of signatures strike here. */
function answer(signer: Signer, request: FastifyRequest, reply: FastifyReply, content: object): FastifyReply {
  const text = JSON.stringify(content)
  const fault = request.fault?.fault
  const signed = fault === 'wrong_signature' ? `${text} ` : text
  const clientId = clientOf(request)
  const headers = signer.answerHeaders({ path: request.url, clientId, body: Buffer.from(signed) })
  void reply.code(200).type('application/json; charset=UTF-8')
  return (fault === 'unsigned' ? reply : reply.headers(headers)).send(text)
}

function forcedBy({ fault }: FastifyRequest): string | undefined {
  return fault?.fault === 'decline' ? (fault.responseCode ?? 'PROCESS_FAIL') : undefined
}

interface Asking {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

class Api {
  readonly #parts: ApiParts

  constructor(parts: ApiParts) {
    this.#parts = parts
  }

  async pay({ request, reply }: Asking): Promise<FastifyReply> {
    return this.#parse(payRequest, { request, reply }, async body => {
      const decision = this.#decide(request, context => decidePay(context, body))
      const content = this.#render(decision)
      if (decision.entries.length > 0 && 'payment' in decision) await this.#early(decision.payment)
      return content
    })
  }

  async cancel({ request, reply }: Asking): Promise<FastifyReply> {
    return this.#parse(paymentQuery, { request, reply }, async body => {
      const payment = this.#find(request, body)
      const decision = this.#decide(request, context => decideCancel(context, payment))
      const done = 'result' in decision && decision.result === success && payment
      return done ? renderCancel(payment, payment.endedAt ?? 0) : this.#render(decision)
    })
  }

  async refund({ request, reply }: Asking): Promise<FastifyReply> {
    return this.#parse(refundRequest, { request, reply }, async body =>
      this.#render(this.#decide(request, context => decideRefund(context, body))))
  }

  async inquiryPayment({ request, reply }: Asking): Promise<FastifyReply> {
    return this.#parse(paymentQuery, { request, reply }, async body => {
      const payment = this.#parts.desk.current(() => this.#find(request, body))
      return payment ? renderPaymentInquiry(payment) : said('ORDER_NOT_EXIST')
    })
  }

  async inquiryRefund({ request, reply }: Asking): Promise<FastifyReply> {
    return this.#parse(refundQuery, { request, reply }, async ({ refundId, refundRequestId = '' }) => {
      const { records } = this.#parts.desk
      const found = refundId === undefined ? records.refundByRequest(clientOf(request), refundRequestId) : records.refunds.get(refundId)
      return found?.record.clientId === clientOf(request) ? renderRefundInquiry(found) : said('REFUND_NOT_EXIST')
    })
  }

  /** paymentId wins where both are given. */
  #find(request: FastifyRequest, { paymentId, paymentRequestId = '' }: PaymentQuery): Payment | undefined {
    const { records } = this.#parts.desk
    const found = paymentId === undefined ? records.byRequest(clientOf(request), paymentRequestId) : records.payments.get(paymentId)
    return found?.record.clientId === clientOf(request) ? found : undefined
  }

  async #early(paymentId: string): Promise<void> {
    const { desk, notifier, rules } = this.#parts
    const payment = desk.records.need(paymentId)
    const { paymentRequestId } = payment.record
    if (!rules.takeEarly(paymentRequestId)) return
    desk.buyer(payment, 'approve')
    await notifier.deliverNow(paymentRequestId)
  }

  #decide(request: FastifyRequest, decide: (context: Context) => Decision): Decision {
    return this.#parts.desk.decide(clientOf(request), forcedBy(request), decide)
  }

  #render(decision: Decision): object {
    const { records } = this.#parts.desk
    if ('payment' in decision) return renderPay(records.need(decision.payment), this.#parts.origin())
    if ('result' in decision) return { result: decision.result }
    const refund = records.refunds.get(decision.refund)
    return refund ? renderRefund(refund) : said('UNKNOWN_EXCEPTION')
  }

  async #parse<Body>(
    schema: z.ZodType<Body>, { request, reply }: Asking, handle: (body: Body) => Promise<object>,
  ): Promise<FastifyReply> {
    const body = schema.safeParse(request.body)
    const content = body.success ? await handle(body.data) : { result: illegal(body.error) }
    return answer(this.#parts.signer, request, reply, content)
  }
}

function said(code: string): { result: Result } {
  return { result: resultOf(code) }
}

function illegal(error: z.ZodError): Result {
  const fields = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  return resultOf('PARAM_ILLEGAL', `Illegal parameters exist. ${fields.join('; ')}`.slice(0, 256))
}

const calls = ['pay', 'cancel', 'refund', 'inquiryPayment', 'inquiryRefund'] as const

function registerPayments(api: FastifyInstance, prefix: string, handlers: Api): void {
  for (const name of calls) {
    api.post(`${prefix}/${name}`, async (request, reply) => handlers[name]({ request, reply }))
  }
}

function registerReports(api: FastifyInstance, desk: Desk): void {
  api.get<{ Querystring: { date?: string } }>('/reports/settlement', async (request, reply) => {
    const clientId = clientOf(request)
    desk.reports(clientId)
    const { date } = request.query
    if (date === undefined) return { clientId, today: railDay(desk.clock.nowMs()), reports: listReports(desk.records, clientId) }
    const report = desk.records.reports.get(`${clientId} ${date}`)
    if (!report) return reply.code(404).send(said('NO_INTERFACE_DEF'))
    return reply.type('text/csv; charset=utf-8').header('report-id', report.reportId).send(report.csv)
  })
}

/** What is said when no handler could say better; nobody signs it. */
export function errorBody(status: number): object {
  return said(status >= 500 ? 'UNKNOWN_EXCEPTION' : status === 404 ? 'NO_INTERFACE_DEF' : 'PARAM_ILLEGAL')
}

/** What a request is about, for matching faults. */
export function aboutOf(request: FastifyRequest, desk: Desk): { requestId?: string; merchantOrderNumber?: string } {
  const body = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as Readonly<Record<string, unknown>>
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const requestId = text(body['refundRequestId']) ?? text(body['paymentRequestId'])
  const payment = desk.records.byRequest(clientOf(request), text(body['paymentRequestId']) ?? '')
    ?? desk.records.payments.get(text(body['paymentId']) ?? '')
  const order = payment?.record.referenceOrderId ?? text(Reflect.get(Object(body['order']), 'referenceOrderId'))
  return { ...(requestId === undefined ? {} : { requestId }), ...(order === undefined ? {} : { merchantOrderNumber: order }) }
}
