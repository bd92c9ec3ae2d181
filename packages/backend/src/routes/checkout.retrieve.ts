import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { readView } from '../view.ts'

const retrieve: Route<'checkout.retrieve'> = route('checkout.retrieve', async ({ marketplace, caller }, deps) => {
  const view = await readView(deps, { marketplace: marketplace.id, session: caller.session })
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default retrieve
