import { Holdfast } from '@holdfast/server'
import { startTestBackend, TEST_ORIGIN, type TestBackend, type TestBackendOptions, type TestRails } from '../../../packages/backend/src/testing/backend.ts'
import { startRails } from '../../support/rails.ts'
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
  /** @throws Error - the backend has logged an error: whatever a test sends, nothing may fail on our side */
  close(): Promise<void>
}

type Config = Parameters<NonNullable<TestBackendOptions['config']>>[0]

/** Two marketplaces on one merchant id would find each other's lines in its reports. */
function withMerchants(config: Config, merchantIds: Record<string, string>): Config {
  const { jpmorgan } = config.rails
  return { ...config, rails: { ...config.rails, jpmorgan: jpmorgan && { ...jpmorgan, merchantIds } } }
}

/** pino's numbers, and their names. */
const errorLevels = { 50: true, 60: true, error: true, fatal: true }

export async function startApi(): Promise<Api> {
  const rails = await startRails()
  const { merchantIds: [merchantId, otherMerchantId] } = rails
  const merchantIds: Record<string, string> = { '*': merchantId }
  const backend = await startTestBackend({ worker: true, rails, config: (config) => withMerchants(config, merchantIds) })
  rails.follow(backend.deps.clock)
  const { url, marketplace: { secretKey, publishableKey }, log } = backend
  const { id, secretKey: otherSecretKey } = await backend.createMarketplace({ name: 'Another marketplace', origins: [TEST_ORIGIN] })
  merchantIds[id] = otherMerchantId
  const [holdfast, other] = [secretKey, otherSecretKey].map((apiKey) => new Holdfast({ apiKey, baseUrl: url })) as [Holdfast, Holdfast]
  const buyer = new Buyer({ apiUrl: url, origin: TEST_ORIGIN })
  const close = async (): Promise<void> => {
    holdfast.close()
    other.close()
    await backend.close()
    const failures = log.filter((line) => (JSON.parse(line) as { level: number | string }).level in errorLevels)
    if (failures.length > 0) throw new Error(`the backend logged errors:\n${failures.join('')}`)
    const leaks = Object.values(cards).filter(({ number }) => log.some((line) => line.includes(number)))
    if (leaks.length > 0) throw new Error('the backend logged a card number')
  }
  return { url, secretKey, publishableKey, holdfast, buyer, otherSecretKey, other, otherBuyer: buyer, cards, rails, log, close }
}
