import { randomBytes } from 'node:crypto'
import { HOSTED_PATH, idPrefixes } from '@holdfast/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { addressKey, RateLimiter } from '../http/rate-limit.ts'
import { readMarketplaceRow } from '../marketplaces.ts'
import { marketplaceOf } from '../payment-links/slug.ts'
import { pictureType } from './branding.ts'
import { localeOf, paymentDocument, unknownDocument, type Branded, type Document, type Making } from './document.ts'
import { shelve, type PageFiles, type Shelf } from './files.ts'

/*
 * The hosted page: for merchants who want no script on theirs. It is the component on our own origin, and reads and does
 * what any merchant's page could. What opens a session stands behind the # of its address and never comes here.
 */

interface Context {
  readonly deps: Deps
  readonly shelf: Shelf
  readonly words: PageFiles['words']
}

const marketplacePattern = new RegExp(`^${idPrefixes.marketplace}_[0-9a-z]{26}$`)
const FOREVER = 'public, max-age=31536000, immutable'

/** `/pay/…`: pages for browsers, their files, and marketplaces' logos. */
export function addHostedPage(app: FastifyInstance, { deps, page }: { readonly deps: Deps; readonly page: PageFiles }): void {
  const context: Context = { deps, shelf: shelve(page), words: page.words }
  const limit = new RateLimiter(deps.config.http.rateLimits.pageAddress)
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const seconds = limit.take(addressKey(request.ip))
    return seconds === null ? undefined : reply.status(429).header('retry-after', String(seconds)).send()
  }
  const get = (path: string, handle: (context: Context, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>): void =>
    void app.route({ method: ['GET', 'HEAD'], url: `${HOSTED_PATH}${path}`, onRequest, handler: (request, reply) => handle(context, request, reply) })
  get('/:marketplace', showMarketplace)
  // it opens nothing: previews and scanners follow links too
  get('/link/:slug', showLink)
  get('/:marketplace/logo/:version', sendLogo)
  app.route({ method: ['GET', 'HEAD'], url: `${HOSTED_PATH}/assets/*`, handler: (request, reply) => sendFile(context, request, reply) })
}

async function showMarketplace(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { marketplace: id } = request.params as { marketplace: string }
  const marketplace = await find(context, id)
  const making = await makingOf(context, request, marketplace)
  if (!marketplace) return sendPage(reply.status(404), unknownDocument(making))
  return sendPage(reply, paymentDocument(making, { marketplace, link: null }))
}

/** A link's slug begins with its marketplace, so that nothing is read of the link itself. */
async function showLink(context: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { slug } = request.params as { slug: string }
  const named = marketplaceOf(slug)
  const marketplace = named === null ? null : await find(context, named)
  return sendPage(reply, paymentDocument(await makingOf(context, request, marketplace), { marketplace, link: slug }))
}

async function find({ deps }: Context, id: string): Promise<Branded | null> {
  const row = marketplacePattern.test(id) ? await readMarketplaceRow(deps.db, id) : undefined
  return row?.mode === deps.config.mode ? { id, name: row.name, branding: row.branding } : null
}

async function makingOf({ deps, shelf, words }: Context, request: FastifyRequest, marketplace: Branded | null): Promise<Making> {
  const { locale } = request.query as { locale?: unknown }
  const methods = marketplace ? await deps.wallets.of(marketplace.id) : []
  const google = methods.some(({ type }) => type === 'google_pay')
  return {
    shelf, words, publicUrl: deps.publicUrl(), vaultOrigin: new URL(deps.frameUrl('')).origin,
    nonce: google ? randomBytes(16).toString('base64') : null,
    locale: localeOf(typeof locale === 'string' ? locale : undefined, request.headers['accept-language']),
  }
}

function sendPage(reply: FastifyReply, { html, policy }: Document): FastifyReply {
  return reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'permissions-policy': 'payment=(self), publickey-credentials-get=(self), camera=(), microphone=(), geolocation=(), usb=()',
    vary: 'Accept-Language',
  }).send(html)
}

async function sendFile({ shelf }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const file = shelf.served.get(`${HOSTED_PATH}/assets/${(request.params as { '*': string })['*']}`)
  if (!file) return reply.callNotFound() as unknown as FastifyReply
  const takesBrotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
  return reply.headers({ 'content-type': file.type, 'cache-control': FOREVER, vary: 'Accept-Encoding', ...(takesBrotli && { 'content-encoding': 'br' }) })
    .send(takesBrotli ? file.brotli() : file.text)
}

async function sendLogo({ deps }: Context, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { marketplace, version } = request.params as { marketplace: string; version: string }
  const row = await deps.db.selectFrom('marketplaces').select(['branding', 'logo']).where('marketplace_id', '=', marketplace).executeTakeFirst()
  const type = row?.logo && row.branding.logo === version ? pictureType(row.logo) : undefined
  if (!row?.logo || type === undefined) return reply.callNotFound() as unknown as FastifyReply
  return reply.headers({ 'content-type': type, 'cache-control': FOREVER, 'content-security-policy': "default-src 'none'; sandbox" }).send(row.logo)
}
