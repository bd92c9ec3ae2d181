import type { CheckoutView } from '@holdfast/contract/types'
import { readAttempt } from './attempt.ts'
import type { Deps, PageSession } from './deps.ts'
import { offeredMethods } from './rails.ts'
import { readCheckout, readNewestPayment } from './store/render/checkout.ts'
import { inSnapshot } from './store/render/values.ts'

/**
 * What a page sees of its session, as it stands; null: there is no such session. Session and attempt are read in one
 * snapshot: a session that is complete with an attempt that isn't would leave the page waiting for good.
 */
export async function readView(deps: Deps, { marketplace, session }: PageSession): Promise<CheckoutView | null> {
  const { db, signer, frameUrl, clock, rails, wallets } = deps
  const offered = await wallets.of(marketplace)
  return inSnapshot(db, async (snapshot) => {
    const payment = await readNewestPayment(snapshot, marketplace, session)
    return readCheckout(snapshot, { marketplace, session }, {
      frameUrl: frameUrl(marketplace), now: clock.now(), attempt: payment ? await readAttempt(snapshot, payment, signer) : null,
      methods: (terms) => offeredMethods(rails, terms), wallets: offered,
    })
  })
}
