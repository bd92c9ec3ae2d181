import { API_VERSION, API_VERSIONS, endpoints, errorCodes, rawEndpoints, type Endpoint, type EndpointName } from '@holdfast/contract'
import { isRefusal } from '@holdfast/core'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { hashCanonical, render, type Answer, type Claim } from '../commands/idempotency.ts'
import type { Deps } from '../deps.ts'
import { asBusy, DatabaseBusy } from '../postgres/transaction.ts'
import { authenticate, type Authenticated } from './auth.ts'
import { requestsOf } from '../log.ts'
import type { Sealer } from '../seal.ts'
import { checkResponse } from './check-response.ts'
import { addCheckoutEvents } from './checkout-events.ts'
import { inSpan } from '../tracing/span.ts'
import { corsHeaders, fromPages, pageEndpoints, preflight } from './cors.ts'
import { parseStrictJson } from './json.ts'
import { forgetKeys } from './key-cache.ts'
import type { Metrics } from './metrics.ts'
import { addHostedPage } from '../hosted/routes.ts'
import type { PageFiles } from '../hosted/files.ts'
import { addNotifications } from './notifications.ts'
import { addThreeDSecure } from './three-d-secure.ts'
import { answerBrokenRequest, newRequestId } from './broken-request.ts'
import { renderProblem, type EdgeRefusal } from './problem.ts'
import { addressKey, RateLimiter } from './rate-limit.ts'
import type { AnyRoute, RouteRequest } from './route.ts'
import { refusalOf, validate } from './validation.ts'

/** No call of ours needs a tenth of it. */
const MAX_BODY_BYTES = 256 * 1024
const DRAIN_WITHIN_MS = 10_000

/** The HTTP server, not yet listening. */
export interface HttpServer {
  readonly app: FastifyInstance
  /** Refuses new calls with 503, lets those under way finish, then closes. */
  drain(): Promise<void>
}

interface Context {
  readonly deps: Deps
  readonly metrics: Metrics
  readonly limits: { readonly address: RateLimiter; readonly session: RateLimiter; readonly failures: RateLimiter; readonly linkAddress: RateLimiter; readonly link: RateLimiter }
  readonly draining: { now: boolean }
}

/** What the first checks found out about a call, before its body is read. */
interface Admitted extends Authenticated {
  readonly origin: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    admitted: Admitted | null
    endpointName: EndpointName | null
    startedAt: number
  }
}

/** Builds the server for a table of routes; each is registered as the contract's `endpoints` has it. */
export function createServer(deps: Deps, { routes, metrics, page }: { routes: readonly AnyRoute[]; metrics: Metrics; page: PageFiles | null }): HttpServer {
  const { rateLimits } = deps.config.http
  const context: Context = {
    deps, metrics, draining: { now: false },
    limits: {
      address: new RateLimiter(rateLimits.pageAddress),
      session: new RateLimiter(rateLimits.pageSession),
      failures: new RateLimiter(rateLimits.authFailures),
      linkAddress: new RateLimiter(rateLimits.linkAddress),
      link: new RateLimiter(rateLimits.link),
    },
  }
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: deps.config.http.trustProxy,
    genReqId: newRequestId,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: false },
    requestTimeout: 30_000,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, request, reply) => {
      secure(reply, { live: deps.config.mode === 'live', requestId: request.id })
      send(reply, renderProblem(badAddress, request.id), request)
    },
  })
  app.decorateRequest('admitted', null)
  app.decorateRequest('endpointName', null)
  app.decorateRequest('startedAt', 0)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  addHooks(app, context)
  for (const each of routes) addRoute(app, { context, route: each })
  addCheckoutEvents(app, {
    deps, admit: admitting(context, { name: null, endpoint: { caller: 'page' } }),
    refuse: (reply, refusal, request) => send(reply, renderProblem(refusal, request.id), request),
  })
  addNotifications(app, context)
  addThreeDSecure(app, context)
  if (page) addHostedPage(app, { deps, page })
  addPreflights(app)
  app.setNotFoundHandler((request, reply) => send(reply, notFound(request), request))
  app.setErrorHandler<FastifyError>((error, request, reply) => send(reply, failed(deps, { error, request }), request))
  return { app, drain: () => drain(app, context) }
}

