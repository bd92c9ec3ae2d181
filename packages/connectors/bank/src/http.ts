import { connectionFailure } from '@holdfast/core'

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
    return connectionFailure(error instanceof Error && error.cause !== undefined ? error.cause : error)
  }
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
