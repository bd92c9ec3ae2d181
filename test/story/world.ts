import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, startBackend } from '@holdfast/backend'
import {
  defaultBankToken, defaultDebtorAccount, defaultJpmorganClient, defaultMerchantId, startBankSimulator, startJpmorganSimulator,
} from '@holdfast/simulators'

/** Where the story happens. */
export interface World {
  readonly url: string
  readonly secretKey: string
  /** The origin of the merchant's page. */
  readonly origin: string
  readonly dataFolder: string
  /** Stops the backend and keeps its data folder and its rails. */
  stop(): Promise<void>
  close(): Promise<void>
}

/**
 * A backend on an embedded database of its own, with its vault, and rails that follow its clock.
 *
 * @param restored - a data folder to start on, with a secret key of its marketplace; by default everything is new
 */
export async function startWorld(restored?: { readonly dataFolder: string; readonly secretKey: string }): Promise<World> {
  const origin = 'http://localhost:4242'
  const dataFolder = restored?.dataFolder ?? (await mkdtemp(join(tmpdir(), 'holdfast-story-')))
  let now = (): Date => new Date()
  const rails = { now: () => now() }
  const [jpmorgan, bank] = await Promise.all([startJpmorganSimulator(rails), startBankSimulator(rails)])
  const config = readConfig({
    HOLDFAST_DATA: dataFolder, HOLDFAST_PORT: '0', HOLDFAST_VAULT_PORT: '0', HOLDFAST_LOG_LEVEL: 'fatal',
    HOLDFAST_VAULT_INTERNAL_KEY: randomBytes(24).toString('base64url'),
    HOLDFAST_JPMORGAN_URL: `${jpmorgan.url}/api/v2`, HOLDFAST_JPMORGAN_TOKEN_URL: `${jpmorgan.url}/am/oauth2/alpha/access_token`,
    HOLDFAST_JPMORGAN_CLIENT_ID: defaultJpmorganClient.clientId, HOLDFAST_JPMORGAN_CLIENT_SECRET: defaultJpmorganClient.clientSecret,
    HOLDFAST_JPMORGAN_MERCHANT_ID: defaultMerchantId,
    HOLDFAST_BANK_URL: bank.url, HOLDFAST_BANK_TOKEN: defaultBankToken, HOLDFAST_BANK_DEBTOR_ACCOUNT: defaultDebtorAccount,
  })
  const backend = await startBackend(config, { frame: { script: '', style: '' }, page: null })
  now = () => backend.deps.clock.now()
  const { secretKey } = restored ?? (await backend.createMarketplace({ name: 'Workshop Market', origins: [origin] }))
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= backend.close())
  const close = async (): Promise<void> => {
    await stop()
    await Promise.all([jpmorgan.close(), bank.close()])
    await rm(dataFolder, { recursive: true, force: true })
  }
  return { url: backend.url, secretKey, origin, dataFolder, stop, close }
}