function addHooks(app: FastifyInstance, { deps, metrics, draining }: Context): void {
  const logRequest = requestsOf(deps.log)
  app.addHook('onRequest', async (request, reply) => {
    request.startedAt = performance.now()
    secure(reply, { live: deps.config.mode === 'live', requestId: request.id })
    if (draining.now && request.url !== '/readyz' && request.url !== '/healthz') {
      reply.header('connection', 'close')
      return send(reply, renderProblem(closing, request.id), request)
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    const durationMs = performance.now() - request.startedAt
    const route = request.endpointName ?? request.routeOptions.url ?? 'none'
    metrics.observe({ route, method: request.method, status: reply.statusCode, durationMs })
    if (request.endpointName === null && reply.statusCode < 400) return
    logRequest({
      requestId: request.id, method: request.method, route, status: reply.statusCode,
      durationMs: Math.round(durationMs * 10) / 10, marketplace: request.admitted?.marketplace?.id,
    })
  })
}

const closing: EdgeRefusal = {
  refused: 'unavailable',
  detail: 'The server is shutting down. Send the call again; another one answers it.',
  headers: { 'retry-after': '1' },
}

/** Headers that every answer has: it is data, it is private, and no page may frame it or guess its type. */
function secure(reply: FastifyReply, { live, requestId }: { live: boolean; requestId: string }): void {
  reply.headers({
    'request-id': requestId,
    'holdfast-version': API_VERSION,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    ...(live && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  })
}

/** Before the body is read: a stranger's body is not worth the memory. */
function admitting(context: Context, { name, endpoint }: { name: EndpointName | null; endpoint: Pick<Endpoint, 'caller' | 'testOnly'> }) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    request.endpointName = name
    const admitted = await admit(context, { endpoint, request })
    reply.headers(corsHeaders(endpoint, { request, admitted }))
    if (isRefusal(admitted)) return send(reply, renderProblem(admitted, request.id), request)
    request.admitted = admitted
    return undefined
  }
}

function addRoute(app: FastifyInstance, { context, route }: { context: Context; route: AnyRoute }): void {
  const endpoint: Endpoint = endpoints[route.name]
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    onRequest: admitting(context, { name: route.name, endpoint }),
    handler: async (request, reply) => {
      const answer = await inSpan(
        `${endpoint.method} ${endpoint.path}`,
        { kind: 'server', from: request.headers, attributes: { 'http.request.method': endpoint.method, 'http.route': endpoint.path, 'holdfast.request_id': request.id } },
        () => answerCall(context, { route, endpoint, request }), ({ status }) => ({ 'http.response.status_code': status }),
      )
      if (context.deps.config.http.validateResponses) checkResponse(endpoint, answer)
      return send(reply, answer, request)
    },
  })
}

interface Asking {
  readonly endpoint: Pick<Endpoint, 'caller' | 'testOnly'>
  readonly request: FastifyRequest
}

interface Arriving extends Asking {
  readonly endpoint: Endpoint
}

/** Everything that can be said without the body: version, mode, who calls, from where, and how often. */
async function admit(context: Context, { endpoint, request }: Asking): Promise<Admitted | EdgeRefusal> {
  const { deps, limits } = context
  const version = request.headers['holdfast-version']
  if (version !== undefined && !API_VERSIONS.includes(String(version))) return versionRefused(String(version))
  if (endpoint.testOnly && deps.config.mode === 'live') return testOnly
  const origin = request.headers.origin ?? null
  const tooOften = endpoint.caller === 'hosted' ? takeOpening(limits, request)
    : fromPages(endpoint.caller) ? limits.address.take(addressKey(request.ip)) : null
  if (tooOften !== null) return rateLimited(tooOften)
  const found = await authenticate(deps, endpoint.caller, { authorization: request.headers.authorization, origin })
  if (isRefusal(found)) return throttleGuessing(limits.failures, { refusal: found, address: addressKey(request.ip) })
  const pageOf = subjectOf(found)
  const tooOftenHere = pageOf === null ? null : limits.session.take(pageOf)
  return tooOftenHere === null ? { ...found, origin } : rateLimited(tooOftenHere)
}

/** Each opening of a link may make a session, with attempts of its own: so often by address, and so often by link. */
function takeOpening({ linkAddress, link }: Context['limits'], { ip, params }: FastifyRequest): number | null {
  return linkAddress.take(addressKey(ip)) ?? link.take(String((params as { slug?: string }).slug))
}

/** The session or order that a page speaks for; null for servers. */
function subjectOf({ caller }: Authenticated): string | null {
  return caller.kind === 'page' ? caller.session : caller.kind === 'buyer' ? caller.order : null
}

