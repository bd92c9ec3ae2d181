import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { cancelAttempt } from '../rail/attempts/cancel.ts'
import { readView } from '../view.ts'

const cancel: Route<'checkout.cancelAttempt'> = route('checkout.cancelAttempt', async ({ marketplace, caller }, deps) => {
  const page = { marketplace: marketplace.id, session: caller.session }
  const refusal = await cancelAttempt(deps, page)
  if (refusal) return refusal
  const view = await readView(deps, page)
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default cancel
