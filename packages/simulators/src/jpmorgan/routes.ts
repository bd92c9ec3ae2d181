import type { FastifyInstance, FastifyRequest } from 'fastify'
import { startOfDay } from '../shared/clock.ts'
import type { Decision } from './decisions.ts'
import { asObject, callerOf, notFound, refuseParameter, requireRequestId, type Desk } from './desk.ts'
import { decideCapture, decidePatch, decidePayment } from './payments.ts'
import type { Found, Payment } from './records.ts'
import { decideRefund } from './refunds.ts'
import { dueReports, listReports } from './reports.ts'
import { captureRequest, patchRequest, paymentRequest, refundRequest } from './requests.ts'

interface ById {
  Params: { id: string }
}

/** The calls of Online Payments v2 and the settlement reports; who may call them is decided before. */
export function registerRoutes(api: FastifyInstance, desk: Desk): void {
  registerPayments(api, desk)
  registerCaptures(api, desk)
  registerRefunds(api, desk)
  registerReports(api, desk)
}

function registerPayments(api: FastifyInstance, desk: Desk): void {
  api.post('/api/v2/payments', async (request, reply) =>
    desk.command(request, reply, {
      schema: paymentRequest,
      decide: decidePayment,
    }),
  )
  api.patch<ById>('/api/v2/payments/:id', async (request, reply) =>
    desk.command(request, reply, {
      schema: patchRequest,
      decide: (context, body) =>
        desk.onPayment(context, request.params.id, payment => decidePatch(context, payment, body)),
    }),
  )
  api.get('/api/v2/payments', async (request, reply) => desk.inquire(request, reply, asPayment))
  api.get<ById>('/api/v2/payments/:id', async (request, reply) => {
    const payment = desk.current(() => desk.records.payments.get(request.params.id))
    if (payment?.record.merchantId !== callerOf(request).merchantId) return notFound(reply)
    return desk.render({ kind: 'payment', payment }, { requestId: payment.record.requestId, fresh: false })
  })
}

function registerCaptures(api: FastifyInstance, desk: Desk): void {
  api.post<ById>('/api/v2/payments/:id/captures', async (request, reply) =>
    desk.command(request, reply, {
      schema: captureRequest,
      decide: (context, body) =>
        withoutNotFound(
          desk.onPayment(context, request.params.id, payment => decideCapture(context, payment, body)),
        ),
    }),
  )
  api.get('/api/v2/captures', async (request, reply) => desk.inquire(request, reply, asCapture))
  api.get<ById>('/api/v2/captures/:id', async (request, reply) => {
    if (!requireRequestId(request, reply)) return reply
    const capture = desk.current(() => desk.records.captures.get(request.params.id))
    const payment = capture && desk.records.payments.get(capture.transactionId)
    if (!capture || payment?.record.merchantId !== callerOf(request).merchantId) return notFound(reply)
    return desk.render({ kind: 'capture', payment, capture }, { requestId: capture.requestId, fresh: false })
  })
}

function registerRefunds(api: FastifyInstance, desk: Desk): void {
  api.post('/api/v2/refunds', async (request, reply) =>
    desk.command(request, reply, {
      schema: refundRequest,
      decide: decideRefund,
    }),
  )
  api.get('/api/v2/refunds', async (request, reply) => desk.inquire(request, reply, asRefund))
  api.get<ById>('/api/v2/refunds/:id', async (request, reply) => {
    const refund = desk.records.refunds.get(request.params.id)
    if (refund?.merchantId !== callerOf(request).merchantId) return notFound(reply)
    return desk.render({ kind: 'refund', refund }, { requestId: refund.requestId, fresh: false })
  })
}

function registerReports(api: FastifyInstance, desk: Desk): void {
  api.get<{ Querystring: { date?: string } }>('/reports/settlement', async (request, reply) => {
    const { merchantId } = callerOf(request)
    const { date } = request.query
    const nowMs = desk.clock.nowMs()
    desk.write(desk.current(() => dueReports(desk.records, { merchantId, nowMs })))
    if (date === undefined) return { merchantId, reports: listReports(desk.records, merchantId) }
    if (startOfDay(date) === undefined) return refuseParameter(reply, 'date', 'is a day, YYYY-MM-DD')
    const report = desk.records.report(merchantId, date)
    if (!report) return notFound(reply)
    return reply.type('text/csv; charset=utf-8').header('report-id', report.reportId).send(report.csv)
  })
}

/** `GET /payments` finds payments and what PATCH did to them. */
function asPayment(found: Found): Found | undefined {
  if (found.kind === 'capture') return found.capture.byPatch ? found : undefined
  return found.kind === 'refund' ? undefined : found
}

/** `GET /captures` finds captures, also the one that a payment made by itself (NOW, DELAYED). */
function asCapture(found: Found): Found | undefined {
  if (found.kind === 'capture') return found
  return found.kind === 'payment' ? ownCapture(found.payment) : undefined
}

function asRefund(found: Found): Found | undefined {
  return found.kind === 'refund' ? found : undefined
}

function ownCapture(payment: Payment): Found | undefined {
  const capture = payment.captures.find(({ requestId }) => requestId === payment.record.requestId)
  return capture && { kind: 'capture', payment, capture }
}

/** The OpenAPI has no 404 on POST captures. */
function withoutNotFound(decision: Decision): Decision {
  if (!('refused' in decision) || decision.refused.status !== 404) return decision
  return { refused: { ...decision.refused, status: 412, code: 'TRANSACTION_NOT_FOUND' } }
}

/** The order that a request is about: its own number, or that of the payment it acts on. */
export function orderOf(desk: Desk, request: FastifyRequest): { merchantOrderNumber?: string } {
  const body = asObject(request.body)
  const reference = asObject(asObject(body['paymentMethodType'])['transactionReference'])
  const id = String(asObject(request.params)['id'] ?? reference['transactionReferenceId'])
  const paymentId = desk.records.captures.get(id)?.transactionId ?? id
  const number =
    body['merchantOrderNumber'] ?? desk.records.payments.get(paymentId)?.record.merchantOrderNumber
  return typeof number === 'string' ? { merchantOrderNumber: number } : {}
}
