import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { freePorts } from '../../support/ports.ts'
import { startProcess, type Started } from '../../support/processes.ts'
import { answerForMediaFeatures, firefoxMissing } from './firefox.ts'
import { Gallery } from './gallery.ts'
import { AlipayStep, BankStep, CheckoutPage, OperatorPage, OrderPage, SellerPage, ShopPages } from './pages.ts'
import { CodeReader, Phone } from './phone.ts'

export interface Demo {
  readonly shop: string
  readonly api: string
  readonly vault: string
  /** Where the database and the logs of this run are. */
  readonly dataFolder: string
  readonly process: Started
}

/** Where the vault runs: within the backend, or as a process of its own. */
export interface VaultOption {
  readonly vaultRuns: 'embedded' | 'separate'
}

/** Starts the real demo, as `npm start` does, on free ports and with a data folder of its own. */
async function startDemo({ vaultRuns }: VaultOption): Promise<Demo & { stop: () => Promise<void> }> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'holdfast-browser-'))
  const [shop, api, vault, jpmorgan, bank, alipay, antom] = (await freePorts(7)).map(String)
  const started = await startProcess({
    script: 'demo/src/start.ts',
    env: {
      HOLDFAST_DATA: dataFolder, HOLDFAST_SHOP_PORT: shop, HOLDFAST_API_PORT: api, HOLDFAST_VAULT_PORT: vault,
      HOLDFAST_JPMORGAN_PORT: jpmorgan, HOLDFAST_BANK_PORT: bank, HOLDFAST_ALIPAY_PORT: alipay,
      HOLDFAST_ANTOM_PORT: antom, HOLDFAST_VAULT: vaultRuns,
    },
    ready: /Holdfast is ready/,
    within: 90_000,
  })
  return {
    shop: `http://localhost:${shop}`, api: `http://localhost:${api}`, vault: `http://vault.localhost:${vault}`,
    dataFolder, process: started,
    stop: async () => {
      await started.stop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

interface Pages {
  readonly shop: ShopPages
  readonly checkout: CheckoutPage
  readonly alipay: AlipayStep
  readonly bank: BankStep
  readonly order: OrderPage
  readonly seller: SellerPage
  readonly operator: OperatorPage
  readonly phone: Phone
  readonly gallery: Gallery
}

/** What a worker's tests share. */
interface Shared {
  readonly demo: Demo
  readonly reader: CodeReader
}

export const test = base.extend<Pages & { readonly installed: void }, Shared & VaultOption>({
  // before anything else, so that a browser that isn't there is not started
  installed: [async ({ browserName }, use, { skip }) => {
    if (browserName === 'firefox' && firefoxMissing) skip(true, firefoxMissing)
    await use()
  }, { auto: true }],
  browser: [async ({ browser }, use) => {
    if (browser.browserType().name() === 'firefox') answerForMediaFeatures(browser)
    await use(browser)
  }, { scope: 'worker' }],
  vaultRuns: ['embedded', { option: true, scope: 'worker' }],
  demo: [async ({ vaultRuns }, use) => {
    const demo = await startDemo({ vaultRuns })
    await use(demo)
    await demo.stop()
  }, { scope: 'worker', timeout: 120_000 }],
  reader: [async ({ browser }, use) => {
    const context = await browser.newContext()
    await use(new CodeReader(await context.newPage()))
    await context.close()
  }, { scope: 'worker' }],
  baseURL: ({ demo }, use) => use(demo.shop),
  shop: ({ page }, use) => use(new ShopPages(page)),
  checkout: ({ page, demo }, use) => use(new CheckoutPage(page, demo.vault)),
  alipay: ({ checkout }, use) => use(new AlipayStep(checkout)),
  bank: ({ checkout }, use) => use(new BankStep(checkout)),
  order: ({ page }, use) => use(new OrderPage(page)),
  seller: ({ page }, use) => use(new SellerPage(page)),
  operator: ({ page }, use) => use(new OperatorPage(page)),
  gallery: ({ page, demo }, use) => use(new Gallery(page, demo.vault)),
  phone: async ({ browser }, use) => {
    const context = await browser.newContext(Phone.device)
    await use(new Phone(await context.newPage()))
    await context.close()
  },
})

export { expect }
