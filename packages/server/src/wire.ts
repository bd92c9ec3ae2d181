import { randomUUID } from 'node:crypto'
import type { Problem } from '@holdfast/contract/types'
import type { Caller } from './caller.ts'
import { systemClock, type Clock } from './clock.ts'
import { checkCallOptions, readIdempotencyKey, readVersion, readWhole, type Config } from './config.ts'
import { HoldfastError, isErrorCode, isRetryable } from './error.ts'
import { Connections, HttpFailure, type HttpAnswer, type HttpRequest } from './http.ts'
import { List, readPage, type Page } from './list.ts'
import { describe, type CallOptions, type WriteOptions } from './options.ts'
import { readRetryAfter, waitMs } from './retry.ts'
import { VERSION } from './version.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Environment {
  readonly clock: Clock
  readonly random: () => number
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: string | undefined
  readonly idempotencyKey?: string | undefined
  /** Sent without the API key: what anyone may read. */
  readonly public?: boolean
}

/** How often a call was sent, and with which key: what its error carries. */
interface Sent {
  readonly attempts: number
  readonly idempotencyKey: string | undefined
}

/** Makes calls: keys, retries, deadlines, and the one error. */
export class Wire implements Caller {
  readonly #config: Config
  readonly #connections: Connections
  readonly #clock: Clock
  readonly #random: () => number

  constructor(config: Config, { clock, random }: Environment = { clock: systemClock, random: Math.random }) {
    this.#config = config
    this.#connections = new Connections(config)
    this.#clock = clock
    this.#random = random
  }

  close(): void {
    this.#connections.close()
  }

  get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'GET', path }, options) as Promise<T>
  }

  getPublic<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#call({ method: 'GET', path, public: true }, options) as Promise<T>
  }

  async post<T>(path: string, params: object, options: WriteOptions = {}): Promise<T> {
    return this.#call({ method: 'POST', path, ...written(params, options) }, options) as Promise<T>
  }

  async patch<T>(path: string, params: object, options: WriteOptions = {}): Promise<T> {
    return this.#call({ method: 'PATCH', path, ...written(params, options) }, options) as Promise<T>
  }

  async delete<T>(path: string, options: WriteOptions = {}): Promise<T> {
    const { idempotencyKey } = written({}, options)
    return this.#call({ method: 'DELETE', path, idempotencyKey }, options) as Promise<T>
  }

  list<T>(path: string, filters: object = {}, options: CallOptions = {}): List<T> {
    return new List(async (after): Promise<Page<T>> => {
      const query: Query = { ...filters as Query, ...(after !== undefined && { after }) }
      return readPage<T>(await this.get(path + queryText(query), options))
    })
  }

  async #call(call: Call, options: CallOptions): Promise<unknown> {
    const { timeoutMs, maxRetries, version } = this.#readOptions(options)
    const request = this.#request(call, version)
    const deadline = this.#clock.elapsed() + timeoutMs
    for (let attempts = 1; ; attempts += 1) {
      const sent: Sent = { attempts, idempotencyKey: call.idempotencyKey }
      const outcome = await this.#attempt(request, { ...sent, deadline, signal: options.signal })
      if ('value' in outcome) return outcome.value
      const { error, stale } = outcome
      const wait = stale ? 0 : waitMs({ attempts, retryAfterMs: error.retryAfterMs, random: this.#random })
      const inTime = this.#clock.elapsed() + wait < deadline
      if (!error.retryable || attempts > maxRetries || !inTime) throw error
      await this.#clock.sleep(wait, options.signal)
      if (options.signal?.aborted) throw aborted(sent, options.signal.reason)
    }
  }

  #readOptions(options: CallOptions): { timeoutMs: number; maxRetries: number; version: string } {
    checkCallOptions(options)
    const { timeoutMs, maxRetries, version } = this.#config
    return {
      timeoutMs: readWhole('timeoutMs', options.timeoutMs, { otherwise: timeoutMs, least: 1, most: 86_400_000 }),
      maxRetries: readWhole('maxRetries', options.maxRetries, { otherwise: maxRetries, least: 0, most: 20 }),
      version: options.version === undefined ? version : readVersion(options.version),
    }
  }

  #request({ method, path, body, idempotencyKey, public: isPublic }: Call, version: string): HttpRequest {
    const headers: Record<string, string> = {
      accept: 'application/json', 'user-agent': `holdfast-server/${VERSION}`, 'holdfast-version': version,
      host: this.#config.url.host,
    }
    if (!isPublic) headers['authorization'] = `Bearer ${this.#config.apiKey}`
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
    if (body !== undefined) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = String(Buffer.byteLength(body))
    }
    return { method, path, headers, body }
  }

  async #attempt(
    request: HttpRequest,
    { deadline, signal, ...sent }: Sent & { deadline: number; signal: CallOptions['signal'] },
  ): Promise<{ value: unknown } | { error: HoldfastError; stale: boolean }> {
    const { attemptTimeoutMs, maxResponseBytes, apiKey } = this.#config
    const left = Math.max(1, Math.ceil(deadline - this.#clock.elapsed()))
    try {
      const answer = await this.#connections.exchange(request, {
        timeoutMs: left, attemptTimeoutMs, maxBytes: maxResponseBytes, signal,
      })
      const read = readAnswer(answer, { ...sent, apiKey, now: this.#clock.now() })
      return read instanceof HoldfastError ? { error: read, stale: false } : { value: read }
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) throw cause
      return { error: failed(cause, sent), stale: cause.stale }
    }
  }
}

