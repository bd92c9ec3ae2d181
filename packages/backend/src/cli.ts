#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { backup, BackupRefused } from './backup/backup.ts'
import { restore } from './backup/restore.ts'
import { differences, readTotals, type Totals } from './backup/totals.ts'
import { ConfigError, readConfig } from './config.ts'
import { startBackend, withDatabase, type Backend, type Parts } from './main.ts'
import { FolderInUse } from './postgres/holder.ts'
import { DatabaseRefused } from './postgres/own-server.ts'
import { inTransaction } from './postgres/transaction.ts'
import { reseal } from './rotation/reseal.ts'
import { rotateSigningKey } from './rotation/signing-keys.ts'
import { wantsTracing } from './tracing/span.ts'
import { verifyAndReport } from './verify/report.ts'

const usage = `holdfast-backend: the HTTP API, ledger, escrow and jobs of Holdfast.

  holdfast-backend serve                          migrate, then answer the API and run the jobs
  holdfast-backend work                           run the jobs alone (serve elsewhere with HOLDFAST_WORKER=false)
  holdfast-backend migrate                        bring the database to the newest schema
  holdfast-backend create-marketplace             make a marketplace and print its keys, this once
      --name <name> [--origin <https://shop.example>]…
  holdfast-backend rotate-signing-keys            new keys for payment tokens; [--marketplace mkt_…], by default all
  holdfast-backend reseal                         after a change of HOLDFAST_SECRET_KEY: seal everything anew with it
  holdfast-backend backup <folder>                copy the embedded database while it works, into a new folder
  holdfast-backend restore <folder>               put a backup into an empty HOLDFAST_DATA and hold its ledger against it
  holdfast-backend totals                         print what every ledger account amounts to now, as JSON
  holdfast-backend check-totals <file>            hold a restored database against totals that were printed before
  holdfast-backend verify                         read everything in one snapshot, beside a running backend, and
                                                  say whether the books are right: exit code 0, or 1 when not

Environment (each also as <name>_FILE, a file that holds it):
  HOLDFAST_MODE                  test or live; test by default
  HOLDFAST_DATA                  the data folder; .holdfast by default
  HOLDFAST_HOST, HOLDFAST_PORT   where the API listens; 127.0.0.1:4300 by default
  HOLDFAST_PUBLIC_URL            the API's address as its callers know it
  HOLDFAST_TRUST_PROXY           the proxies' addresses, or true (not in live mode); none by default
  HOLDFAST_SECRET_KEY            32 bytes as base64; seals what the database must not show
  HOLDFAST_SECRET_KEY_PREVIOUS   the key before it, until reseal has sealed everything anew
  DATABASE_URL                   PostgreSQL 15 or newer of your own; the embedded one by default
  DATABASE_APP_URL               the same as the role holdfast_app; by default DATABASE_URL's user acts as it.
                                 Alone, for all but migrate, on a database that has been migrated
  HOLDFAST_POOL_SIZE             2 to 16 connections; 12 by default
  HOLDFAST_WORKER                false: another process runs the jobs
  HOLDFAST_WORKER_PORT           where work answers /healthz, /readyz and /metrics; nowhere by default
  HOLDFAST_WEBHOOK_PORTS         ports of public hosts that webhooks may go to; 443 by default
  HOLDFAST_VAULT_INTERNAL_URL    a vault in a process of its own; by default it runs in this one
  HOLDFAST_VAULT_INTERNAL_KEY    the bearer of the calls to it
  HOLDFAST_VAULT_URL             the vault's origin as browsers see it
  HOLDFAST_VAULT_PORT            where the vault in this process listens; 4310 by default
  HOLDFAST_VAULT_DATABASE_URL    the database as the vault's own role
  HOLDFAST_VAULT_WALLETS         the file that sets Google Pay and Apple Pay up, for the vault in this process
  HOLDFAST_WALLETS               the file of what pages tell Google Pay and Apple Pay

Rails, each configured whole or not at all:
  HOLDFAST_JPMORGAN_URL          Online Payments, with its version: https://…/api/v2
  HOLDFAST_JPMORGAN_MERCHANT_ID  one for all marketplaces, or mkt_…=id,mkt_…=id
  HOLDFAST_JPMORGAN_TOKEN_URL, HOLDFAST_JPMORGAN_CLIENT_ID, and either
    HOLDFAST_JPMORGAN_CLIENT_SECRET, HOLDFAST_JPMORGAN_SCOPE (jpm:payments:sandbox by default), or
    HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE, HOLDFAST_JPMORGAN_CERTIFICATE_THUMBPRINT, HOLDFAST_JPMORGAN_RESOURCE
  HOLDFAST_JPMORGAN_REPORTS_URL  where its settlement reports are
  HOLDFAST_JPMORGAN_ADDENDA      what is sent of a company's order: none, level2 (by default) or level3
  HOLDFAST_JPMORGAN_NETWORK_TRANSACTION_ID
                                 goes along with a saved card: merchant (by default; no buyer present), all or never
  HOLDFAST_ALIPAY_GATEWAY        Alipay's Open Platform: …/gateway.do
  HOLDFAST_ALIPAY_APP_ID, HOLDFAST_ALIPAY_SELLER_ID, HOLDFAST_ALIPAY_PRIVATE_KEY, HOLDFAST_ALIPAY_PUBLIC_KEY (Alipay's)
  HOLDFAST_ANTOM_URL             Alipay's acquirer abroad
  HOLDFAST_ANTOM_CLIENT_ID, HOLDFAST_ANTOM_PRIVATE_KEY, HOLDFAST_ANTOM_PUBLIC_KEY (Antom's)
  HOLDFAST_ANTOM_KEY_VERSION     1 by default
  HOLDFAST_ANTOM_REPORTS_URL     where its settlement reports are
  HOLDFAST_ANTOM_SETTLEMENT_CURRENCY
                                 of an account that settles in one currency alone: payments are taken in it alone
  HOLDFAST_WALLET_MINUTES        how long a buyer has to pay with Alipay; 1 to 120, 15 by default
  HOLDFAST_BANK_URL, HOLDFAST_BANK_TOKEN, HOLDFAST_BANK_DEBTOR_ACCOUNT

Limits of each process, as calls a minute/burst:
  HOLDFAST_RATE_PAGE_ADDRESS     pages, by address; 240/120 by default
  HOLDFAST_RATE_PAGE_SESSION     pages, by session; 120/60 by default
  HOLDFAST_RATE_LINK_ADDRESS     openings of payment links, by address; 20/20 by default
  HOLDFAST_RATE_LINK             openings of a payment link, from all addresses; 120/60 by default
  HOLDFAST_RATE_AUTH_FAILURES    wrong keys, by address; 20/20 by default
  HOLDFAST_RATE_NOTIFICATIONS    notifications of rails, by address; 1200/600 by default

Watching it:
  HOLDFAST_METRICS_TOKEN         the bearer that /metrics wants
  HOLDFAST_LOG_LEVEL             info by default
  HOLDFAST_VALIDATE_RESPONSES    true: holds each answer against the contract; for tests
  OTEL_EXPORTER_OTLP_ENDPOINT    where traces go, if anywhere; OTEL_TRACES_SAMPLER_ARG: the share kept, 0.01
`

