import { isRefusal } from '@holdfast/core'
import { execute } from '../commands/execute.ts'
import { keepBuyersDetails } from '../commands/sessions.ts'
import { takeDetails } from '../details/details.ts'
import { route, type Route } from '../http/route.ts'
import { openingOf } from '../store/render/sessions.ts'
import { notFound } from '../not-found.ts'
import { readView } from '../view.ts'

const details: Route<'checkout.details'> = route('checkout.details', async ({ marketplace, caller, body, requestId }, deps) => {
  const checked = await takeDetails(body, '')
  if (isRefusal(checked)) return checked
  const kept = await execute(deps, keepBuyersDetails, {
    marketplace: marketplace.id, requestId, claim: null, input: { session: caller.session, details: checked ?? {}, ...openingOf(deps) },
  })
  if (kept.status !== 200) return kept
  const view = await readView(deps, { marketplace: marketplace.id, session: caller.session })
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default details
