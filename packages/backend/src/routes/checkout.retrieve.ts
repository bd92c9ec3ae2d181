import { renderAttempt } from '../attempt.ts'
import { route, type Route } from '../http/route.ts'
import { readCheckout, readNewestPayment } from '../store/render/checkout.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'checkout.retrieve'> = route('checkout.retrieve', async ({ marketplace, caller }, deps) => {
  const { db, signer, frameUrl, clock } = deps
  const payment = await readNewestPayment(db, marketplace.id, caller.session)
  const view = await readCheckout(db, { marketplace: marketplace.id, session: caller.session }, {
    frameUrl: frameUrl(marketplace.id), now: clock.now(), attempt: payment ? await renderAttempt(payment, signer) : null,
  })
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default retrieve
