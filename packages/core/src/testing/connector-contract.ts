import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { cardRules } from './connector-contract/cards.ts'
import type { CardHarness, PaymentKind, WalletHarness } from './connector-contract/harness.ts'
import { CardRail, WalletRail, type Rail } from './connector-contract/rail.ts'
import { sharedRules } from './connector-contract/shared.ts'
import { walletRules } from './connector-contract/wallets.ts'

export type {
  BuyerDeed, CardHarness, PaymentHarness, PaymentKind, RailFault, Tampering, WalletHarness,
} from './connector-contract/harness.ts'

/** How to set up the rail that a connector is tried on; called once, before the first test. */
export type RailUnderTest =
  | { readonly method: 'card'; readonly makeHarness: () => Promise<CardHarness> }
  | { readonly method: 'alipay'; readonly makeHarness: () => Promise<WalletHarness> }

const cardKinds: readonly PaymentKind[] = ['authorize', 'sale', 'capture', 'void', 'refund']
const walletKinds: readonly PaymentKind[] = ['sale', 'refund']

/** What holds for every rail that takes money, `unknown` included; each payment connector passes it as a whole. */
export function runConnectorContract(name: string, rail: RailUnderTest): void {
  describe(`${name}, as a payment connector`, () => {
    if (rail.method === 'card') {
      const get = opened(async () => new CardRail(await rail.makeHarness()))
      sharedRules(get, { kinds: cardKinds, calls: cardKinds })
      cardRules(get)
    } else {
      const get = opened(async () => new WalletRail(await rail.makeHarness()))
      sharedRules(get, { kinds: walletKinds, calls: ['refund'] })
      walletRules(get)
    }
  })
}

function opened<R extends Rail>(open: () => Promise<R>): () => R {
  let rail: R
  beforeAll(async () => { rail = await open() })
  afterEach(() => rail.harness.disarm())
  afterAll(() => rail.harness.close())
  return () => rail
}
