import type { Order } from '@holdfast/contract/types'
import { isRefusal, orderMachine, type Refusal } from '@holdfast/core'
import { execute, type Command } from '../commands/execute.ts'
import { endSession } from '../commands/sessions.ts'
import { route, type Route } from '../http/route.ts'
import { readOrders } from '../store/render/orders.ts'
import { openingOf, type Opening } from '../store/render/sessions.ts'
import { notFound } from '../not-found.ts'

interface Input extends Opening {
  readonly id: string
}

/** An order whose session is over or under way is being paid for. */
function inWordsOf(refusal: Refusal): Refusal {
  if (refusal.refused !== 'session_not_open') return refusal
  return {
    refused: 'order_not_cancelable',
    detail: 'The order is being paid for, or is authorized. Void its payment, or refund it once it is captured.',
  }
}

/** Cancels an order that is not paid, with the session that could pay for it. */
const cancelOrder: Command<Input, Order> = {
  name: 'orders.cancel',
  async run(tx, calls) {
    const outcomes: (Order | Refusal)[] = []
    for (const { marketplace, input, now } of calls) {
      const [order] = await readOrders(tx.db, marketplace, [input.id])
      const step = order ? orderMachine.step(order.status, 'cancel') : notFound('order', input.id)
      const ended = isRefusal(step) ? step : await endSession(tx, { marketplace, session: order!.session, ending: 'cancel', now, ...openingOf(input) })
      outcomes.push(isRefusal(ended) ? inWordsOf(ended) : (await readOrders(tx.db, marketplace, [input.id]))[0]!)
    }
    return outcomes
  },
}

const cancel: Route<'orders.cancel'> = route('orders.cancel', async ({ marketplace, params, requestId, idempotency }, deps) =>
  execute(deps, cancelOrder, { marketplace: marketplace.id, requestId, claim: idempotency, input: { id: params.id, ...openingOf(deps) } }))

export default cancel
