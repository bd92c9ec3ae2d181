import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Deadline } from '@holdfast/connector-shared'

/** What became of one HTTP request. `not_sent` is proof that no byte of it left; all else that fails is `unknown`. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: Uint8Array
}

/** More than any settlement report of a day; what is longer is not the rail's answer. */
const longestBody = 64 * 2 ** 20

/** Sends once, follows no redirect, and reads the whole answer, byte for byte, before the deadline. */
export function send({ method, url, headers, body }: HttpRequest, deadline: Deadline): Promise<Answer> {
  const timeoutMs = deadline()
  if (timeoutMs === 0) return Promise.resolve({ kind: 'not_sent', reason: 'no time was left to send it' })
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const secure = url.protocol === 'https:'
  const request = (secure ? requestSecure : requestPlain)(url, { method, headers: { ...headers, ...lengthOf(body) } })
  // until the connection stands nothing has left; a connection that stood before may have carried it
  let opened = false
  const fail = (error: unknown): void => {
    resolve({ kind: opened ? 'unknown' : 'not_sent', reason: reasonOf(error) })
    request.destroy()
  }
  const timer = setTimeout(() => { fail(new Error('no answer came in time')) }, timeoutMs)
  request.once('socket', (socket) => {
    opened = !socket.connecting
    if (!opened) socket.once(secure ? 'secureConnect' : 'connect', () => { opened = true })
  })
  request.once('response', (response) => { void read(response).then(resolve, fail) })
  request.on('error', fail)
  request.end(body)
  return promise.finally(() => { clearTimeout(timer) })
}

function lengthOf(body: Uint8Array | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(body.byteLength) }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    const bytes = chunk as Buffer
    length += bytes.byteLength
    if (length > longestBody) throw new Error('the answer is too long')
    chunks.push(bytes)
  }
  return { kind: 'answered', status: response.statusCode ?? 0, headers: headersOf(response), body: Buffer.concat(chunks) }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']))
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed'
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' && code !== '' ? code : error.message || 'the connection failed'
}
