import type { CheckoutView } from '@holdfast/contract/types'
import { readAttempt } from './attempt.ts'
import type { Deps, PageSession } from './deps.ts'
import { offeredMethods } from './rails.ts'
import { readCheckout, readNewestPayment } from './store/render/checkout.ts'

/** What a page sees of its session, as it stands; null: there is no such session. */
export async function readView(deps: Deps, { marketplace, session }: PageSession): Promise<CheckoutView | null> {
  const { db, signer, frameUrl, clock, rails, wallets } = deps
  const [payment, offered] = await Promise.all([readNewestPayment(db, marketplace, session), wallets.of(marketplace)])
  return readCheckout(db, { marketplace, session }, {
    frameUrl: frameUrl(marketplace), now: clock.now(), attempt: payment ? await readAttempt(db, payment, signer) : null,
    methods: (terms) => offeredMethods(rails, terms), wallets: offered,
  })
}
