#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from './config.ts'
import { startBackend, withDatabase, type Backend, type Parts } from './main.ts'
import { FolderInUse } from './postgres/holder.ts'
import { DatabaseRefused } from './postgres/own-server.ts'
import { verifyAndReport } from './verify/report.ts'

const usage = `holdfast-backend: the HTTP API, ledger, escrow and jobs of Holdfast.

  holdfast-backend serve                          migrate, then answer the API and run the jobs
  holdfast-backend work                           run the jobs alone (serve elsewhere with HOLDFAST_WORKER=false)
  holdfast-backend migrate                        bring the database to the newest schema
  holdfast-backend create-marketplace             make a marketplace and print its keys, this once
      --name <name> [--origin <https://shop.example>]…
  holdfast-backend verify                         read everything in one snapshot, beside a running backend, and
                                                  say whether the books are right: exit code 0, or 1 when not

Environment (each also as <name>_FILE, a file that holds it):
  HOLDFAST_MODE                  test or live; test by default
  HOLDFAST_DATA                  the data folder; .holdfast by default
  HOLDFAST_HOST, HOLDFAST_PORT   where the API listens; 127.0.0.1:4300 by default
  HOLDFAST_PUBLIC_URL            the API's address as its callers know it
  HOLDFAST_TRUST_PROXY           the proxies' addresses, or true (not in live mode); none by default
  HOLDFAST_SECRET_KEY            32 bytes as base64; seals what the database must not show
  DATABASE_URL                   PostgreSQL 15 or newer of your own; the embedded one by default
  DATABASE_APP_URL               the same as the role holdfast_app; by default DATABASE_URL's user acts as it
  HOLDFAST_POOL_SIZE             2 to 16 connections; 12 by default
  HOLDFAST_WORKER                false: another process runs the jobs
  HOLDFAST_VAULT_INTERNAL_URL    a vault in a process of its own; by default it runs in this one
  HOLDFAST_VAULT_INTERNAL_KEY    the bearer of the calls to it
  HOLDFAST_VAULT_URL             the vault's origin as browsers see it
  HOLDFAST_VAULT_PORT            where the vault in this process listens; 4310 by default
  HOLDFAST_VAULT_DATABASE_URL    the database as the vault's own role
  HOLDFAST_JPMORGAN_URL          Online Payments, with its version: https://…/api/v2
    …_TOKEN_URL, …_CLIENT_ID, …_CLIENT_SECRET and …_SCOPE, or …_PRIVATE_KEY_FILE, …_CERTIFICATE_THUMBPRINT
    and …_RESOURCE; …_MERCHANT_ID (one, or mkt_…=id,…); …_REPORTS_URL
  HOLDFAST_BANK_URL, HOLDFAST_BANK_TOKEN, HOLDFAST_BANK_DEBTOR_ACCOUNT
  HOLDFAST_RATE_PAGE_ADDRESS, HOLDFAST_RATE_PAGE_SESSION, HOLDFAST_RATE_AUTH_FAILURES    calls a minute/burst
  HOLDFAST_METRICS_TOKEN         the bearer that /metrics wants
  HOLDFAST_LOG_LEVEL             info by default
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
}

/** Runs until it is told to stop; a second signal stops it at once. */
async function run(parts: Parts): Promise<void> {
  const config = readConfig(process.env)
  const backend = await startBackend(parts.serve === false ? { ...config, worker: true } : config, parts)
  if (backend.url) process.stdout.write(`Holdfast answers at ${backend.url}\n`)
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  await backend.close()
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
    const expected = error instanceof ConfigError || error instanceof FolderInUse || error instanceof DatabaseRefused
    process.stderr.write(`${expected ? error.message : (error as Error).stack ?? String(error)}\n`)
    process.exitCode = 1
  }
}

await main(process.argv.slice(2))
