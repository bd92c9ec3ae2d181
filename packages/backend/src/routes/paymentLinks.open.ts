import { execute } from '../commands/execute.ts'
import { readMarketplace } from '../http/auth.ts'
import { route, type Route } from '../http/route.ts'
import { openPaymentLink } from '../payment-links/open.ts'
import { unknown } from '../payment-links/refusals.ts'
import { marketplaceOf } from '../payment-links/slug.ts'
import { openingOf } from '../store/render/sessions.ts'

const open: Route<'paymentLinks.open'> = route('paymentLinks.open', async ({ params: { slug }, requestId }, deps) => {
  const named = marketplaceOf(slug)
  const marketplace = named && (await readMarketplace(deps.pool, named))
  if (!marketplace || marketplace.mode !== deps.config.mode) return unknown
  return execute(deps, openPaymentLink, {
    marketplace: marketplace.id, requestId, claim: null, input: { slug, rails: deps.rails, ...openingOf(deps) },
  })
})

export default open
