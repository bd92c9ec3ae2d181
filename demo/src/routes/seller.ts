import { randomUUID } from 'node:crypto'
import type { Seller } from '@holdfast/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { accountOf, currencyOf, shops } from '../catalogue.ts'
import { sellerPage, sellersPage } from '../pages/seller.ts'
import type { Shop } from '../shop.ts'
import { instant, money } from '../view/format.ts'
import { amountField, fields, NotThere, part, Refused } from './forms.ts'

async function sellerOf(shop: Shop, request: FastifyRequest): Promise<Seller | undefined> {
  return (await shop.holdfast.sellers.list({ reference: part(request.params, 'seller') }).page()).data[0]
}

async function deskOf(shop: Shop, seller: Seller) {
  const { holdfast } = shop
  const [balances, escrows, payouts] = await Promise.all([
    holdfast.sellers.balances(seller.id),
    holdfast.escrows.list({ seller: seller.id, limit: 50 }).page(),
    holdfast.payouts.list({ seller: seller.id, limit: 50 }).page(),
  ])
  const ids = escrows.data.flatMap(({ dispute }) => (dispute ? [dispute] : []))
  const disputes = new Map((await Promise.all(ids.map((id) => holdfast.disputes.retrieve(id)))).map((dispute) => [dispute.id, dispute]))
  return { seller, balances: balances.data, escrows: escrows.data, payouts: payouts.data, disputes, formKey: randomUUID() }
}

/** The seller agrees to a refund, from its held share; only then is the buyer's request closed. */
async function refund(shop: Shop, request: FastifyRequest): Promise<void> {
  const { holdfast } = shop
  const field = fields(request)
  const escrow = await holdfast.escrows.retrieve(part(request.params, 'escrow'))
  const amount = amountField(field('amount'), escrow.currency)
  if (amount > escrow.totals.held) throw new Refused(`Amount: ${money(escrow.totals.held, escrow.currency)} is held. Refund at most that.`)
  const payment = escrow.milestones.find(({ payment: id }) => id !== null)!.payment!
  await holdfast.refunds.create({ payment, allotments: [{ escrow: escrow.id, amount }], reason: 'agreed with the seller' }, { idempotencyKey: `refund-${field('formKey')}` })
  await holdfast.disputes.withdraw(field('dispute'), { idempotencyKey: `settle-${field('formKey')}` })
}

function addActions(app: FastifyInstance, shop: Shop): void {
  const back = (request: FastifyRequest): string => `/seller/${encodeURIComponent(part(request.params, 'seller'))}`
  app.post('/seller/:seller/escrows/:escrow/deliver', (request, reply) => shop.act(request, reply, {
    to: back(request), done: 'Marked as shipped. The buyer’s inspection period has begun.',
    run: () => {
      const field = fields(request)
      const trackingNumber = field('trackingNumber')
      return shop.holdfast.escrows.deliver(part(request.params, 'escrow'), { method: field('method'), ...(trackingNumber && { trackingNumber }) }, { idempotencyKey: `deliver-${field('formKey')}` })
    },
  }))
  app.post('/seller/:seller/escrows/:escrow/refund', (request, reply) => shop.act(request, reply, {
    to: back(request), done: 'The refund is on its way to the buyer.', run: () => refund(shop, request),
  }))
  app.post('/seller/:seller/payouts', (request, reply) => shop.act(request, reply, {
    to: back(request), done: 'The payout is on its way to the bank.',
    run: async () => {
      const seller = await sellerOf(shop, request)
      const own = shops.find(({ reference }) => reference === seller?.reference)
      if (!seller || !own) throw new NotThere('no such seller')
      const field = fields(request)
      const currency = currencyOf(field('currency'))
      // Holdfast keeps one account a seller: the one that takes this currency is registered before money goes to it
      if (seller.bankAccount?.currency !== currency) {
        await shop.holdfast.sellers.update(seller.id, { bankAccount: accountOf(own, currency) }, { idempotencyKey: `account-${field('formKey')}-${currency}` })
      }
      await shop.holdfast.payouts.create({ seller: seller.id, currency, amount: amountField(field('amount'), currency) }, { idempotencyKey: `payout-${field('formKey')}-${currency}` })
    },
  }))
}

/** What a seller sees: what to ship, what is held, payouts. */
export function addSellerRoutes(app: FastifyInstance, shop: Shop): void {
  app.get('/seller', (request, reply) => shop.show(request, reply, { title: 'For sellers', area: 'seller', body: sellersPage() }))
  app.get('/seller/:seller', async (request, reply) => {
    const seller = await sellerOf(shop, request)
    if (!seller) return reply.callNotFound()
    return shop.show(request, reply, { title: seller.name, area: 'seller', body: sellerPage(await deskOf(shop, seller)), now: instant(await shop.now()) })
  })
  addActions(app, shop)
}
