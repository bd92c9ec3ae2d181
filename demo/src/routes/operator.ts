import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { currencyOf } from '../catalogue.ts'
import { booksTab, heldTab, ledgerTab, operatorPage, paymentsTab, settlementsTab, type OperatorTab } from '../pages/operator.ts'
import { linksTab } from '../pages/payment-links.ts'
import type { Shop } from '../shop.ts'
import type { Html } from '../view/html.ts'
import { Refused, amountField, fields, part } from './forms.ts'

const bodies: Readonly<Record<OperatorTab, (shop: Shop, formKey: string) => Promise<Html>>> = {
  held: async ({ holdfast }, formKey) => heldTab((await holdfast.orders.list({ limit: 100 }).page()).data, formKey),
  payments: async ({ holdfast }) => paymentsTab((await holdfast.payments.list({ limit: 100 }).page()).data),
  links: async ({ holdfast }, formKey) => linksTab((await holdfast.paymentLinks.list({ limit: 50 }).page()).data, formKey),
  ledger: async ({ holdfast }) => {
    const [transfers, accounts] = await Promise.all([
      holdfast.ledger.transfers({ limit: 100 }).page(), holdfast.ledger.accounts({ limit: 100 }).page(),
    ])
    return ledgerTab(transfers.data, accounts.data)
  },
  settlements: async ({ holdfast }, formKey) => settlementsTab((await holdfast.settlements.list({ limit: 100 }).page()).data, formKey),
  books: async ({ holdfast: { ledger } }) => booksTab(...await Promise.all([ledger.trialBalance(), ledger.verification()])),
}

function tabOf(text: string): OperatorTab {
  return Object.hasOwn(bodies, text) ? text as OperatorTab : 'held'
}

function addMoneyActions(app: FastifyInstance, shop: Shop): void {
  app.post('/operator/settle', (request, reply) => shop.act(request, reply, {
    to: '/operator?tab=settlements', done: 'The rails’ new reports have been fetched and posted.',
    run: async () => {
      const { failed } = await shop.holdfast.settlements.import({}, { idempotencyKey: `settle-${fields(request)('formKey')}` })
      if (failed.length > 0) throw new Refused(`These reports could not be posted: ${failed.map(({ reportId }) => reportId).join(', ')}. Try again later.`)
    },
  }))
  for (const [kind, done] of [['top-up', 'The top-up is in the ledger.'], ['withdrawal', 'The withdrawal is in the ledger.']] as const) {
    app.post(`/operator/${kind}`, (request, reply) => shop.act(request, reply, {
      to: '/operator?tab=settlements', done,
      run: () => {
        const field = fields(request)
        const currency = currencyOf(field('currency'))
        const input = { currency, amount: amountField(field('amount'), currency), reference: field('formKey').slice(0, 64) }
        const options = { idempotencyKey: `operator-${field('formKey')}` }
        return kind === 'top-up' ? shop.holdfast.operator.topUp(input, options) : shop.holdfast.operator.withdraw(input, options)
      },
    }))
  }
  app.post('/operator/escrows/:escrow/release', (request, reply) => shop.act(request, reply, {
    to: '/operator?tab=held', done: 'Released to the seller.',
    run: async () => {
      const field = fields(request)
      const escrow = await shop.holdfast.escrows.retrieve(part(request.params, 'escrow'))
      const amount = amountField(field('amount'), escrow.currency)
      await shop.holdfast.escrows.release(escrow.id, { amount }, { idempotencyKey: `release-${field('formKey')}` })
    },
  }))
}

/** What the operator sees: held funds, payments, the ledger, settlements, the proof that the books balance, and the clock. */
export function addOperatorRoutes(app: FastifyInstance, shop: Shop): void {
  app.get('/operator', async (request, reply) => {
    const tab = tabOf(part(request.query, 'tab'))
    const formKey = randomUUID()
    const [now, body] = await Promise.all([shop.now(), bodies[tab](shop, formKey)])
    return shop.show(request, reply, {
      title: 'Operator', area: 'operator', scripts: [{ src: tab === 'links' ? '/assets/copy.js' : '/assets/tables.js' }], body: operatorPage({ tab, now, formKey, body }),
    })
  })
  app.post('/operator/clock', (request, reply) => shop.act(request, reply, {
    to: `/operator?tab=${tabOf(fields(request)('tab'))}`, done: 'The clock has been moved. What fell due is being done now.',
    run: () => shop.holdfast.clock.advance({ byMs: Number(fields(request)('byMs')) }, { idempotencyKey: `clock-${fields(request)('formKey')}` }),
  }))
  addMoneyActions(app, shop)
}
