import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { VirtualClock } from './clock.ts'
import { iso } from './clock.ts'
import type { FaultRule, Faults, RequestTraits } from './faults.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that this request drew, if any. */
    fault: FaultRule | undefined
    logEntry: { status: number | null; fault?: string; requestId?: string } | undefined
  }
}

/** One request as the simulator saw it; bodies are never kept. */
export interface RequestLogEntry {
  readonly at: string
  readonly method: string
  readonly path: string
  readonly requestId?: string
  /** null: never answered. */
  readonly status: number | null
  readonly fault?: string
}

/** The last requests, and how many came to each route. */
export class RequestLog {
  readonly log: RequestLogEntry[] = []
  readonly counts: Record<string, number> = {}

  add(entry: RequestLogEntry, route: string): void {
    const key = `${entry.method} ${route}`
    this.counts[key] = (this.counts[key] ?? 0) + 1
    this.log.push(entry)
    if (this.log.length > 1000) this.log.shift()
  }
}

export interface HostParts {
  readonly clock: VirtualClock
  readonly faults: Faults
  readonly requests: RequestLog
  /** How long a request is left unanswered by the timeout faults, in milliseconds of real time. */
  readonly timeoutMs: number
  /** Resolves when all that was decided so far is durable. */
  readonly settled: () => Promise<void>
  /** What a request is about, for matching faults. */
  readonly about: (request: FastifyRequest) => Omit<RequestTraits, 'method' | 'path'>
  /** The rail's own error body for a failure that no handler answered. */
  readonly errorBody: (status: number) => object
}

/** A server with what the simulators share: durable answers, faults, a request log, the rail's errors. */
export function createHost(parts: HostParts): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: 262_144 })
  app.decorateRequest('fault', undefined)
  app.decorateRequest('logEntry', undefined)
  app.addHook('onRequest', async request => logRequest(parts, request))
  app.addHook('preHandler', async (request, reply) => beforeRecord(parts, request, reply))
  app.addHook('onSend', async (request, reply, payload) => afterRecord(parts, request, reply, payload))
  app.addHook('onResponse', async (request, reply) => {
    if (request.logEntry && !isSilent(request.fault)) request.logEntry.status = reply.statusCode
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    },
  )
  app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500
    return reply.code(status).send(parts.errorBody(status))
  })
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(parts.errorBody(404)))
  return app
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url
}

function isControl(request: FastifyRequest): boolean {
  return pathOf(request).startsWith('/_control')
}

function logRequest({ clock, requests }: HostParts, request: FastifyRequest): void {
  if (isControl(request)) return
  const requestId = request.headers['request-id']
  const entry = {
    at: iso(clock.nowMs()),
    method: request.method,
    path: pathOf(request),
    status: null,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  }
  request.logEntry = entry
  requests.add(entry, request.routeOptions.url ?? pathOf(request))
}

/** Faults that strike before the record. Runs after authentication: who is refused uses no fault up. */
async function beforeRecord(
  parts: HostParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (isControl(request)) return
  const requestId = request.headers['request-id']
  const traits = { ...(typeof requestId === 'string' ? { requestId } : {}), ...parts.about(request) }
  const fault = parts.faults.take({ method: request.method, path: pathOf(request), ...traits })
  if (request.logEntry && traits.requestId !== undefined) request.logEntry.requestId = traits.requestId
  request.fault = fault
  if (fault && request.logEntry) request.logEntry.fault = fault.fault
  switch (fault?.fault) {
    case 'slow':
      return void (await delay(fault.ms ?? 0))
    case 'http_500':
      return reply.code(500).send(parts.errorBody(500))
    case 'hang':
      return reply.hijack()
    case 'reset_before_record':
      return reset(reply.hijack())
    case 'timeout_unrecorded':
      reply.hijack()
      void silence(reply, parts.timeoutMs)
      return reply
    default:
      return
  }
}

/** Answers leave only when what they say is durable; then the faults that strike after the record. */
async function afterRecord(
  parts: HostParts,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  try {
    await parts.settled()
  } catch (error) {
    return failClosed(parts, reply, error)
  }
  switch (request.fault?.fault) {
    case 'timeout_recorded':
      await silence(reply, parts.timeoutMs)
      return payload
    case 'reset_after_record':
      reset(reply)
      return payload
    case 'malformed_json': {
      const text = String(payload)
      void reply.code(200).removeHeader('content-length')
      return text.slice(0, Math.ceil(text.length / 2))
    }
    default:
      return payload
  }
}

/** What could not be kept is not confirmed, and nor is anything after it. */
function failClosed({ errorBody }: HostParts, reply: FastifyReply, error: unknown): string {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`)
  void reply.code(500).type('application/json; charset=utf-8').removeHeader('content-length')
  return JSON.stringify(errorBody(500))
}

function isSilent(fault: FaultRule | undefined): boolean {
  return fault?.fault === 'timeout_recorded' || fault?.fault === 'reset_after_record'
}

/** Says nothing until the caller gives up or `timeoutMs` has passed, then closes the connection. */
async function silence(reply: FastifyReply, timeoutMs: number): Promise<void> {
  const { socket } = reply.request.raw
  const stop = new AbortController()
  const gone = socket.destroyed ? Promise.resolve() : once(socket, 'close', { signal: stop.signal })
  const { signal } = stop
  await Promise.race([gone, delay(timeoutMs, undefined, { signal, ref: false })]).catch(() => undefined)
  stop.abort()
  socket.destroy()
}

function reset(reply: FastifyReply): FastifyReply {
  reply.request.raw.socket.resetAndDestroy()
  return reply
}
