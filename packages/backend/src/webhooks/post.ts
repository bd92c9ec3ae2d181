import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'
import type { Target } from './guard.ts'
import type { Outcome } from './schedule.ts'

/** So much of an answer is read, out of courtesy, before the connection is cut: nothing in it is used. */
const MAX_ANSWER_BYTES = 64 * 1024
const MAX_HEADER_BYTES = 16 * 1024

export interface Posting {
  readonly target: Target
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Ends the attempt when the worker stops. */
  readonly signal: AbortSignal
}

/** The worker stopped before there was an answer: this says nothing of the endpoint. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/**
 * Sends one delivery, on a connection of its own to an address that was checked. No redirect is followed.
 *
 * @returns what came of it; the answer's status decides, and nothing of its body is kept
 * @throws Interrupted
 */
export function post(posting: Posting): Promise<Outcome> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const request = open(posting)
    const timer = setTimeout(() => request.destroy(new TimedOut()), posting.timeoutMs)
    const interrupt = (): void => void request.destroy(new Interrupted())
    let failure: Error | null = null
    let answered: IncomingMessage | null = null
    request.on('error', (error) => { failure ??= error })
    request.on('response', (response) => {
      answered = response
      drain(response, request)
    })
    // Comes in every case, also where there is neither an answer nor an error: after a switch of protocols.
    request.on('close', () => {
      clearTimeout(timer)
      posting.signal.removeEventListener('abort', interrupt)
      if (answered === null && posting.signal.aborted) return reject(new Interrupted())
      resolve({ ...read(answered, failure), durationMs: Math.round(performance.now() - startedAt) })
    })
    posting.signal.addEventListener('abort', interrupt, { once: true })
    request.end(posting.body)
    if (posting.signal.aborted) interrupt()
  })
}

class TimedOut extends Error {
  readonly code = 'TIMED_OUT'
}

function open({ target: { url, addresses }, body, headers }: Posting): ClientRequest {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return send(url, {
    method: 'POST', agent: false, lookup: pinned(addresses), maxHeaderSize: MAX_HEADER_BYTES,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) },
  })
}

/** Answers every look-up with the addresses that were checked, so that a name can't turn elsewhere meanwhile. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  return (_host, options, done) => {
    const [first] = all
    if (options.all) return done(null, all)
    return first ? done(null, first.address, first.family) : done(new Error('no address'), '', 0)
  }
}

/** Reads an answer to its end, or until it is too long; by then its status is known. */
function drain(response: IncomingMessage, request: ClientRequest): void {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) request.destroy()
  })
  response.on('error', () => {})
}

function read(response: IncomingMessage | null, error: Error | null): Omit<Outcome, 'durationMs'> {
  if (response === null) return { statusCode: null, error: describe(error), retryAfter: null }
  const status = response.statusCode as number
  const retryAfter = response.headers['retry-after'] ?? null
  if (status >= 200 && status < 300) return { statusCode: status, error: null, retryAfter }
  const why = status >= 300 && status < 400 ? 'redirects are not followed' : 'expected a status of 200 to 299'
  return { statusCode: status, error: `answered ${status}; ${why}`, retryAfter }
}

const words: Readonly<Record<string, string>> = {
  TIMED_OUT: 'no answer in time', ECONNREFUSED: 'connection refused', ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut', ETIMEDOUT: 'could not connect in time', EHOSTUNREACH: 'the host can’t be reached',
  ENETUNREACH: 'the network can’t be reached',
}

/** An error by its code: its message may hold what the endpoint wrote. */
function describe(error: Error | null): string {
  const { code = 'ECONNRESET' } = (error ?? {}) as { code?: string }
  if (code.startsWith('HPE_')) return 'the answer is not HTTP'
  return words[code] ?? (/^[A-Z0-9_]{3,60}$/.test(code) ? `could not be sent: ${code}` : 'could not be sent')
}
