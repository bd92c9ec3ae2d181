import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { checkAttempt } from '../rail/attempts/check.ts'
import { readView } from '../view.ts'

const check: Route<'checkout.check'> = route('checkout.check', async ({ marketplace, caller }, deps) => {
  const page = { marketplace: marketplace.id, session: caller.session }
  await checkAttempt(deps, page)
  const view = await readView(deps, page)
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default check
