import type { Deadline } from '@holdfast/connector-shared'
import { send, type Answer } from './http.ts'
import { NoAccessToken, type AccessTokens } from './oauth.ts'

export interface RailCall {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: string
  readonly merchantId: string
  readonly requestId?: string
  readonly body?: Readonly<Record<string, unknown>>
}

/** The headers of every call. */
export function railHeaders(
  { token, merchantId, requestId }: { token: string; merchantId: string; requestId?: string | undefined },
): Record<string, string> {
  return {
    'authorization': `Bearer ${token}`,
    'merchant-id': merchantId,
    ...(requestId === undefined ? {} : { 'request-id': requestId }),
  }
}

/**
 * One authorized call. A token that the rail refuses is replaced once: what was answered 401 was not looked at, so
 * that sending it again, by the same request id, cannot do it twice.
 */
export async function callRail(tokens: AccessTokens, call: RailCall, deadline: Deadline): Promise<Answer> {
  const first = await callOnce(tokens, call, deadline)
  return first.kind === 'answered' && first.status === 401 ? callOnce(tokens, call, deadline) : first
}

async function callOnce(tokens: AccessTokens, call: RailCall, deadline: Deadline): Promise<Answer> {
  const token = await tokenOrReason(tokens, deadline)
  if ('reason' in token) return { kind: 'not_sent', reason: token.reason }
  const answer = await send({
    method: call.method,
    url: call.url,
    headers: { 'accept': 'application/json, text/csv', 'content-type': 'application/json', ...railHeaders({ ...call, token: token.value }) },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  }, deadline)
  if (answer.kind === 'answered' && answer.status === 401) tokens.refused(token.value)
  return answer
}

/** A token, or why there is none. */
export async function tokenOrReason(tokens: AccessTokens, deadline: Deadline): Promise<{ value: string } | { reason: string }> {
  try {
    return { value: await tokens.get(deadline) }
  } catch (error) {
    if (error instanceof NoAccessToken) return { reason: error.message }
    throw error
  }
}
