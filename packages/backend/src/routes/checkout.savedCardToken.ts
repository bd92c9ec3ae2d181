import { cardBrands } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { refuseAttempt } from '../rail/confirm.ts'
import { mayUse, readOffer, readSavedCard } from '../saved-cards/store.ts'

const savedCardToken: Route<'checkout.savedCardToken'> = route('checkout.savedCardToken', async ({ marketplace, caller, origin, body }, { db, vault, clock }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A saved card is chosen on a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select(['state', 'revision', 'expires_at'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const refusal = refuseAttempt(session, { revision: body.revision, now: clock.now() })
  if (refusal) return refusal
  const [offer, card] = await Promise.all([
    readOffer(db, { marketplace: marketplace.id, session: caller.session }),
    readSavedCard(db, { marketplace: marketplace.id, id: body.savedCard }),
  ])
  if (!offer || !card || !mayUse(offer.buyer, card)) return notFound('saved card', body.savedCard)
  if (offer.securityCode === 'always') return codeWanted
  try {
    const { token, expiresAt } = await vault.createSavedCardToken({
      marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, brands: [...cardBrands], savedCard: card.id,
    })
    return { body: { object: 'saved_card_token', token, expiresAt } }
  } catch (error) {
    const refused = refusalOf(error)
    if (refused) return refused
    throw error
  }
})

const codeWanted: Refusal = {
  refused: 'validation_failed', field: 'savedCard',
  detail: 'savedCard: this session wants the security code of a saved card. Ask for a frame ticket for it instead.',
}

/** What the vault refuses in the card is the buyer's to know: it has expired, is gone, or was tried too often. */
function refusalOf(error: unknown): Refusal | undefined {
  const { code, message } = error as Error & { code?: string }
  if (code === 'rate_limited') return { refused: 'rate_limited', detail: message }
  return code === 'card_invalid' || code === 'saved_card_unknown' || code === 'origin_refused'
    ? { refused: 'token_refused', field: 'savedCard', detail: `${message} (${code})` } : undefined
}

export default savedCardToken
