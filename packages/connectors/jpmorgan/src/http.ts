/** What became of one HTTP request. `not_sent` is proof that no byte of it left; all else that fails is `unknown`. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Milliseconds left, never below 0. */
export type Deadline = () => number

/** Runs on the monotonic clock: a wall clock that is set meanwhile changes nothing. */
export function deadlineIn(timeoutMs: number): Deadline {
  const end = performance.now() + timeoutMs
  return () => Math.max(0, Math.floor(end - performance.now()))
}

/** Sends once, follows no redirect, and reads the whole answer before the deadline. */
export async function send({ url, ...request }: HttpRequest, deadline: Deadline): Promise<Answer> {
  const timeoutMs = deadline()
  if (timeoutMs === 0) return { kind: 'not_sent', reason: 'no time was left to send it' }
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    return { kind: 'answered', status: response.status, body: await response.text() }
  } catch (error) {
    return readFailure(error)
  }
}

/** Handshakes that fail on the certificate: the request is written only after them. */
const refusedCertificates: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

function readFailure(error: unknown): Answer {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const reason = textOf(cause, 'code') ?? textOf(cause, 'name') ?? 'the connection failed'
  return { kind: neverOpened(cause) ? 'not_sent' : 'unknown', reason }
}

function neverOpened(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverOpened)
  const syscall = textOf(cause, 'syscall')
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  const code = textOf(cause, 'code') ?? ''
  return code === 'UND_ERR_CONNECT_TIMEOUT' || refusedCertificates.has(code)
}

function textOf(value: unknown, key: string): string | undefined {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}
