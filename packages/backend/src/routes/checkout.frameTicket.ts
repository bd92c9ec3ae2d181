import { exponentOf, cardBrands } from '@holdfast/contract'
import { isRefusal, sessionMachine } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { mayUse, readOffer, readSavedCard } from '../saved-cards/store.ts'
import { wire, type Reader } from '../store/render/values.ts'
import { notFound } from '../not-found.ts'

const frameTicket: Route<'checkout.frameTicket'> = route('checkout.frameTicket', async ({ marketplace, caller, origin, body }, { db, vault }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A frame ticket is given to a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select(['state', 'revision', 'amount', 'currency'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const step = sessionMachine.step(session.state, 'confirm')
  if (isRefusal(step)) return step
  const { savedCard } = body
  if (savedCard !== undefined && !(await isTheirs(db, { marketplace: marketplace.id, session: caller.session, savedCard }))) return notFound('saved card', savedCard)
  const asked = {
    marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, amount: wire(session.amount),
    currency: session.currency, exponent: exponentOf(session.currency), brands: [...cardBrands],
    ...(savedCard !== undefined && { savedCard }),
  }
  try {
    return { body: { object: 'frame_ticket', ...await vault.createTicket(asked) } }
  } catch (error) {
    if (savedCard !== undefined && (error as { code?: string }).code === 'saved_card_unknown') return notFound('saved card', savedCard)
    throw error
  }
})

/** Whether the session's buyer may pay with a saved card. */
async function isTheirs(db: Reader, { marketplace, session, savedCard }: { marketplace: string; session: string; savedCard: string }): Promise<boolean> {
  const [offer, card] = await Promise.all([readOffer(db, { marketplace, session }), readSavedCard(db, { marketplace, id: savedCard })])
  return offer !== null && card !== undefined && mayUse(offer.buyer, card)
}

export default frameTicket
