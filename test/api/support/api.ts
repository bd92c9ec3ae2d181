import { Holdfast } from '@holdfast/server'
import { startTestBackend, TEST_ORIGIN, type TestBackend, type TestRails } from '../../../packages/backend/src/testing/backend.ts'
import { Buyer, cards } from './buyer.ts'

/** A backend with its worker, vault and simulated rails, and two marketplaces that know nothing of each other. */
export interface Api {
  readonly url: string
  readonly secretKey: string
  readonly publishableKey: string
  readonly holdfast: Holdfast
  readonly buyer: Buyer
  readonly otherSecretKey: string
  readonly other: Holdfast
  readonly otherBuyer: Buyer
  readonly cards: typeof cards
  /** To make the rails fail on request. */
  readonly rails: TestRails
  readonly log: TestBackend['log']
  close(): Promise<void>
}

export async function startApi(): Promise<Api> {
  const backend = await startTestBackend({ worker: true })
  const { url, marketplace: { secretKey, publishableKey }, rails, log } = backend
  const { secretKey: otherSecretKey } = await backend.createMarketplace({ name: 'Another marketplace', origins: [TEST_ORIGIN] })
  const [holdfast, other] = [secretKey, otherSecretKey].map((apiKey) => new Holdfast({ apiKey, baseUrl: url })) as [Holdfast, Holdfast]
  const buyer = new Buyer({ apiUrl: url, origin: TEST_ORIGIN })
  const close = async (): Promise<void> => {
    holdfast.close()
    other.close()
    await backend.close()
  }
  return { url, secretKey, publishableKey, holdfast, buyer, otherSecretKey, other, otherBuyer: buyer, cards, rails, log, close }
}
