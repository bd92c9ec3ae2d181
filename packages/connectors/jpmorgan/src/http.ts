import type { Deadline } from '@holdfast/connector-shared'
import { connectionFailure } from '@holdfast/core'

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

/** Sends once, follows no redirect, and reads the whole answer before the deadline. */
export async function send({ url, ...request }: HttpRequest, deadline: Deadline): Promise<Answer> {
  const timeoutMs = deadline()
  if (timeoutMs === 0) return { kind: 'not_sent', reason: 'no time was left to send it' }
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    return { kind: 'answered', status: response.status, body: await response.text() }
  } catch (error) {
    return connectionFailure(error instanceof Error && error.cause !== undefined ? error.cause : error)
  }
}