const testOnly: EdgeRefusal = {
  refused: 'test_mode_only',
  detail: 'This call exists in test mode only: in live mode, time is real.',
}

function versionRefused(version: string): EdgeRefusal {
  return {
    refused: 'version_unsupported',
    detail: `Holdfast-Version '${version.slice(0, 40)}' is not answered here. Expected one of: ${API_VERSIONS.join(', ')}.`,
    field: 'Holdfast-Version',
  }
}

function rateLimited(seconds: number): EdgeRefusal {
  return {
    refused: 'rate_limited',
    detail: `Too many calls from here. Wait ${seconds} s, then go on more slowly.`,
    headers: { 'retry-after': String(seconds) },
  }
}

/** Whoever keeps sending wrong keys is slowed down: by address, since there is nothing else to know them by. */
function throttleGuessing(failures: RateLimiter, { refusal, address }: { refusal: EdgeRefusal; address: string }): EdgeRefusal {
  const guess = ['key_invalid', 'client_secret_invalid', 'buyer_link_invalid'].includes(refusal.refused)
  const seconds = guess ? failures.take(address) : null
  return seconds === null ? refusal : rateLimited(seconds)
}

interface Admission extends Arriving {
  readonly route: AnyRoute
}

async function answerCall({ deps }: Context, { route, endpoint, request }: Admission): Promise<Answer> {
  const parsed = parse(endpoint, request)
  if (isRefusal(parsed)) return renderProblem(parsed, request.id)
  const admitted = request.admitted as Admitted
  const { marketplace, caller, origin } = admitted
  const idempotency = claimOf(route.name, { endpoint, request, body: parsed.raw, admitted, sealer: deps.sealer })
  if (isRefusal(idempotency)) return renderProblem(idempotency, request.id)
  const call = {
    endpoint: route.name, marketplace, caller, origin, requestId: request.id, idempotency, visitor: visitorOf(request),
    params: parsed.params, query: parsed.query, body: parsed.body,
  }
  // What the schemas of this very endpoint have parsed; TypeScript can't follow that through a table.
  const handled = await route.handle(call as never, deps).finally(() => {
    if (/^(?:apiKeys|marketplace)\./.test(route.name) && endpoint.method !== 'GET') forgetKeys(deps.pool)
  })
  return 'answer' in handled ? handled : render(handled, { status: endpoint.status, requestId: request.id })
}

function visitorOf({ ip, headers }: FastifyRequest): RouteRequest<EndpointName>['visitor'] {
  return { ip, userAgent: headers['user-agent'] ?? '', accept: headers.accept ?? '' }
}

interface Parsed {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  /** The body before its schema gave it defaults. */
  readonly raw: unknown
}

function parse(endpoint: Endpoint, request: FastifyRequest): Parsed | EdgeRefusal {
  const params = endpoint.params ? validate(endpoint.params, request.params, 'path') : { value: undefined }
  if (isRefusal(params)) return params
  const query = endpoint.query ? readQuery(endpoint.query, request) : { value: undefined }
  if (isRefusal(query)) return query
  if (!endpoint.body) return { params: params.value, query: query.value, body: undefined, raw: null }
  const json = readJson(request)
  if (isRefusal(json)) return json
  const body = validate(endpoint.body, json.value, 'body')
  if (isRefusal(body)) return body
  return { params: params.value, query: query.value, body: body.value, raw: json.value }
}

/** As in a body, so in a query: a NUL is refused by name, before PostgreSQL refuses the whole statement. */
function readQuery(schema: z.ZodType, request: FastifyRequest): { value: unknown } | EdgeRefusal {
  const query = { ...(request.query as object) }
  const [field] = Object.entries(query).find(([, value]) => String(value).includes('\0')) ?? []
  if (field !== undefined) return refusalOf([{ field, detail: 'holds a NUL character, which nothing here has.' }], 'query')
  return validate(schema, query, 'query')
}

function readJson(request: FastifyRequest): { value: unknown } | EdgeRefusal {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return parseStrictJson((request.body as Buffer | undefined) ?? Buffer.alloc(0))
  const got = type === undefined ? 'the call has no Content-Type' : `the call has Content-Type ${type.slice(0, 60)}`
  return { refused: 'media_type_unsupported', detail: `Expected Content-Type: application/json; ${got}.` }
}

interface Claiming extends Arriving {
  readonly body: unknown
  readonly admitted: Admitted
  readonly sealer: Sealer
}

