import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { readOrderView } from '../store/render/order-view.ts'

const retrieve: Route<'order.retrieve'> = route('order.retrieve', async ({ marketplace, caller }, { db, clock }) => {
  const view = await readOrderView(db, { link: { ...caller, marketplace: marketplace.id }, now: clock.now() })
  return view ? { body: view } : notFound('order', caller.order)
})

export default retrieve
