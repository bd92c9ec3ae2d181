import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readConfig, startBackend, type Backend } from '@holdfast/backend'
import { Holdfast, HoldfastError } from '@holdfast/server'
import {
  defaultAlipayApp, defaultAntomClient, defaultAntomKeys, defaultBankToken, defaultDebtorAccount, defaultJpmorganClient, defaultMerchantId,
  startBankSimulator, startJpmorganSimulator, type Now,
} from '@holdfast/simulators'
import { accountOf, currencies, shops } from './catalogue.ts'
import { portOf } from './ports.ts'
import { startShop, type ShopOptions } from './shop.ts'
import { startVaultProcess } from './vault-process.ts'
import { startWalletCards } from './wallet-cards.ts'
import { startWallets } from './wallets.ts'

/*
 * `npm start`: the rails' simulators, the backend with its database, the vault on its own origin, and the shop.
 * Everything is real but the rails.
 */

const dataFolder = resolve(process.env['HOLDFAST_DATA'] ?? '.holdfast')
const separateVault = process.env['HOLDFAST_VAULT'] === 'separate'

interface Ports {
  readonly shop: number
  readonly api: number
  readonly vault: number
  readonly jpmorgan: number
  readonly bank: number
  readonly alipay: number
  readonly antom: number
}

async function choosePorts(): Promise<Ports> {
  return {
    shop: await portOf('HOLDFAST_SHOP_PORT', 4242), api: await portOf('HOLDFAST_API_PORT', 4300),
    vault: await portOf('HOLDFAST_VAULT_PORT', 4310), jpmorgan: await portOf('HOLDFAST_JPMORGAN_PORT', 4320),
    bank: await portOf('HOLDFAST_BANK_PORT', 4330), alipay: await portOf('HOLDFAST_ALIPAY_PORT', 4340),
    antom: await portOf('HOLDFAST_ANTOM_PORT', 4350),
  }
}

const closers: (() => Promise<unknown>)[] = []

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close()
}

/** The rails, on the backend's virtual clock once it stands. */
async function startRails(ports: Ports) {
  const clock: { now: () => Date } = { now: () => new Date(performance.timeOrigin + performance.now()) }
  const folder = join(dataFolder, 'rails')
  mkdirSync(folder, { recursive: true })
  const now: Now = () => clock.now()
  const jpmorgan = await startJpmorganSimulator({ port: ports.jpmorgan, dataFolder: folder, now })
  closers.push(jpmorgan.close)
  const bank = await startBankSimulator({ port: ports.bank, dataFolder: folder, now })
  closers.push(bank.close)
  const wallets = await startWallets({ ports, dataFolder: folder, now, phoneHost: process.env['HOLDFAST_PHONE_HOST'] })
  closers.push(wallets.close)
  const walletCards = await startWalletCards({ folder: join(dataFolder, 'wallets') })
  closers.push(walletCards.close)
  return { jpmorgan: jpmorgan.url, bank: bank.url, wallets, walletCards, follow: (follow: () => Date) => { clock.now = follow } }
}

const internalKey = randomBytes(32).toString('base64url')

type Rails = Awaited<ReturnType<typeof startRails>>

function environment(ports: Ports, rails: Rails): Record<string, string | undefined> {
  return {
    HOLDFAST_LOG_LEVEL: 'warn', ...process.env, HOLDFAST_DATA: dataFolder, HOLDFAST_PORT: String(ports.api), HOLDFAST_PUBLIC_URL: `http://localhost:${ports.api}`,
    HOLDFAST_VAULT_PORT: String(ports.vault), HOLDFAST_VAULT_URL: `http://vault.localhost:${ports.vault}`,
    ...(separateVault && { HOLDFAST_VAULT_INTERNAL_URL: `http://127.0.0.1:${ports.vault}`, HOLDFAST_VAULT_INTERNAL_KEY: internalKey }),
    HOLDFAST_JPMORGAN_URL: `${rails.jpmorgan}/api/v2`, HOLDFAST_JPMORGAN_TOKEN_URL: `${rails.jpmorgan}/am/oauth2/alpha/access_token`,
    HOLDFAST_JPMORGAN_CLIENT_ID: defaultJpmorganClient.clientId, HOLDFAST_JPMORGAN_CLIENT_SECRET: defaultJpmorganClient.clientSecret,
    HOLDFAST_JPMORGAN_MERCHANT_ID: defaultMerchantId,
    HOLDFAST_ALIPAY_GATEWAY: `${rails.wallets.alipay}/gateway.do`, HOLDFAST_ALIPAY_APP_ID: defaultAlipayApp.appId,
    HOLDFAST_ALIPAY_SELLER_ID: defaultAlipayApp.sellerId, HOLDFAST_ALIPAY_PRIVATE_KEY: defaultAlipayApp.privateKey,
    HOLDFAST_ALIPAY_PUBLIC_KEY: defaultAlipayApp.alipayPublicKey,
    HOLDFAST_ANTOM_URL: rails.wallets.antom, HOLDFAST_ANTOM_CLIENT_ID: defaultAntomClient.clientId,
    HOLDFAST_ANTOM_PRIVATE_KEY: defaultAntomClient.privateKey, HOLDFAST_ANTOM_PUBLIC_KEY: defaultAntomKeys.publicKey,
    HOLDFAST_ANTOM_REPORTS_URL: `${rails.wallets.antom}/reports/settlement`,
    ...rails.walletCards.environment,
    HOLDFAST_BANK_URL: rails.bank, HOLDFAST_BANK_TOKEN: defaultBankToken, HOLDFAST_BANK_DEBTOR_ACCOUNT: defaultDebtorAccount,
  }
}

