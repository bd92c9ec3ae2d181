import { endpoints, rawEndpoints, type Caller, type Endpoint } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { FastifyRequest } from 'fastify'

const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, holdfast-version'
const EXPOSED_HEADERS = 'date, request-id, retry-after, idempotency-replayed'
/** An origin as browsers send it: a directive of a policy can't be hidden in it. */
export const originPattern: RegExp = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/i

/** Whether it is a browser that calls, from a page of the marketplace's. */
export const fromPages = (caller: Caller): boolean => caller === 'page' || caller === 'buyer'

/** What a page may call. */
export const pageEndpoints: readonly Pick<Endpoint, 'method' | 'path'>[] =
  [...Object.values<Endpoint>(endpoints), ...Object.values(rawEndpoints)].filter(({ caller }) => fromPages(caller))

/**
 * What a browser is told before it sends a page's call. It carries no credentials, so the marketplace isn't known
 * yet: any page may ask, and the call itself is refused unless its origin is registered.
 */
export function preflight(path: string, request: FastifyRequest): Record<string, string> {
  const vary = { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
  const origin = request.headers.origin
  if (origin === undefined || !originPattern.test(origin)) return vary
  const methods = pageEndpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method)
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': '600',
  }
}

/**
 * Lets a page read the answer to its call, and nothing else: calls with API keys have no such headers, so that no
 * page can use one. A refused page may read why, for its developer's sake; the refusal holds nothing of anyone's.
 */
export function corsHeaders(endpoint: Pick<Endpoint, 'caller'>, { request, admitted }: { request: FastifyRequest; admitted: object | Refusal }): Record<string, string> {
  if (!fromPages(endpoint.caller)) return {}
  const origin = request.headers.origin
  if (origin === undefined || !originPattern.test(origin)) return { vary: 'Origin' }
  if (isRefusal(admitted) && !(admitted.refused in readableRefusals)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS,
    'cross-origin-resource-policy': 'cross-origin',
  }
}

const readableRefusals = {
  origin_not_allowed: true, client_secret_invalid: true, buyer_link_invalid: true, buyer_link_expired: true, version_unsupported: true, rate_limited: true,
} as const