const uncertain = 'It may have taken effect: repeat it with the same idempotencyKey to learn its outcome.'

function failed({ kind, message, cause }: HttpFailure, sent: Sent): HoldfastError {
  const advice = sent.idempotencyKey === undefined ? '' : `. ${uncertain}`
  const retryable = kind === 'connection_failed' || kind === 'timeout'
  return new HoldfastError({ code: kind, message: message + advice, retryable, ...sent, cause })
}

function aborted(sent: Sent, reason: unknown): HoldfastError {
  return failed(new HttpFailure('aborted', 'the call was aborted', { cause: reason }), sent)
}

type Context = Sent & { readonly apiKey: string; readonly now: number }

function readAnswer(answer: HttpAnswer, context: Context): object | HoldfastError {
  const value = parse(answer.body)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) return unreadable(answer, context)
  if (answer.status >= 200 && answer.status < 300) return value
  const problem = value as Problem
  return isErrorCode(problem.code) ? refused(problem, answer, context) : unreadable(answer, context, problem)
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function refused(problem: Problem, { status, headers }: HttpAnswer, context: Context): HoldfastError {
  const { apiKey, now, ...sent } = context
  const { code, detail, title, requestId, field, errors, remaining, existing } = problem
  return new HoldfastError({
    code, status, requestId, field, errors, remaining, existing, ...sent,
    message: String(detail ?? title ?? code).replaceAll(apiKey, '[the API key]'),
    retryable: isRetryable({ code, status }), retryAfterMs: readRetryAfter(headers['retry-after'], now),
  })
}

/** Not JSON; or a problem, as a newer backend may give one. */
function unreadable({ status, headers }: HttpAnswer, { apiKey, now, attempts, idempotencyKey }: Context, problem?: Problem): HoldfastError {
  const requestId = headers['request-id']
  const strange = problem && /^[a-z_]{1,60}$/.test(problem.code)
    ? `has a code that this release doesn't know, ${problem.code}: is the backend newer? It says: ${problem.detail}`
    : 'is not one of the API\'s: expected JSON. Is baseUrl right, and does a proxy stand before it?'
  return new HoldfastError({
    code: 'response_invalid', status, attempts, idempotencyKey,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    message: `the answer with status ${status} ${strange}`.replaceAll(apiKey, '[the API key]'),
    retryable: isRetryable({ code: 'response_invalid', status }),
    retryAfterMs: readRetryAfter(headers['retry-after'], now),
  })
}

/** Where an explicit `undefined` would silently mean "all of it". */
const meaningful = ['amount', 'allotments', 'milestone', 'currency', 'final'] as const

function written(params: unknown, options: WriteOptions): { body: string; idempotencyKey: string } {
  checkCallOptions(options)
  const { idempotencyKey } = options
  const key = idempotencyKey === undefined ? randomUUID() : readIdempotencyKey(idempotencyKey)
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw invalid('params', `params is ${describe(params)}: expected an object`)
  }
  for (const field of meaningful) {
    if (Object.hasOwn(params, field) && (params as Record<string, unknown>)[field] === undefined) {
      throw invalid(field, `${field} is undefined: leave it out if that is meant, or give its value`)
    }
  }
  return { body: bodyText(params), idempotencyKey: key }
}

/** What JSON.stringify would write as null or leave out without a word is refused: left out, an amount means all of it. */
function bodyText(params: object): string {
  const places = new WeakMap<object, string>()
  function check(this: object, name: string, value: unknown): unknown {
    const field = memberField(places.get(this), { name, isEntry: Array.isArray(this) })
    const unsendable = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    if (unsendable) throw invalid(field, `${field} is ${String(value)}: expected a whole number`)
    if (typeof value === 'function' || typeof value === 'symbol') throw invalid(field, `${field} is a ${typeof value}: expected its value`)
    if (typeof value === 'object' && value !== null) places.set(value, field)
    return value
  }
  try {
    return JSON.stringify(params, check)
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause
    throw invalid('params', 'params cannot be written as JSON: expected plain data', cause)
  }
}

/** In dots and brackets, as the API names fields. */
function memberField(owner: string | undefined, { name, isEntry }: { name: string; isEntry: boolean }): string {
  if (isEntry) return `${owner}[${name}]`
  return owner ? `${owner}.${name}` : name
}

function invalid(field: string, message: string, cause?: unknown): HoldfastError {
  return new HoldfastError({ code: 'params_invalid', field, message, cause })
}

function queryText(query: Query): string {
  const set = new URLSearchParams()
  for (const [name, value] of Object.entries<unknown>(query)) {
    if (value === undefined) continue
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalid(name, `${name} is ${describe(value)}: expected a text or a number; leave it out to list all`)
    }
    set.set(name, String(value))
  }
  return set.size === 0 ? '' : `?${set.toString()}`
}
