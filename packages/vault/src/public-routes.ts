import { FRAME_PATH, frameSessionCreateSchema, idOf, savedTokenCreateSchema, tokenCreateSchema } from '@holdfast/contract'
import type { FastifyInstance } from 'fastify'
import { framePage } from './frame-page.ts'
import { answer, bearerOf, parseBody, refuse, refuseOtherOrigins, refuseTooMany } from './http.ts'
import type { VaultRefusal } from './refusal.ts'
import { createCodedToken } from './saved-cards.ts'
import { findMarketplace } from './store.ts'
import { createToken, openFrameSession, readFrameSession } from './tokenize.ts'
import type { Vault } from './vault.ts'

/** What a card form has no use for. */
const permissions = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'usb',
  'web-share',
  'xr-spatial-tracking',
]
  .map(name => `${name}=()`)
  .join(', ')

/** The face to browsers: the frame's page, and the calls that it makes. */
export function publicRoutes(app: FastifyInstance, vault: Vault): void {
  frameRoute(app, vault)
  app.register(async calls => {
    calls.addHook('onRequest', async (request, reply) => {
      const refusal = refuseOtherOrigins(vault, request) ?? refuseTooMany(vault, request)
      if (refusal) return refuse(reply, request, refusal)
    })
    frameCalls(calls, vault)
  })
}

function frameRoute(app: FastifyInstance, vault: Vault): void {
  const pageFor = framePage(vault.frame)
  const marketplaceId = idOf('marketplace')
  app.get<{ Querystring: { marketplace?: unknown; locale?: unknown } }>(FRAME_PATH, async (request, reply) => {
    const id = marketplaceId.safeParse(request.query.marketplace)
    const marketplace = id.success ? await findMarketplace(vault.pool, id.data) : undefined
    const { html, brotli, policy } = pageFor({ origin: vault.origin(), marketplace, locale: request.query.locale })
    const takesBrotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
    return reply
      .code(marketplace ? 200 : 404)
      .type('text/html; charset=utf-8')
      .headers({
        'content-security-policy': policy,
        'permissions-policy': permissions,
        'origin-agent-cluster': '?1',
        // a page that isolates itself may embed the frame too
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'cross-origin',
        vary: 'accept-encoding',
        ...(takesBrotli && { 'content-encoding': 'br' }),
      })
      .send(takesBrotli ? brotli : html)
  })
}

function frameCalls(app: FastifyInstance, vault: Vault): void {
  app.post('/v1/frame-sessions', async (request, reply) => {
    const body = parseBody(frameSessionCreateSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await openFrameSession(vault, body.value), 201)
  })
  app.post('/v1/tokens', async (request, reply) =>
    answer(reply, request, await tokenize(vault, bearerOf(request), request.body), 201),
  )
}

async function tokenize(vault: Vault, bearer: string, sent: unknown): Promise<VaultRefusal | object> {
  const session = await readFrameSession(vault, bearer)
  if (!session)
    return {
      refused: 'frame_session_refused',
      detail: 'The frame session is not valid or has run out: redeem a new ticket.',
    }
  const wait = vault.limiters.frameSession.hit(session.hash.toString('base64'), vault.now())
  if (wait > 0)
    return {
      refused: 'rate_limited',
      detail: 'Too many cards in this checkout: wait, then try again.',
      retryAfterMs: wait,
    }
  const { savedCard } = session
  if (savedCard !== null) {
    const body = parseBody(savedTokenCreateSchema, sent)
    return 'refused' in body ? body : createCodedToken(vault, { session, savedCard, body: body.value })
  }
  const body = parseBody(tokenCreateSchema, sent)
  if ('refused' in body) return body
  const created = await createToken(vault, { session, card: body.value })
  if ('refused' in created) return created
  return { object: 'card_token', token: created.token, expiresAt: created.expiresAt.toISOString() }
}
