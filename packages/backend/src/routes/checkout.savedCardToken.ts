import { cardBrands } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { refuseAttempt } from '../rail/confirm.ts'
import { orRefusedToken } from '../refused-token.ts'
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
  const made = await orRefusedToken('savedCard', vault.createSavedCardToken({
    marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, brands: [...cardBrands], savedCard: card.id,
  }))
  return isRefusal(made) ? made : { body: { object: 'saved_card_token', token: made.token, expiresAt: made.expiresAt } }
})

const codeWanted: Refusal = {
  refused: 'validation_failed', field: 'savedCard',
  detail: 'savedCard: this session wants the security code of a saved card. Ask for a frame ticket for it instead.',
}

export default savedCardToken
