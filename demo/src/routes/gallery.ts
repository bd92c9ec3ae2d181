import { randomUUID } from 'node:crypto'
import type { CheckoutSession } from '@holdfast/server'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { shopByReference } from '../catalogue.ts'
import { bankPage, galleryPage } from '../pages/gallery.ts'
import { cartLines } from '../pages/shop.ts'
import type { Shop } from '../shop.ts'
import { sellerIds } from './buyer.ts'

/** A sum over which a buyer thinks twice, of two sellers. */
const goods = new Map([['tl-400-toolroom-lathe', 5], ['carbide-insert-set-cnmg', 4]])

/** The session behind the gallery's checkouts: nobody pays it. Its total has changed once, as that of one of them does. */
async function openSession({ holdfast, origin }: Shop): Promise<CheckoutSession> {
  const groups = cartLines(goods, 'USD')
  const sellers = await sellerIds(holdfast, groups.map(({ shop }) => shop))
  const session = await holdfast.sessions.create({
    reference: `G-${randomUUID().slice(0, 8).toUpperCase()}`, currency: 'USD', returnUrl: `${origin}/gallery`,
    lines: groups.map(({ shop, items, amount }) => ({
      reference: shop, seller: sellers.get(shop)!, description: items.map(({ product, quantity }) => `${quantity} × ${product.name}`).join(', '),
      amount: amount + 100, platformFee: Math.round((amount * shopByReference(shop).feeBps) / 10_000),
      releaseTerms: { method: items[0]!.product.shipping },
    })),
  })
  return holdfast.sessions.update(session.id, { lines: groups.map(({ shop, amount }) => ({ reference: shop, amount })) })
}

/** Every state of the component, for those who style it, translate it or test it. */
export function addGalleryRoutes(app: FastifyInstance, shop: Shop): void {
  let newest: Promise<CheckoutSession> | undefined
  const policyOf = (reply: FastifyReply): string => String(reply.getHeader('content-security-policy'))
  app.get('/gallery/bank', (_request, reply) => reply.type('text/html; charset=utf-8')
    .header('content-security-policy', policyOf(reply).replace("frame-ancestors 'none'", "frame-ancestors 'self'")).send(bankPage))
  app.get('/gallery', async (request, reply) => {
    const known = await newest?.then(({ id }) => shop.holdfast.sessions.retrieve(id)).catch(() => undefined)
    const session = known?.status === 'open' ? known : await (newest = openSession(shop))
    // the bank's page, which an issuer would have, is the shop's own here
    void reply.header('content-security-policy', policyOf(reply).replace('frame-src', "frame-src 'self'"))
    return shop.show(request, reply, {
      title: 'The checkout’s states', area: 'gallery', scripts: [shop.component, shop.orderComponent, { src: '/assets/gallery.js' }],
      body: galleryPage({ apiUrl: shop.apiUrl, clientSecret: session.clientSecret }),
    })
  })
}
