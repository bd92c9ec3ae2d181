import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { VirtualClock } from '../shared/clock.ts'
import type { Journal } from '../shared/journal.ts'
import { declines, type Decline } from './cards.ts'
import { refuseDuplicate, type Context, type Decision, type Refusal, type Terms } from './decisions.ts'
import { delayedCapture, overdue } from './payments.ts'
import type { Records, Entry, Found, Payment, RefundRecord } from './records.ts'
import { renderCapture, renderError, renderPayment, renderRefund, renderRefusal } from './render.ts'

export interface DeskParts {
  readonly records: Records
  readonly journal: Journal<Entry>
  readonly clock: VirtualClock
  readonly terms: Terms
  /** Where browsers reach the simulator. */
  readonly url: () => string
}

/** Who asks. `requestId` is empty on the calls that don't need one. */
export interface Caller {
  readonly merchantId: string
  readonly requestId: string
}

/** Where requests meet records: every command and inquiry goes through here. */
export class Desk {
  readonly records: Records
  readonly clock: VirtualClock
  readonly #journal: Journal<Entry>
  readonly #terms: Terms
  readonly #url: () => string

  constructor({ records, journal, clock, terms, url }: DeskParts) {
    this.#url = url
    this.records = records
    this.clock = clock
    this.#journal = journal
    this.#terms = terms
  }

  write(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) this.records.apply(entry)
    this.#journal.append(entries)
  }

  context(): Pick<Context, 'records' | 'terms' | 'nowMs'> {
    return { records: this.records, terms: this.#terms, nowMs: this.clock.nowMs() }
  }

  /** Reads after what is due by the clock has been done: the captures of delayed payments. */
  current<T>(read: () => T): T {
    const context = this.context()
    for (const payment of this.records.authentications.values()) this.write(overdue(context, payment))
    for (const payment of this.records.delayed) {
      const entry = delayedCapture(context, payment)
      if (entry) this.write([entry])
    }
    return read()
  }

  /** Every POST and PATCH: parse, refuse a used request id, decide, write, answer from the record. */
  command<Body>(
    request: FastifyRequest,
    reply: FastifyReply,
    { schema, decide }: { schema: z.ZodType<Body>; decide: (context: Context, body: Body) => Decision },
  ): unknown {
    if (!requireRequestId(request, reply)) return reply
    const body = schema.safeParse(request.body ?? {})
    if (!body.success) return refuseBody(reply, body.error)
    const { merchantId, requestId } = callerOf(request)
    const context: Context = {
      records: this.records,
      terms: this.#terms,
      nowMs: this.clock.nowMs(),
      merchantId,
      requestId,
      forced: forcedDecline(request),
    }
    const decision = this.current((): Decision => {
      const duplicate = refuseDuplicate(context)
      return duplicate ? { refused: duplicate } : decide(context, body.data)
    })
    if ('refused' in decision) return refuse(reply, decision.refused)
    this.write(decision.entries)
    const found = this.records.find(merchantId, requestId)
    return found ? this.render(found, { requestId, fresh: true }) : reply.code(500).send(errorBody(500))
  }

  /** `GET …?requestIdentifier=`: what an earlier request left behind; else 404. */
  inquire(request: FastifyRequest, reply: FastifyReply, pick: (found: Found) => Found | undefined): unknown {
    if (!requireRequestId(request, reply)) return reply
    const requestId = asObject(request.query)['requestIdentifier']
    if (typeof requestId !== 'string' || requestId === '' || requestId.length > 40) {
      return refuseParameter(reply, 'requestIdentifier', 'is required, at most 40 characters')
    }
    const found = this.current(() => this.records.find(callerOf(request).merchantId, requestId))
    const picked = found && pick(found)
    return picked ? this.render(picked, { requestId, fresh: false }) : notFound(reply)
  }

  onPayment(context: Context, id: string, decide: (payment: Payment) => Decision): Decision {
    const payment = this.records.payments.get(id)
    if (payment?.record.merchantId !== context.merchantId) {
      return { refused: { status: 404, code: 'NOT_FOUND', message: 'no such payment of this merchant' } }
    }
    return decide(payment)
  }

  render(found: Found, { requestId, fresh }: { requestId: string; fresh: boolean }): object {
    const asked = { requestId, nowMs: this.clock.nowMs(), url: this.#url() }
    switch (found.kind) {
      case 'payment':
        return renderPayment(found.payment, asked)
      case 'patch':
        return renderPayment(found.payment, { ...asked, patch: found.patch })
      case 'capture':
        return renderCapture(found.payment, found.capture, asked)
      case 'refund':
        return renderRefund(found.refund, { ...asked, fresh, payment: this.#paymentOf(found.refund) })
    }
  }

  #paymentOf({ transactionId }: RefundRecord): Payment | undefined {
    return transactionId === undefined ? undefined : this.records.payments.get(transactionId)
  }
}

export function callerOf(request: FastifyRequest): Caller {
  const { 'merchant-id': merchantId, 'request-id': requestId } = request.headers
  return { merchantId: String(merchantId ?? ''), requestId: String(requestId ?? '') }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

export function requireRequestId(request: FastifyRequest, reply: FastifyReply): boolean {
  const { requestId } = callerOf(request)
  if (requestId.length >= 1 && requestId.length <= 40) return true
  refuseParameter(reply, 'request-id', 'is required, at most 40 characters')
  return false
}

function forcedDecline({ fault }: FastifyRequest): Decline | undefined {
  if (fault?.fault !== 'decline') return undefined
  const known = Object.values(declines).find(({ responseCode }) => responseCode === fault.responseCode)
  return (
    known ?? { ...declines.doNotHonor, responseCode: fault.responseCode ?? declines.doNotHonor.responseCode }
  )
}

function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply.code(refusal.status).send(renderRefusal(refusal))
}

/** A header or query parameter is missing or malformed. */
export function refuseParameter(reply: FastifyReply, entity: string, message: string): FastifyReply {
  return refuse(reply, { status: 400, code: 'VALIDATION_ERROR', message: `${entity} ${message}`, entity })
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send(errorBody(404))
}

/** Names the fields, never their values: one of them may be a card number. */
function refuseBody(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply.code(400).send({
    ...renderError('VALIDATION_ERROR', 'Request contains validation errors'),
    validationErrors: error.issues.map(({ code, message, path }) => ({
      code: code.toUpperCase(),
      message,
      entity: path.join('.'),
    })),
  })
}

/** What is said when no handler could say better. */
export function errorBody(status: number): object {
  if (status === 400) return renderError('MALFORMED_JSON', 'the body is not JSON')
  if (status === 404) return renderError('NOT_FOUND', 'No record found')
  if (status < 500) return renderError('VALIDATION_ERROR', 'the request cannot be read')
  return renderError('SERVER_ERROR', 'Unexpected error')
}
