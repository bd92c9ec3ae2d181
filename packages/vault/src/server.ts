import { newId } from '@holdfast/contract'
import { fastify } from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from './http.ts'
import { internalRoutes } from './internal-routes.ts'
import { publicRoutes } from './public-routes.ts'
import type { VaultRefusal } from './refusal.ts'
import { StrictJsonError, parseStrictJson } from './strict-json.ts'
import type { Vault } from './vault.ts'

const MAX_BODY_BYTES = 64 * 1024

const noSuchCall: VaultRefusal = { refused: 'not_found', detail: 'The vault has no such call.' }

/** The server with both faces, not yet listening. */
export async function buildServer(vault: Vault): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    connectionTimeout: 180_000,
    trustProxy: (_address, hop) => hop < vault.trustedProxies,
    genReqId: () => `req_${newId('event').slice(4)}`,
    forceCloseConnections: 'idle',
    // before any hook: an address that can't be decoded
    frameworkErrors(_error, request, reply) {
      secureHeaders(vault, reply)
      return refuse(reply, request, noSuchCall)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onSend', async (_request, reply) => {
    secureHeaders(vault, reply)
  })
  app.addHook('onResponse', async (request, reply) => noteResponse(vault, { request, reply }))
  app.setErrorHandler((error, request, reply) => answerError(vault, { error, request, reply }))
  app.setNotFoundHandler((request, reply) => refuse(reply, request, noSuchCall))
  app.get('/healthz', async () => ({ status: 'ok' }))
  await app.register(async scope => publicRoutes(scope, vault))
  await app.register(async scope => internalRoutes(scope, vault))
  return app
}

function secureHeaders({ origin }: Vault, reply: FastifyReply): void {
  const defaults = {
    'content-security-policy': `default-src 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(origin().startsWith('https://') ? { 'strict-transport-security': 'max-age=63072000' } : {}),
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (!reply.hasHeader(name)) reply.header(name, value)
  }
}

/** The route's pattern, never the address that was asked for: someone may put anything there. */
function noteResponse(
  { log }: Vault,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  const route = `${request.method} ${request.routeOptions.url ?? 'none'}`
  log[reply.statusCode >= 500 ? 'error' : 'debug'](
    {
      event: 'answered',
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      requestId: request.id,
    },
    'answered',
  )
}

function answerError(
  { log }: Vault,
  { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  if (error instanceof StrictJsonError)
    return refuse(reply, request, { refused: 'json_malformed', detail: error.message })
  const { statusCode } = error as { statusCode?: number }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse(reply, request, {
      refused: 'json_malformed',
      detail: `Expected a body of application/json of at most ${MAX_BODY_BYTES} bytes.`,
    })
  }
  log.error(
    { event: 'failed', route: request.routeOptions.url, requestId: request.id, err: error },
    'a call failed',
  )
  return refuse(reply, request, {
    refused: 'internal',
    detail: "Something failed on our side. The request id finds it in the vault's log.",
  })
}
