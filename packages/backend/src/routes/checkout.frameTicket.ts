import { exponentOf, cardBrands } from '@holdfast/contract'
import { isRefusal, sessionMachine } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { wire } from '../store/render/values.ts'
import { notFound } from '../not-found.ts'

const frameTicket: Route<'checkout.frameTicket'> = route('checkout.frameTicket', async ({ marketplace, caller, origin }, { db, vault }) => {
  if (origin === null) return { refused: 'origin_not_allowed', detail: 'A frame ticket is given to a page only, and this call has no Origin header. Call it from the page that shows the checkout.' }
  const session = await db.selectFrom('sessions').select(['state', 'revision', 'amount', 'currency'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', caller.session).executeTakeFirst()
  if (!session) return notFound('checkout session', caller.session)
  const step = sessionMachine.step(session.state, 'confirm')
  if (isRefusal(step)) return step
  const ticket = await vault.createTicket({
    marketplace: marketplace.id, session: caller.session, revision: session.revision, origin, amount: wire(session.amount),
    currency: session.currency, exponent: exponentOf(session.currency), brands: [...cardBrands],
  })
  return { body: { object: 'frame_ticket', ...ticket } }
})

export default frameTicket
