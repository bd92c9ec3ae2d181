import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Config } from './config.ts'
import type { AbortSignalLike } from './options.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

export interface Limits {
  /** Until there must be an answer, the wait for a free connection included. */
  readonly timeoutMs: number
  /** From the moment that there is a connection to send on. */
  readonly attemptTimeoutMs: number
  readonly maxBytes: number
  readonly signal: AbortSignalLike | undefined
}

/** Why there is no whole answer. Whether the call took effect is not known from it. */
export class HttpFailure extends Error {
  readonly kind: 'connection_failed' | 'timeout' | 'aborted' | 'response_too_large'
  /** A kept-alive connection that the other side had closed meanwhile: worth another at once. */
  readonly stale: boolean

  constructor(kind: HttpFailure['kind'], message: string, why: { cause?: unknown; stale?: boolean } = {}) {
    super(message, { cause: why.cause })
    this.kind = kind
    this.stale = why.stale ?? false
  }
}

/** Kept-alive connections to one server, over node:http: a quarter of what fetch costs. */
export class Connections {
  readonly #url: URL
  readonly #agent: HttpAgent | HttpsAgent
  readonly #request: typeof httpRequest

  constructor({ url, maxSockets, ca }: Pick<Config, 'url' | 'maxSockets' | 'ca'>) {
    const shared = { keepAlive: true, maxSockets, scheduling: 'lifo' as const }
    const secure = url.protocol === 'https:'
    this.#url = url
    this.#request = secure ? httpsRequest : httpRequest
    this.#agent = secure
      ? new HttpsAgent({ ...shared, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) })
      : new HttpAgent(shared)
  }

  /**
   * Sends one request and reads the whole answer. Never follows a redirect.
   *
   * @throws HttpFailure - no whole answer, for one of four reasons
   */
  exchange(request: HttpRequest, limits: Limits): Promise<HttpAnswer> {
    if (limits.signal?.aborted) return Promise.reject(abortedBy(limits.signal))
    const outgoing = this.#request({
      hostname: this.#url.hostname.replace(/^\[(.*)\]$/, '$1'), port: this.#url.port || undefined,
      path: this.#url.pathname.replace(/\/$/, '') + request.path,
      method: request.method, headers: request.headers, agent: this.#agent,
    })
    return settle(outgoing, request.body, limits)
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** The first of: the whole answer, a broken connection, the time, the caller's signal. */
function settle(outgoing: ClientRequest, body: string | undefined, limits: Limits): Promise<HttpAnswer> {
  const { timeoutMs, attemptTimeoutMs, maxBytes, signal } = limits
  return new Promise<HttpAnswer>((resolve, reject) => {
    const finish = (end: () => void): void => {
      for (const timer of timers) clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      end()
    }
    const fail = (failure: HttpFailure): void => finish(() => {
      outgoing.destroy()
      reject(failure)
    })
    const abort = (): void => fail(abortedBy(signal))
    const expire = (ms: number) => (): void => fail(new HttpFailure('timeout', `no answer within ${ms} ms`))
    const timers = [setTimeout(expire(timeoutMs), timeoutMs)]
    outgoing.once('socket', () => {
      if (!outgoing.destroyed) timers.push(setTimeout(expire(attemptTimeoutMs), attemptTimeoutMs))
    })
    signal?.addEventListener('abort', abort)
    outgoing.on('error', (cause) => fail(broken(cause, { stale: outgoing.reusedSocket })))
    outgoing.on('response', (incoming) => {
      read(incoming, maxBytes).then(
        (answer) => finish(() => resolve(answer)),
        (cause: unknown) => fail(cause instanceof HttpFailure ? cause : broken(cause, { stale: false })),
      )
    })
    outgoing.end(body)
  })
}

function abortedBy(signal: AbortSignalLike | undefined): HttpFailure {
  return new HttpFailure('aborted', 'the call was aborted', { cause: signal?.reason })
}

async function read(incoming: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw new HttpFailure('response_too_large', `the answer is over ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }
}

const staleCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

function broken(cause: unknown, { stale }: { stale: boolean }): HttpFailure {
  const { code, message } = cause as { code?: unknown; message?: unknown }
  const reason = [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ')
  const why = { cause, stale: stale && staleCodes.has(code) }
  return new HttpFailure('connection_failed', `the connection failed (${reason})`, why)
}
