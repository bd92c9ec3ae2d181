import type { BuyerLink as BuyerLinkView } from '@holdfast/contract/types'
import { buyerLinkSecret } from '../buyer-link.ts'
import { realNow } from '../clock.ts'
import { execute, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import type { Sealer } from '../seal.ts'

const FOUR_HOURS_MINUTES = 240

interface Input {
  readonly order: string
  readonly minutes: number
  readonly sealer: Pick<Sealer, 'derive'>
}

/** Makes secrets for orders' buyers. It is a command for its key's sake: a retry answers the same secret. */
const createLink: Command<Input, BuyerLinkView> = {
  name: 'orders.createBuyerLink',
  async run(tx, calls) {
    const { marketplace } = calls[0]!
    const rows = await tx.db.selectFrom('orders').select('id').where('marketplace_id', '=', marketplace)
      .where('id', 'in', calls.map(({ input }) => input.order)).execute()
    const there = new Set(rows.map(({ id }) => id))
    return calls.map(({ input: { order, minutes, sealer } }) => {
      if (!there.has(order)) return notFound('order', order)
      const expiresAt = new Date((Math.floor(realNow().getTime() / 1000) + minutes * 60) * 1000)
      return {
        object: 'buyer_link' as const, order, expiresAt: expiresAt.toISOString(),
        secret: buyerLinkSecret(sealer, { marketplace, order, expiresAt }),
      }
    })
  },
}

const create: Route<'orders.createBuyerLink'> = route('orders.createBuyerLink', async ({ marketplace, params, body, requestId, idempotency }, deps) =>
  execute(deps, createLink, {
    marketplace: marketplace.id, requestId, claim: idempotency,
    input: { order: params.id, minutes: body.expiresInMinutes ?? FOUR_HOURS_MINUTES, sealer: deps.sealer },
  }))

export default create