const EXIT_USAGE = 2

/** Commands by name; each answers once it has done its work, or once what it started has been stopped. */
const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  serve: () => run({}),
  work: () => run({ serve: false, join: true }),
  async migrate() {
    await once((backend) => backend.deps.log.info('the database has the newest schema'))
  },
  async verify() {
    const right = await withDatabase(readConfig(process.env), (pool) => verifyAndReport(pool, process.stdout))
    if (!right) process.exitCode = 1
  },
  async 'create-marketplace'(args) {
    const { values } = parseArgs({ args, options: { name: { type: 'string' }, origin: { type: 'string', multiple: true } } })
    const { name, origin: origins = [] } = values
    if (!name) return refuse('create-marketplace needs --name')
    await once(async (backend) => {
      const { id, secretKey, publishableKey } = await backend.createMarketplace({ name, origins })
      process.stdout.write(`marketplace      ${id}\nsecret key       ${secretKey}\npublishable key  ${publishableKey}\n\nThe keys are shown this once: keep the secret key on your server only.\n`)
    })
  },
  'rotate-signing-keys': (args) => rotateSigningKeys(args),
  reseal: () => resealAll(),
  backup: (args) => backUp(args),
  restore: (args) => restoreFrom(args),
  async totals() {
    process.stdout.write(`${JSON.stringify(await totalsNow(), null, 2)}\n`)
  },
  'check-totals': (args) => checkTotals(args),
}

async function rotateSigningKeys(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { marketplace: { type: 'string' } } })
  await once(async ({ deps: { pool, db, sealer } }) => {
    const all = await db.selectFrom('marketplaces').select('marketplace_id as id').orderBy('marketplace_id').execute()
    const wanted = all.filter(({ id }) => values.marketplace === undefined || id === values.marketplace)
    if (wanted.length === 0) return refuse(`There is no marketplace ${values.marketplace ?? ''}.`)
    for (const { id: marketplace } of wanted) {
      const kid = await inTransaction(pool, (tx) => rotateSigningKey(tx, { marketplace, sealer }))
      process.stdout.write(`${marketplace}  signs with ${kid} from now on\n`)
    }
  })
}

