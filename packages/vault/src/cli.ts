#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseError } from 'pg'
import { VaultConfigError } from './config-error.ts'
import { addKey, createKeyFile, KeyringError, newRootKey } from './keyring.ts'
import { createLog } from './log.ts'
import { startVault } from './vault.ts'
import type { VaultOptions } from './vault.ts'
import { WalletConfigError } from './wallets/config.ts'

const usage = `holdfast-vault: takes cards, keeps them encrypted, and sends each once.

  holdfast-vault                start it
  holdfast-vault keys root      print a new root key, to be kept outside of this machine's disk
  holdfast-vault keys create    make the key file; sealed when HOLDFAST_VAULT_ROOT_KEY is set
  holdfast-vault keys add       add a key and make it the current one; then send SIGHUP to a running vault

Environment (each secret also as <name>_FILE, a file that holds it):
  HOLDFAST_MODE                     test or live; test by default
  HOLDFAST_VAULT_DATABASE_URL       PostgreSQL, as the vault's own role
  HOLDFAST_VAULT_INTERNAL_KEY       the bearer of the backend's calls
  HOLDFAST_VAULT_KEYS               the key file; <HOLDFAST_DATA>/vault-keys.json by default
  HOLDFAST_VAULT_ROOT_KEY           opens a sealed key file
  HOLDFAST_VAULT_HOST_JPMORGAN      where cards are sent: the base URL of Online Payments
  HOLDFAST_VAULT_WALLETS            the file that sets Google Pay and Apple Pay up; SIGHUP reads it again
  HOLDFAST_VAULT_URL                the vault's origin as browsers see it
  HOLDFAST_VAULT_LISTEN             host:port; 127.0.0.1:4310 by default
  HOLDFAST_VAULT_TRUSTED_PROXIES    how many proxies stand in front; 0 by default
  HOLDFAST_LOG_LEVEL                info by default
`

type Environment = Readonly<Record<string, string | undefined>>

/** A variable, or what the file named by `<name>_FILE` holds. */
function read(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`]
  const value = file === undefined ? environment[name] : contentOf(file, `${name}_FILE`)
  return value === '' ? undefined : value
}

function contentOf(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new VaultConfigError(`${name} names a file that can't be read.`)
  }
}

/** @throws VaultConfigError - it is given, and no http address */
function addressOf(environment: Environment, name: string): string | undefined {
  const text = environment[name] === '' ? undefined : environment[name]
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new VaultConfigError(`${name} is not an address that begins with https:// or http://.`)
}

function keyFileOf(environment: Environment): { file: string; rootKey: string | undefined } {
  const file =
    environment['HOLDFAST_VAULT_KEYS'] ?? join(environment['HOLDFAST_DATA'] ?? '.holdfast', 'vault-keys.json')
  return { file, rootKey: read(environment, 'HOLDFAST_VAULT_ROOT_KEY') }
}

function modeOf(environment: Environment): VaultOptions['mode'] {
  const mode = environment['HOLDFAST_MODE'] ?? 'test'
  if (mode !== 'test' && mode !== 'live')
    throw new VaultConfigError('HOLDFAST_MODE is neither test nor live.')
  return mode
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function levelOf(environment: Environment): string {
  const level = environment['HOLDFAST_LOG_LEVEL'] || 'info'
  if (!levels.includes(level)) throw new VaultConfigError(`HOLDFAST_LOG_LEVEL is none of ${levels.join(', ')}.`)
  return level
}

function wholeOf(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new VaultConfigError(`${name} is not a number from 0 to 65535.`)
  return Number(text)
}

/** @throws VaultConfigError - what is missing */
function optionsOf(environment: Environment): VaultOptions {
  const databaseUrl = read(environment, 'HOLDFAST_VAULT_DATABASE_URL')
  const internalKey = read(environment, 'HOLDFAST_VAULT_INTERNAL_KEY')
  if (!databaseUrl) throw new VaultConfigError('HOLDFAST_VAULT_DATABASE_URL is not set.')
  if (!internalKey) throw new VaultConfigError('HOLDFAST_VAULT_INTERNAL_KEY is not set.')
  const { file: keyFile, rootKey } = keyFileOf(environment)
  const listen = environment['HOLDFAST_VAULT_LISTEN'] ?? '127.0.0.1:4310'
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(listen) ?? []
  const jpmorgan = addressOf(environment, 'HOLDFAST_VAULT_HOST_JPMORGAN')
  return {
    mode: modeOf(environment),
    databaseUrl,
    internalKey,
    keyFile,
    rootKey,
    hosts: jpmorgan ? { jpmorgan } : {},
    walletsFile: environment['HOLDFAST_VAULT_WALLETS'],
    host: host.replace(/^\[|\]$/g, ''),
    port: wholeOf(port, 'The port of HOLDFAST_VAULT_LISTEN'),
    publicUrl: addressOf(environment, 'HOLDFAST_VAULT_URL'),
    trustedProxies: wholeOf(
      environment['HOLDFAST_VAULT_TRUSTED_PROXIES'] ?? '0',
      'HOLDFAST_VAULT_TRUSTED_PROXIES',
    ),
    log: { level: levelOf(environment) },
  }
}

async function start(environment: Environment): Promise<void> {
  const vault = await startVault(optionsOf(environment)).catch((error: unknown) => {
    throw explained(error)
  })
  process.stdout.write(`The vault is at ${vault.url} (servers reach it at ${vault.internalUrl}).\n`)
  const stop = (): void => void vault.close().then(() => process.exit(0), fail)
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.on('SIGHUP', () => void vault.rotateKeys().catch(note))
}

/** What kept it from starting, by the variable to look at: an error's own message may quote a password. */
function explained(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (error instanceof DatabaseError)
    return new VaultConfigError(
      `HOLDFAST_VAULT_DATABASE_URL: PostgreSQL refused the vault (${code}). docs/running.md has the role and the schema that it needs.`,
    )
  if (syscall === 'connect' || syscall === 'getaddrinfo')
    return new VaultConfigError(`HOLDFAST_VAULT_DATABASE_URL: no connection to PostgreSQL (${code}).`)
  if (syscall === 'listen') return new VaultConfigError(`HOLDFAST_VAULT_LISTEN: the vault can't listen there (${code}).`)
  return error
}

function keys(action: string | undefined, environment: Environment): string {
  const at = keyFileOf(environment)
  switch (action) {
    case 'root':
      return newRootKey()
    case 'create': {
      createKeyFile(at)
      return `Made ${at.file}, ${at.rootKey ? 'sealed' : 'unencrypted: for test mode only'}.`
    }
    case 'add':
      return `${addKey(at)} is now the current key of ${at.file}: send SIGHUP to the vault.`
    default:
      throw new VaultConfigError(usage)
  }
}

const log = createLog({ level: 'info', destination: process.stderr })

/** Only what is said in our own words is said in full. */
function note(error: unknown): void {
  if (error instanceof VaultConfigError || error instanceof KeyringError || error instanceof WalletConfigError)
    process.stderr.write(`${error.message}\n`)
  else if (error instanceof DatabaseError)
    process.stderr.write(`PostgreSQL refused the vault (${error.code ?? 'no code'}).\n`)
  else log.fatal({ event: 'failed', err: error }, 'the vault failed')
}

function fail(error: unknown): void {
  note(error)
  process.exit(1)
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

const [command, action] = process.argv.slice(2)
if (command === undefined) await start(process.env)
else process.stdout.write(`${command === 'keys' ? keys(action, process.env) : usage}\n`)
