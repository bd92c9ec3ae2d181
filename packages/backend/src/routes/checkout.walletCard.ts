import { cardBrands } from '@holdfast/contract'
import { isRefusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { refuseAttempt } from '../rail/confirm.ts'
import { orRefusedToken } from '../refused-token.ts'
import { wire } from '../store/render/values.ts'

const walletCard: Route<'checkout.walletCard'> = route('checkout.walletCard', async ({ marketplace, caller, origin, body }, { db, vault, clock }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A wallet is shown on a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select(['state', 'revision', 'amount', 'currency', 'expires_at'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const refusal = refuseAttempt(session, { revision: body.revision, now: clock.now() })
  if (refusal) return refusal
  const made = await orRefusedToken('token', vault.createWalletToken({
    marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, amount: wire(session.amount),
    currency: session.currency, brands: [...cardBrands], wallet: body.wallet, token: body.token,
  }))
  if (isRefusal(made)) return made
  return { body: { object: 'wallet_card', token: made.token, authenticated: made.cryptogram, expiresAt: made.expiresAt } }
})

export default walletCard