function claimOf(route: EndpointName, { endpoint, request, body, admitted, sealer }: Claiming): Claim | null | EdgeRefusal {
  if (!endpoint.idempotent || admitted.marketplace === null) return null
  const key = request.headers['idempotency-key']
  const subject = subjectOf(admitted)
  if (key === undefined) return subject === null ? keyRequired : null
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) return keyMalformed
  const scope = subject === null ? route : `${route} ${subject}`
  const bodyHash = hashCanonical([request.params, body])
  return { marketplace: admitted.marketplace.id, route, scope, key, bodyHash, sealer }
}

const keyRequired: EdgeRefusal = {
  refused: 'idempotency_key_required',
  detail: 'The call changes something and has no Idempotency-Key header. Send one that is new for each intent and the same on every retry.',
  field: 'Idempotency-Key',
}
const keyMalformed: EdgeRefusal = {
  refused: 'validation_failed',
  detail: 'Idempotency-Key: expected 1 to 255 printable ASCII characters.',
  field: 'Idempotency-Key',
}

function addPreflights(app: FastifyInstance): void {
  const paths = new Set(pageEndpoints.map(({ path }) => path))
  for (const path of paths) {
    app.options(path, async (request, reply) => reply.status(204).headers(preflight(path, request)).send())
  }
}

function notFound(request: FastifyRequest): Answer {
  const path = request.url.split('?')[0] as string
  const methods = [...Object.values<Endpoint>(endpoints), ...Object.values(rawEndpoints)]
    .filter((endpoint) => matches(endpoint.path, path)).map(({ method }) => method)
  if (methods.length === 0) {
    return renderProblem({ refused: 'route_not_found', detail: `There is no call at ${request.method} ${path.slice(0, 200)}. See /openapi.json for all of them.` }, request.id)
  }
  const allow = methods.join(', ')
  return renderProblem({ refused: 'method_not_allowed', detail: `${request.method} is not a method of this path. Expected: ${allow}.`, headers: { allow } }, request.id)
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/')
  const given = path.split('/')
  return parts.length === given.length && parts.every((part, index) => part.startsWith(':') || part === given[index])
}

/**
 * Whatever was thrown (`unreachable`: the vault is away): the caller learns that it failed and whether to come
 * again, never why inside.
 */
function failed({ log }: Deps, { error, request }: { error: unknown; request: FastifyRequest }): Answer {
  const { code, statusCode } = error as FastifyError
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return renderProblem(tooLarge, request.id)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return renderProblem(badRequest, request.id)
  const known = asBusy(error)
  if (known instanceof DatabaseBusy || code === 'unreachable') {
    log.warn({ requestId: request.id, route: request.endpointName, err: known }, 'a part that the call needs is away')
    return renderProblem(busy, request.id)
  }
  log.error({ requestId: request.id, route: request.endpointName, err: error }, 'request failed')
  return renderProblem(internal, request.id)
}

const tooLarge: EdgeRefusal = {
  refused: 'body_too_large',
  detail: `The body is larger than ${MAX_BODY_BYTES / 1024} KiB, the most that a call may have.`,
}
const badAddress: EdgeRefusal = { refused: 'route_not_found', detail: 'The address is not well-formed: its percent-encoding can’t be read.' }
const badRequest: EdgeRefusal = { refused: 'json_malformed', detail: 'The request could not be read as HTTP with a JSON body.' }
const busy: EdgeRefusal = {
  refused: 'unavailable',
  detail: 'The service could not take the call right now. Send it again with the same Idempotency-Key: it is done once.',
  headers: { 'retry-after': '1' },
}
const internal: EdgeRefusal = {
  refused: 'internal',
  detail: 'Something failed on our side. Send the call again with the same Idempotency-Key; if it goes on, tell us the requestId.',
}

function send(reply: FastifyReply, answer: Answer, request: FastifyRequest): FastifyReply {
  if (answer.replayed) reply.header('idempotency-replayed', 'true')
  if (answer.status === errorCodes.key_missing.status) reply.header('www-authenticate', 'Bearer')
  if (request.method === 'HEAD') return reply.status(answer.status).send()
  return reply.status(answer.status).headers({ ...answer.headers }).header('content-type', answer.contentType).send(answer.body)
}

async function drain(app: FastifyInstance, { draining, deps }: Context): Promise<void> {
  draining.now = true
  const late = setTimeout(() => {
    deps.log.warn('calls are still under way; closing their connections')
    app.server.closeAllConnections()
  }, DRAIN_WITHIN_MS)
  await app.close()
  clearTimeout(late)
}
