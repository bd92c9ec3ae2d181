/** `not_sent` is proof that the connection never stood; all else that fails is `unknown`. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; /** Undefined when it isn't JSON. */ readonly body: unknown }
  | { readonly kind: 'not_sent' | 'unknown'; readonly reason: string }

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly token: string
  readonly body?: object
}

/** Sends once and follows no redirect. */
export async function send({ method, url, token, body }: Call, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'authorization': `Bearer ${token}`, 'accept': 'application/json', 'content-type': 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1, timeoutMs)),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { kind: 'answered', status: response.status, body: jsonOrUndefined(await response.text()) }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return { kind: neverOpened(cause) ? 'not_sent' : 'unknown', reason: reasonOf(cause) }
  }
}

function neverOpened(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverOpened)
  if (!(cause instanceof Error)) return false
  const syscall: unknown = Reflect.get(cause, 'syscall')
  return syscall === 'connect' || syscall === 'getaddrinfo' || Reflect.get(cause, 'code') === 'UND_ERR_CONNECT_TIMEOUT'
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the connection failed'
  const code: unknown = Reflect.get(cause, 'code')
  return typeof code === 'string' ? code : cause.name
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
