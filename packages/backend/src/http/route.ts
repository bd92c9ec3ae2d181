import type { BodyOf, endpoints, EndpointName, ParamsOf, QueryOf, ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Answer, Claim } from '../commands/idempotency.ts'
import type { Deps } from '../deps.ts'

/** The marketplace of the key or session that made the call. */
export interface CallingMarketplace {
  readonly id: string
  readonly name: string
  readonly mode: 'test' | 'live'
  readonly origins: readonly string[]
}

export type Calling =
  | { readonly kind: 'secret' | 'publishable'; readonly apiKey: string }
  | { readonly kind: 'page'; readonly session: string }
  | { readonly kind: 'buyer'; readonly order: string; readonly expiresAt: Date }
  | { readonly kind: 'hosted' | 'public' }

type CallerOf<N extends EndpointName> = (typeof endpoints)[N]['caller']

/** A call, parsed by the contract's schemas: nothing unparsed passes the edge. */
export interface RouteRequest<N extends EndpointName> {
  readonly endpoint: N
  readonly marketplace: CallerOf<N> extends 'hosted' | 'public' ? null : CallingMarketplace
  readonly params: ParamsOf<N>
  readonly query: QueryOf<N>
  readonly body: BodyOf<N>
  readonly requestId: string
  /** The page's origin, as the browser said it; null for servers. */
  readonly origin: string | null
  /** What the request itself shows of whoever made it. */
  readonly visitor: { readonly ip: string; readonly userAgent: string; readonly accept: string }
  readonly caller: CallerOf<N> extends 'page' | 'buyer' ? Extract<Calling, { kind: CallerOf<N> }> : Calling
  /** The call's Idempotency-Key with what it is bound to; null where a page or a buyer left it out or the call only reads. */
  readonly idempotency: Claim | null
}

/** What a handler answers: the endpoint's own status unless it says another. */
export interface Reply<T = unknown> {
  readonly status?: number
  readonly body: T
  readonly headers?: Readonly<Record<string, string>>
}

export type Handled<N extends EndpointName> = Reply<ResponseOf<N>> | Refusal | Answer

export interface Route<N extends EndpointName> {
  readonly name: N
  readonly handle: (request: RouteRequest<N>, deps: Deps) => Promise<Handled<N>>
}

/** A route of any name, as the table of routes lists them. */
export type AnyRoute = { [N in EndpointName]: Route<N> }[EndpointName]

/**
 * One call of the API: a name from the contract's table and what answers it.
 *
 * A handler answers with a `Reply`, a `Refusal` (which becomes a problem document), or an `Answer` that
 * `execute` or `answerOnce` has already rendered and stored.
 */
export function route<N extends EndpointName>(name: N, handle: Route<N>['handle']): Route<N> {
  return { name, handle }
}
