import { newId } from '@holdfast/contract'
import { fastify } from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodError, ZodType, output } from 'zod'
import { sameSecret } from './crypto.ts'
import { internalRoutes } from './internal-routes.ts'
import { publicRoutes } from './public-routes.ts'
import { addressKey } from './rate-limits.ts'
import { isRefusal, problemOf } from './refusal.ts'
import type { VaultRefusal } from './refusal.ts'
import { StrictJsonError, parseStrictJson } from './strict-json.ts'
import type { Vault } from './vault.ts'

/* What both faces share: bodies, problems, headers, who may call. Nothing here repeats what was sent. */

const MAX_BODY_BYTES = 64 * 1024

/** The server with both faces, not yet listening. */
export async function buildServer(vault: Vault): Promise<FastifyInstance> {
  const app = fastify({
    logger: false, bodyLimit: MAX_BODY_BYTES, requestTimeout: 30_000, connectionTimeout: 180_000,
    trustProxy: (_address, hop) => hop < vault.trustedProxies,
    genReqId: () => `req_${newId('event').slice(4)}`, forceCloseConnections: 'idle',
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onSend', async (_request, reply) => { secureHeaders(vault, reply) })
  app.addHook('onResponse', async (request, reply) => noteResponse(vault, { request, reply }))
  app.setErrorHandler((error, request, reply) => answerError(vault, { error, request, reply }))
  app.setNotFoundHandler((request, reply) => refuse(reply, request, { refused: 'not_found', detail: 'The vault has no such call.' }))
  app.get('/healthz', async () => ({ status: 'ok' }))
  await app.register(async scope => publicRoutes(scope, vault))
  await app.register(async scope => internalRoutes(scope, vault))
  return app
}

function secureHeaders({ origin }: Vault, reply: FastifyReply): void {
  const defaults = {
    'content-security-policy': `default-src 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store', 'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
    ...(origin().startsWith('https://') ? { 'strict-transport-security': 'max-age=63072000' } : {}),
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (!reply.hasHeader(name)) reply.header(name, value)
  }
}

/** The route's pattern, never the address that was asked for: someone may put anything there. */
function noteResponse({ log }: Vault, { request, reply }: { request: FastifyRequest, reply: FastifyReply }): void {
  const route = `${request.method} ${request.routeOptions.url ?? 'none'}`
  log[reply.statusCode >= 500 ? 'error' : 'debug'](
    { event: 'answered', route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), requestId: request.id }, 'answered')
}

function answerError(
  { log }: Vault, { error, request, reply }: { error: unknown, request: FastifyRequest, reply: FastifyReply },
): FastifyReply {
  if (error instanceof StrictJsonError) return refuse(reply, request, { refused: 'json_malformed', detail: error.message })
  const { statusCode } = error as { statusCode?: number }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse(reply, request, {
      refused: 'json_malformed', detail: `Expected a body of application/json of at most ${MAX_BODY_BYTES} bytes.`,
    })
  }
  log.error({ event: 'failed', route: request.routeOptions.url, requestId: request.id, err: error }, 'a call failed')
  return refuse(reply, request, { refused: 'internal', detail: 'Something failed on our side. The request id finds it in the vault\'s log.' })
}

/** Answers with a problem document. */
export function refuse(reply: FastifyReply, request: FastifyRequest, refusal: VaultRefusal): FastifyReply {
  const { status, body } = problemOf(refusal, request.id)
  if (refusal.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(refusal.retryAfterMs / 1000)))
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body))
}

/** Answers with what a call came to: a problem document, or the body it has. */
export function answer(reply: FastifyReply, request: FastifyRequest, result: VaultRefusal | object, status = 200): FastifyReply {
  return isRefusal(result) ? refuse(reply, request, result) : reply.code(status).type('application/json').send(JSON.stringify(result))
}

/** Reads a body by its schema. Names the first field that is wrong, and what is expected there in the schema's own words. */
export function parseBody<Schema extends ZodType>(schema: Schema, body: unknown): VaultRefusal | { value: output<Schema> } {
  const parsed = schema.safeParse(body)
  return parsed.success ? { value: parsed.data } : { refused: 'validation_failed', ...whatIsWrong(parsed.error) }
}

function whatIsWrong({ issues }: ZodError): { detail: string, field?: string } {
  const [issue] = issues
  if (!issue) return { detail: 'The body is not what is expected here.' }
  const field = issue.path.map(part => typeof part === 'number' ? `[${part}]` : `.${String(part)}`).join('').replace(/^\./, '')
  // zod's messages state what is expected; only this kind of them repeats a name that the sender chose
  const detail = issue.code === 'unrecognized_keys' ? 'There is a field that this call does not have.' : `${issue.message}.`
  return field === '' ? { detail } : { detail, field }
}

/** The token of `Authorization: Bearer …`, or an empty text. */
export function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer ([\x21-\x7e]{1,300})$/.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Lets the backend in and nobody else. */
export function refuseStranger({ internalKey }: Vault, request: FastifyRequest): VaultRefusal | undefined {
  if (sameSecret(bearerOf(request), internalKey)) return undefined
  return { refused: 'key_invalid', detail: 'Expected the internal key as a bearer.' }
}

/** Lets the vault's own page in: what it fetches carries its own origin, which no other page can forge. */
export function refuseOtherOrigins({ origin }: Vault, { headers }: FastifyRequest): VaultRefusal | undefined {
  const site = headers['sec-fetch-site']
  if (headers.origin === origin() && (site === undefined || site === 'same-origin')) return undefined
  return { refused: 'origin_refused', detail: 'Only the card frame, on the vault\'s own origin, may call this.' }
}

/** Counts a call from an address. */
export function refuseTooMany({ limiters, now }: Vault, request: FastifyRequest): VaultRefusal | undefined {
  const wait = limiters.address.hit(addressKey(request.ip), now())
  return wait > 0 ? { refused: 'rate_limited', detail: 'Too many calls from this address: wait, then try again.', retryAfterMs: wait } : undefined
}