async function resealAll(): Promise<void> {
  await once(async ({ deps }) => {
    const { sealed, unopened } = await reseal(deps, (done) => process.stderr.write(`  … ${done} sealed anew\n`))
    process.stdout.write(`${sealed} values are sealed under HOLDFAST_SECRET_KEY now. Keep HOLDFAST_SECRET_KEY_PREVIOUS until the checkout sessions made before have ended, then take it away.\n`)
    if (unopened.length === 0) return
    process.stderr.write(`Neither key opens these; they are as they were:\n${unopened.map((line) => `- ${line}`).join('\n')}\n`)
    process.exitCode = 1
  })
}

const postgresFolder = (): string => join(readConfig(process.env).dataFolder, 'postgres')

/** Backups hold what is sealed, and not the keys that open it. */
const keysApart = 'The keys are not in it: keep HOLDFAST_SECRET_KEY and the vault’s key file elsewhere (in test mode, development-keys.json and vault-keys.json of the data folder).'

async function backUp([target]: string[]): Promise<void> {
  if (!target) return refuse('backup needs a new folder.')
  const { totals } = await backup({
    folder: postgresFolder(), target,
    onProgress: ({ files, bytes }) => process.stderr.write(`  … ${files} files, ${Math.round(bytes / 1e6)} MB\n`),
  })
  process.stdout.write(`Backed up to ${target}: ${totals.transfers} transfers, ${Object.keys(totals.accounts).length} accounts that are not zero.\n${keysApart}\n`)
}

async function restoreFrom([source]: string[]): Promise<void> {
  if (!source) return refuse('restore needs the folder of a backup.')
  const { expected, differences: found } = await restore({ source, folder: postgresFolder() })
  report(found, `Restored: ${expected.transfers} transfers, and every account is what it was at ${expected.at}.`)
}

/** @param found - where the ledger differs; nothing: `well` is said */
function report(found: readonly string[], well: string): void {
  if (found.length === 0) return void process.stdout.write(`${well}\n`)
  process.stderr.write(`The ledger is not what it was:\n${found.map((line) => `- ${line}`).join('\n')}\n`)
  process.exitCode = 1
}

async function totalsNow(asOf?: string): Promise<Totals> {
  let totals: Totals | undefined
  await once(async ({ deps }) => {
    const client = await deps.pool.connect()
    totals = await readTotals(client, asOf).finally(() => client.release())
  })
  return totals as Totals
}

async function checkTotals([file]: string[]): Promise<void> {
  if (!file) return refuse('check-totals needs a file that `holdfast-backend totals` printed.')
  const expected = JSON.parse(await readFile(file, 'utf8')) as Totals
  report(differences(expected, await totalsNow(expected.snapshot)), `Every account is what it was at ${expected.at}.`)
}

/** Runs until it is told to stop; a second signal stops it at once. */
async function run(parts: Parts): Promise<void> {
  const config = readConfig(process.env)
  const tracing = await startTracing(parts.serve === false ? 'holdfast-worker' : 'holdfast-backend')
  const backend = await startBackend(parts.serve === false ? { ...config, worker: true } : config, parts)
  if (backend.url) process.stdout.write(`Holdfast answers at ${backend.url}\n`)
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  await backend.close()
  await tracing?.()
}

/** Loads what traces need only where traces are wanted. */
async function startTracing(service: string): Promise<(() => Promise<void>) | null> {
  if (!wantsTracing(process.env)) return null
  const { tracingFromEnvironment } = await import('./tracing/start.ts')
  return tracingFromEnvironment(process.env, service)
}

/** Starts without HTTP and jobs, does one thing, and stops. */
async function once(work: (backend: Backend) => void | Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const vault = config.vault.kind === 'in_process' ? { ...config.vault, port: 0 } : config.vault
  // No page is framed meanwhile: the vault needs no bundle.
  const frame = { script: '', style: '' }
  const backend = await startBackend({ ...config, vault, worker: false }, { serve: false, join: true, frame })
  try {
    await work(backend)
  } finally {
    await backend.close()
  }
}

function refuse(problem: string): void {
  process.stderr.write(`${problem}\n\n${usage}`)
  process.exitCode = EXIT_USAGE
}

async function main([name = '', ...args]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) return refuse(name === '' ? 'Name a command.' : `There is no command '${name}'.`)
  try {
    await command(args)
  } catch (error) {
    const expected = error instanceof BackupRefused || error instanceof ConfigError || error instanceof FolderInUse || error instanceof DatabaseRefused
    process.stderr.write(`${expected ? error.message : (error as Error).stack ?? String(error)}\n`)
    process.exitCode = 1
  }
}

await main(process.argv.slice(2))
