import { NOTIFICATIONS_PATH } from '@holdfast/contract'
import type { RawNotification } from '@holdfast/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { receiveNotification } from '../rail/attempts/notifications.ts'
import { readMarketplace } from './auth.ts'
import type { Metrics } from './metrics.ts'
import { renderProblem, type EdgeRefusal } from './problem.ts'
import { addressKey, RateLimiter } from './rate-limit.ts'

/** Rails' own are a few kilobytes. */
const MAX_BYTES = 64 * 1024

/**
 * Whoever sends what is no rail's word is kept from filling the database with it; so are all of them together: in the
 * ninety days for which it is kept, at most some four million rows of 4 KiB.
 */
const refusedLimits = { address: { perMinute: 6, burst: 60 }, all: { perMinute: 30, burst: 600 } }

interface Context {
  readonly deps: Deps
  readonly metrics: Pick<Metrics, 'notified'>
  readonly limits: Readonly<Record<'address' | 'refused' | 'refusedOfAll', RateLimiter>>
}

/** `POST /v1/notifications/:connector/:marketplace`: in the rails' own formats, and answered in them. */
export function addNotifications(app: FastifyInstance, { deps, metrics }: Pick<Context, 'deps' | 'metrics'>): void {
  const context: Context = {
    deps, metrics,
    limits: {
      address: new RateLimiter(deps.config.http.rateLimits.notifications),
      refused: new RateLimiter(refusedLimits.address), refusedOfAll: new RateLimiter(refusedLimits.all),
    },
  }
  app.post(`${NOTIFICATIONS_PATH}/:connector/:marketplace`, {
    bodyLimit: MAX_BYTES,
    onRequest: async (request, reply) => {
      const seconds = context.limits.address.take(addressKey(request.ip))
      return seconds === null ? undefined : refuse(reply, tooMany(seconds), request)
    },
  }, (request, reply) => answer(context, request, reply))
}

async function answer({ deps, metrics, limits }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { connector, marketplace } = request.params as { connector: string; marketplace: string }
  const notifications = deps.rails.payments.get(connector)?.notifications
  if (!notifications || !(await readMarketplace(deps.pool, marketplace))) return refuse(reply, nobody, request)
  const raw = rawOf(deps, request, marketplace)
  const reading = notifications.read(raw)
  const seconds = reading.verdict === 'refused' ? limits.refused.take(addressKey(request.ip)) ?? limits.refusedOfAll.take('') : null
  if (seconds !== null) return refuse(reply, tooMany(seconds), request)
  const reason = await receiveNotification(deps, { connector, raw }, reading)
  metrics.notified({ connector, verdict: reason ?? reading.verdict })
  const { status, headers, body } = notifications.acknowledge(raw, reason === null)
  return reply.status(status).headers({ ...headers }).send(body)
}

/** The path is the one that the rail was given, also behind a proxy that serves us under another. */
function rawOf({ publicUrl }: Deps, request: FastifyRequest, marketplace: string): RawNotification {
  const base = URL.parse(publicUrl())?.pathname.replace(/\/+$/, '') ?? ''
  const headers = Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  return {
    marketplace, path: `${base}${request.url}`, headers: Object.fromEntries(headers) as Record<string, string>,
    body: (request.body as Buffer | undefined) ?? new Uint8Array(),
  }
}

function refuse(reply: FastifyReply, refusal: EdgeRefusal, request: FastifyRequest): FastifyReply {
  const { status, headers, contentType, body } = renderProblem(refusal, request.id)
  return reply.status(status).headers({ ...headers }).header('content-type', contentType).send(body)
}

const nobody: EdgeRefusal = {
  refused: 'not_found', detail: 'No rail of that name reports here, or there is no such marketplace.',
}
const tooMany = (seconds: number): EdgeRefusal => ({
  refused: 'rate_limited', detail: `Too many notifications from here. Wait ${seconds} s.`, headers: { 'retry-after': String(seconds) },
})
