import { cardBrands } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { refuseAttempt } from '../rail/confirm.ts'
import { wire } from '../store/render/values.ts'

const walletCard: Route<'checkout.walletCard'> = route('checkout.walletCard', async ({ marketplace, caller, origin, body }, { db, vault, clock }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A wallet is shown on a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select(['state', 'revision', 'amount', 'currency', 'expires_at'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const refusal = refuseAttempt(session, { revision: body.revision, now: clock.now() })
  if (refusal) return refusal
  try {
    const { token, cryptogram, expiresAt } = await vault.createWalletToken({
      marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, amount: wire(session.amount),
      currency: session.currency, brands: [...cardBrands], wallet: body.wallet, token: body.token,
    })
    return { body: { object: 'wallet_card', token, authenticated: cryptogram, expiresAt } }
  } catch (error) {
    const refused = refusalOf(error)
    if (refused) return refused
    throw error
  }
})

/** What the vault refuses in the token is the page's to mend, or its buyer's; its words quote nothing of it. */
function refusalOf(error: unknown): Refusal | undefined {
  const { code, message } = error as Error & { code?: string }
  if (code === 'rate_limited') return { refused: 'rate_limited', detail: message }
  return code?.startsWith('wallet_') || code === 'card_invalid' || code === 'origin_refused'
    ? { refused: 'token_refused', field: 'token', detail: `${message} (${code})` } : undefined
}

export default walletCard
