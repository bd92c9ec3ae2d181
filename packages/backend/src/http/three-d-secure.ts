import { createHash, timingSafeEqual } from 'node:crypto'
import { THREE_D_SECURE_PATH } from '@holdfast/contract'
import type { Outcome } from '@holdfast/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { returnLink } from '../hosted/origin.ts'
import { askNow } from '../rail/attempts/check.ts'
import { isResolved, readOperation, type OperationRow } from '../store/operations.ts'
import { threeDSecureOf, type ThreeDSecure } from '../store/three-d-secure.ts'
import { escapeHtml } from './html.ts'
import { addressKey, RateLimiter } from './rate-limit.ts'

/*
 * The two pages of 3-D Secure that are ours. One frames the issuer's pages, so that a merchant's page allows our
 * origin and no list of banks. To the other, the rail sends the buyer's browser afterwards: whatever it brings along
 * proves nothing and is a reason to ask the rail, no more.
 */

/** Of which a rail posts two short fields. */
const MAX_BYTES = 16 * 1024

/** A browser comes back once, or a few times where the buyer reloads. */
const asks = new RateLimiter({ perMinute: 12, burst: 5 })

interface Place {
  readonly marketplace: string
  readonly operation: string
  readonly key: string
}

interface Found {
  readonly op: OperationRow
  readonly asked: ThreeDSecure
}

export function addThreeDSecure(app: FastifyInstance, { deps }: { readonly deps: Deps }): void {
  const limit = new RateLimiter(deps.config.http.rateLimits.notifications)
  const path = `${THREE_D_SECURE_PATH}/:marketplace/:operation/:key`
  const options = {
    bodyLimit: MAX_BYTES,
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      const seconds = limit.take(addressKey(request.ip))
      return seconds === null ? undefined : reply.status(429).header('retry-after', String(seconds)).send()
    },
  }
  app.get(path, options, (request, reply) => showFrame(deps, request, reply))
  app.get(`${path}/return`, options, (request, reply) => comeBack(deps, request, reply))
  app.post(`${path}/return`, options, (request, reply) => comeBack(deps, request, reply))
}

/** The operation that the address names, for whoever has its key. What doesn't fit is logged, and changes nothing. */
async function find({ db, log }: Deps, request: FastifyRequest): Promise<Found | null> {
  const { marketplace, operation, key } = request.params as Place
  const op = await readOperation(db, { marketplace, id: operation })
  const asked = op && threeDSecureOf(op)
  if (op && asked && sameText(key, asked.key)) return { op, asked }
  log.warn({ operation: operation.slice(0, 64), requestId: request.id },
    'a 3-D Secure address that was never given out was called; nothing changed')
  return null
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const sameText = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

async function showFrame(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = await find(deps, request)
  if (!found || found.asked.origin === null) return reply.status(404).send()
  const { op, asked } = found
  const outcome = op.outcome as Outcome | null
  const action = outcome?.outcome === 'action_required' && !isResolved(op) ? outcome.action : null
  const url = action?.type === 'authenticate' ? action.url : ''
  const secure = deps.config.mode === 'live' ? 'https:' : 'https: http:'
  return page(reply, {
    script: frameScript, style: frameStyle,
    policy: `frame-src ${secure}; frame-ancestors ${asked.origin}`,
    body: `<body data-page="${escapeHtml(asked.origin as string)}">${url && frame(url)}`,
  })
}

/** The issuer's pages may not send the merchant's page elsewhere; they may open the bank's app. */
const frame = (url: string): string => `<iframe src="${escapeHtml(url)}" title="3-D Secure" allow="publickey-credentials-get *; payment *"
  sandbox="allow-forms allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-to-custom-protocols"></iframe>`

const frameStyle = 'html,body,iframe{display:block;width:100%;height:100%;margin:0;border:0;background:#fff}'

/** Tells the page when the issuer shows another page, and when it has ended: so that it looks again, and no more. */
const frameScript = `const frame = document.querySelector('iframe')
const tell = (event) => parent.postMessage({ holdfast: 'three_d_secure', event }, document.body.dataset.page)
let pages = 0
if (frame) frame.addEventListener('load', () => tell(pages++ ? 'page' : 'ready'))
else tell('returned')
addEventListener('message', ({ source, origin, data }) => {
  if (frame && source === frame.contentWindow && origin === location.origin && data === 'returned') tell('returned')
})`

async function comeBack(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = await find(deps, request)
  if (!found) return reply.status(404).send()
  const { op } = found
  const session = op.request['session'] as string
  if (!isResolved(op) && asks.take(op.id) === null) await askNow(deps, { marketplace: op.marketplace_id, id: op.id })
  await compare(deps, request, op)
  const row = await deps.db.selectFrom('sessions').select(['id', 'return_url']).where('marketplace_id', '=', op.marketplace_id)
    .where('id', '=', session).executeTakeFirstOrThrow()
  const link = returnLink(deps, { marketplace: op.marketplace_id, session: row.id, returnUrl: row.return_url, origin: found.asked.origin })
  // not in our frame: the buyer was sent to the bank as a whole page, and goes on to the shop
  if (request.headers['sec-fetch-dest'] === 'document') return reply.redirect(link, 303)
  return page(reply, {
    script: returnScript, style: '', policy: `frame-ancestors 'self' ${found.asked.origin ?? ''}`,
    body: `<body data-link="${escapeHtml(link)}">`,
  })
}

const returnScript = `if (parent !== window) parent.postMessage('returned', location.origin)
else location.replace(document.body.dataset.link)`

/** A browser that says more than the rail is told nothing, and noted. */
async function compare({ db, log }: Deps, request: FastifyRequest, { marketplace_id: marketplace, id }: OperationRow): Promise<void> {
  const form = new URLSearchParams((request.body as Buffer | undefined)?.toString('utf8') ?? '')
  const said = form.get('responseStatus')
  const now = await readOperation(db, { marketplace, id })
  if (said === 'SUCCESS' && now?.state !== 'confirmed') {
    log.warn({ operation: id, state: now?.state, requestId: request.id },
      'a browser said that a payment was authenticated, and the rail does not; nothing changed')
  }
}

interface Page {
  readonly script: string
  readonly style: string
  readonly policy: string
  /** HTML. */
  readonly body: string
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

function page(reply: FastifyReply, { script, style, policy, body }: Page): FastifyReply {
  return reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'; ${policy}`,
    'cross-origin-resource-policy': 'cross-origin',
  }).send(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>3-D Secure</title><style>${style}</style>${body}<script>${script}</script>`)
}
