import type { FastifyInstance, FastifyRequest } from 'fastify'
import { currencyOf, shops } from '../catalogue.ts'
import { thanksPage } from '../pages/payment-links.ts'
import type { Shop } from '../shop.ts'
import { sellerIds } from './buyer.ts'
import { amountField, fields, NotThere, part, Refused } from './forms.ts'

/** The seller's share, its fee and the amount are the operator's: the buyer who opens the link says nothing of them. */
async function makeLink({ holdfast, origin }: Shop, request: FastifyRequest): Promise<void> {
  const field = fields(request)
  const own = shops.find(({ reference }) => reference === field('seller'))
  if (!own) throw new NotThere('no such seller')
  const currency = currencyOf(field('currency'))
  const amount = amountField(field('amount'), currency)
  if (!/^[1-9]\d{0,3}$/.test(field('maxUses'))) throw new Refused('How many times: write a whole number, such as 1.')
  const seller = (await sellerIds(holdfast, [own.reference])).get(own.reference)!
  await holdfast.paymentLinks.create({
    reference: `L-${field('formKey').slice(0, 8).toUpperCase()}`, currency, maxUses: Number(field('maxUses')), returnUrl: `${origin}/thank-you`,
    lines: [{ reference: own.reference, seller, description: field('description'), amount, platformFee: Math.round(amount * own.feeBps / 10_000), releaseTerms: { method: 'express' } }],
  }, { idempotencyKey: `link-${field('formKey')}` })
}

/** What the operator does with payment links, and where their buyers come back to. */
export function addPaymentLinkRoutes(app: FastifyInstance, shop: Shop): void {
  const to = '/operator?tab=links'
  app.post('/operator/links', (request, reply) => shop.act(request, reply, { to, done: 'The link is made. Send it to its buyer.', run: () => makeLink(shop, request) }))
  app.post('/operator/links/:link/deactivate', (request, reply) => shop.act(request, reply, {
    to, done: 'Nobody can open the link any more.',
    run: () => shop.holdfast.paymentLinks.deactivate(part(request.params, 'link'), { idempotencyKey: `unlink-${fields(request)('formKey')}` }),
  }))
  app.get('/thank-you', (request, reply) => shop.show(request, reply, { title: 'Thank you', area: 'shop', narrow: true, body: thanksPage() }))
}
