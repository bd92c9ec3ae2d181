import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'

export interface Outgoing {
  readonly url: URL
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** For all of it: connecting, sending and reading the whole answer. */
  readonly timeoutMs: number
}

/** `reason` is a word of ours, never the system's message. */
export type Sent =
  | { readonly outcome: 'answered'; readonly httpStatus: number; readonly text: string }
  | { readonly outcome: 'not_sent' | 'unknown'; readonly reason: string }

const MAX_ANSWER_BYTES = 512 * 1024

/**
 * Sends one request once, on a connection of its own, following no redirect and trying nothing again. A kept
 * connection would save a round trip, and would leave a charge's outcome unknown whenever the peer closes it
 * as we write.
 *
 * `not_sent` only if the connection (with TLS: its handshake) never stood, so that no byte of the request left.
 */
export function sendOnce({ url, timeoutMs, body, ...rest }: Outgoing): Promise<Sent> {
  return new Promise(resolve => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(url, {
      method: rest.method,
      agent: false,
      minVersion: 'TLSv1.2',
      headers: { ...rest.headers, 'content-length': String(body.length), connection: 'close' },
    })
    const connected = watchConnection(request, url)
    const end = (sent: Sent): void => {
      clearTimeout(timer)
      resolve(sent)
      request.destroy()
    }
    const fail = (reason: string): void => end({ outcome: connected() ? 'unknown' : 'not_sent', reason })
    const timer = setTimeout(() => fail('timeout'), timeoutMs)
    request.on('error', error => fail(reasonOf(error)))
    request.once(
      'response',
      response => void read(response).then(end, (error: Error) => fail(reasonOf(error))),
    )
    request.end(body)
  })
}

/** Whether bytes of the request may have left. */
function watchConnection(request: ClientRequest, { protocol }: URL): () => boolean {
  let connected = false
  request.once('socket', (socket: Socket) => {
    if (!socket.connecting && protocol === 'http:') connected = true
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      connected = true
    })
  })
  return () => connected
}

async function read(response: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) return { outcome: 'unknown', reason: 'answer_too_large' }
    chunks.push(chunk)
  }
  return {
    outcome: 'answered',
    httpStatus: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTFOUND: 'host_not_found',
  EAI_AGAIN: 'host_not_found',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
}

function reasonOf(error: Error & { code?: string }): string {
  const code = error.code ?? ''
  return reasons[code] ?? (/CERT|TLS|SSL/.test(code) ? 'tls_refused' : 'connection_failed')
}
