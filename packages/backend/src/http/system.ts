import { timingSafeEqual } from 'node:crypto'
import { openApiDocument } from '@holdfast/contract'
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify'
import { hashKey } from '../keys.ts'
import type { Metrics } from './metrics.ts'

/** What is shown to whoever watches; each check answers whether that part can be worked with now. */
export interface WatchedParts {
  readonly metrics: Metrics
  readonly checks: Readonly<Record<'database' | 'migrations' | 'vault', () => Promise<boolean>>>
  readonly isDraining: () => boolean
  readonly metricsToken: string | null
}

/** What the system's own addresses show. */
export interface SystemParts extends WatchedParts {
  /** The API's address as its callers know it; known once the server listens. */
  readonly publicUrl: () => string
}

const CHECK_WITHIN_MS = 2_000

/** `/healthz`, `/readyz`, `/metrics` and `/openapi.json`: for whoever runs the service, not for merchants. */
export function addSystemRoutes(app: FastifyInstance, parts: SystemParts): void {
  addWatchedRoutes(app, parts)
  let document: string | undefined
  app.get('/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(parts.publicUrl()))
    return reply.headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' }).send(document)
  })
}

/** A server of `/healthz`, `/readyz` and `/metrics` alone: for a process that answers no API. */
export function createWatchedServer(parts: WatchedParts): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true })
  addWatchedRoutes(app, parts)
  return app
}

function addWatchedRoutes(app: FastifyInstance, parts: WatchedParts): void {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const names = Object.keys(parts.checks) as (keyof WatchedParts['checks'])[]
    const results = await Promise.all(names.map(async (name) => [name, await holds(parts.checks[name])] as const))
    const ready = !parts.isDraining() && results.every(([, ok]) => ok)
    return reply.status(ready ? 200 : 503).send({ status: parts.isDraining() ? 'draining' : ready ? 'ready' : 'not_ready', ...Object.fromEntries(results) })
  })
  app.get('/metrics', async (request, reply) => {
    if (!mayRead(request, parts.metricsToken)) return reply.status(403).send({ status: 'forbidden' })
    return reply.header('content-type', parts.metrics.contentType).send(await parts.metrics.text())
  })
}

async function holds(check: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(resolve, CHECK_WITHIN_MS, false) })
  try {
    return await Promise.race([check().catch(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Figures tell how much business is done: they are for the bearer of the token, or without one for this machine. */
function mayRead(request: FastifyRequest, token: string | null): boolean {
  if (token === null) {
    const address = request.socket.remoteAddress ?? ''
    return /^(?:127\.|::1$|::ffff:127\.)/.test(address) && request.headers['x-forwarded-for'] === undefined
  }
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(hashKey(bearer), hashKey(token))
}