async function startEverything(ports: Ports): Promise<{ backend: Backend } & Pick<Rails, 'wallets' | 'walletCards'>> {
  const rails = await startRails(ports)
  const backend = await startBackend(readConfig(environment(ports, rails)))
  closers.push(backend.close)
  rails.follow(() => backend.deps.clock.now())
  if (separateVault) {
    const vault = await startVaultProcess({
      databaseUrl: backend.vaultDatabaseUrl, internalKey, port: ports.vault, publicUrl: backend.vaultUrl,
      keyFile: join(dataFolder, 'vault-keys.json'), jpmorganUrl: `${rails.jpmorgan}/api/v2`,
      walletsFile: rails.walletCards.environment.HOLDFAST_VAULT_WALLETS,
    })
    closers.push(vault.close)
  }
  return { backend, wallets: rails.wallets, walletCards: rails.walletCards }
}

/** Registers the catalogue's sellers, once. */
async function ensureSellers(holdfast: Holdfast): Promise<void> {
  await Promise.all(shops.map(async (shop) => {
    const { reference, name, email, country } = shop
    try {
      await holdfast.sellers.create({ reference, name, email, country, bankAccount: accountOf(shop, currencies[0]) })
    } catch (error) {
      if (!(error instanceof HoldfastError && error.code === 'reference_taken')) throw error
    }
  }))
}

/** How the hosted page shows this marketplace. */
async function ensureBranding(holdfast: Holdfast): Promise<void> {
  const logo = await readFile(new URL('../public/logo.png', import.meta.url), 'base64')
  await holdfast.marketplace.update({
    branding: { accentColor: '#0b5c78', logo: `data:image/png;base64,${logo}`, supportEmail: 'help@quayside.example', termsUrl: 'https://quayside.example/terms', privacyUrl: 'https://quayside.example/privacy' },
  })
}

/** The operator's own money in custody, once a currency: the rails' fees come before the platform's own are earned. */
async function ensureFunding(holdfast: Holdfast): Promise<void> {
  await Promise.all(currencies.map(async (currency) => {
    try {
      await holdfast.operator.topUp({ currency, amount: 500_000, reference: `opening-funds-${currency}` })
    } catch (error) {
      if (!(error instanceof HoldfastError && error.code === 'reference_taken')) throw error
    }
  }))
}

const readScript = async (file: string) => ({
  script: await readFile(file, 'utf8'), integrity: (await readFile(`${file}.sri`, 'utf8')).trim(),
})

async function readComponent(): Promise<ShopOptions['component']> {
  const file = fileURLToPath(import.meta.resolve('@holdfast/checkout/holdfast.js'))
  const folder = new URL('chunks/', pathToFileURL(file))
  const names = await readdir(folder)
  return {
    ...(await readScript(file)),
    order: await readScript(fileURLToPath(import.meta.resolve('@holdfast/checkout/holdfast-order.js'))),
    chunks: new Map(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const))),
  }
}

function announce(shop: string, { api, vault }: Ports): void {
  process.stdout.write(`
Holdfast is ready

  Shop             ${shop}/
  Seller's page    ${shop}/seller
  Operator's page  ${shop}/operator
  A phone          ${shop}/phone
  Gallery          ${shop}/gallery
  Hosted page      http://localhost:${api}/pay/…  (by a link on the shop's payment page)
  API              http://localhost:${api}  (OpenAPI 3.1 at /openapi.json)
  Card frame       http://vault.localhost:${vault}

  Pay with 4111 1111 1111 1111, any future date, any three digits; or with Alipay, whose code the phone scans.
  Ctrl+C stops everything.
`)
}

async function main(): Promise<void> {
  const ports = await choosePorts()
  const { backend, wallets, walletCards } = await startEverything(ports)
  const shopOrigin = `http://localhost:${ports.shop}`
  const marketplace = await backend.ensureMarketplace({ name: 'Quayside', origins: [shopOrigin] })
  const apiUrl = `http://localhost:${ports.api}`
  const holdfast = new Holdfast({ apiKey: marketplace.secretKey, baseUrl: apiUrl })
  await ensureSellers(holdfast)
  await ensureFunding(holdfast)
  await ensureBranding(holdfast)
  holdfast.close()
  const shop = await startShop({
    origin: shopOrigin, port: ports.shop, apiKey: marketplace.secretKey, apiUrl, vaultOrigin: backend.vaultUrl, component: await readComponent(),
    phone: { codes: wallets.codes, wallets: wallets.origins }, walletCards,
  })
  closers.push(shop.close)
  announce(shopOrigin, ports)
}

let stopping: Promise<void> | undefined

/** A terminal, npm and an impatient hand each send a signal: only the first begins, and none cuts the database off. */
function stop(): void {
  stopping ??= closeAll().then(() => process.exit(0), (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
}

process.on('SIGINT', stop)
process.on('SIGTERM', stop)
await main().catch(async (error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  await closeAll().catch(() => undefined)
  process.exit(1)
})
