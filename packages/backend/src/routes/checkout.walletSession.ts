import { isRefusal, sessionMachine } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { MerchantSessionRefused, requestMerchantSession } from '../wallets/merchant-session.ts'

const walletSession: Route<'checkout.walletSession'> = route('checkout.walletSession', async ({ marketplace, caller, origin }, { db, wallets, log }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A wallet is shown on a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select('state')
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const step = sessionMachine.step(session.state, 'confirm')
  if (isRefusal(step)) return step
  const page = await wallets.apple(marketplace.id)
  if (!page) return { refused: 'validation_failed', field: 'wallet', detail: 'wallet: Apple Pay is not set up for this marketplace. Set HOLDFAST_WALLETS, and the vault’s HOLDFAST_VAULT_WALLETS for the same merchant identifier.' }
  try {
    return { body: { object: 'wallet_session', session: await requestMerchantSession({ page, origin, displayName: marketplace.name }) } }
  } catch (error) {
    if (!(error instanceof MerchantSessionRefused)) throw error
    log.warn({ marketplace: marketplace.id, reason: error.message }, 'Apple gave no merchant session')
    return { refused: 'rail_unavailable', detail: 'Apple gave no merchant session for this page. The log says why; the buyer can pay another way.' }
  }
})

export default walletSession
