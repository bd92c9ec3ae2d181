import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { KEY_BYTES, UnsealError, deriveKey, seal, unseal } from './crypto.ts'
import type { KeySet } from './crypto.ts'

/*
 * The file of key-encryption keys. Sealed, each key in it is encrypted under a root key that is kept elsewhere
 * (PCI DSS 3.6.1.2); plain, it is for development, is marked so, and live mode refuses it.
 */

export interface Keyring extends KeySet {
  readonly fingerprintKey: Buffer
}

export class KeyringError extends Error {
  override name = 'KeyringError'
}

const fileSchema = z.strictObject({
  holdfastVaultKeys: z.literal(1),
  protection: z.enum(['sealed', 'development']),
  current: z.string(),
  fingerprintKey: z.base64(),
  keys: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-z-]{1,40}$/), key: z.base64() })).min(1),
})
type KeyFile = z.infer<typeof fileSchema>

export interface KeyFileOptions {
  readonly file: string
  /** 32 bytes as base64; without it the file is a development one. */
  readonly rootKey?: string | undefined
}

/**
 * Reads the keys.
 *
 * @throws KeyringError - missing, readable by others, not such a file, or not opened by this root key
 */
export function loadKeyring({ file, rootKey }: KeyFileOptions): Keyring {
  const content = readKeyFile(file)
  const open = opener(content, rootKey)
  const keys = new Map(content.keys.map(({ id, key }) => [id, open(id, key)]))
  if (!keys.has(content.current))
    throw new KeyringError(`${file} names '${content.current}' as its current key, and has no such key.`)
  return { current: content.current, keys, fingerprintKey: open('fingerprint', content.fingerprintKey) }
}

/** Makes a file with one key and the fingerprint key; sealed where there is a root key. Never overwrites. */
export function createKeyFile({ file, rootKey }: KeyFileOptions): void {
  if (existsSync(file)) throw new KeyringError(`${file} exists: keys are added to it, never written over.`)
  const close = closer(rootKey)
  writeKeyFile(file, {
    holdfastVaultKeys: 1,
    protection: rootKey ? 'sealed' : 'development',
    current: 'k1',
    fingerprintKey: close('fingerprint', randomBytes(KEY_BYTES)),
    keys: [{ id: 'k1', key: close('k1', randomBytes(KEY_BYTES)) }],
  })
}

/** Adds a key and makes it the current one; the older ones stay, to open what they wrapped. Returns its id. */
export function addKey({ file, rootKey }: KeyFileOptions): string {
  loadKeyring({ file, rootKey })
  const content = readKeyFile(file)
  const id = `k${content.keys.length + 1}`
  const key = closer(rootKey)(id, randomBytes(KEY_BYTES))
  writeKeyFile(file, { ...content, current: id, keys: [...content.keys, { id, key }] })
  return id
}

/** A new root key, for the operator to keep outside of this machine's disk. */
export function newRootKey(): string {
  return randomBytes(KEY_BYTES).toString('base64')
}

/** @throws KeyringError - why this file may not hold the keys of real cards, and what to do */
export function refuseDevelopmentKeys(file: string): void {
  if (readKeyFile(file).protection === 'development') {
    throw new KeyringError(
      `${file} holds unencrypted development keys, which live mode refuses. `
        + 'Make a sealed one: holdfast-vault keys root, then holdfast-vault keys create with HOLDFAST_VAULT_ROOT_KEY set.',
    )
  }
}

function readKeyFile(file: string): KeyFile {
  if (!existsSync(file))
    throw new KeyringError(`There is no key file ${file}: make one by holdfast-vault keys create.`)
  if ((statSync(file).mode & 0o077) !== 0)
    throw new KeyringError(`${file} can be read by others: chmod 600 it.`)
  const parsed = fileSchema.safeParse(parseJson(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new KeyringError(`${file} is not a key file of the vault's.`)
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whole or not at all: a crash while writing leaves the old file. */
function writeKeyFile(file: string, content: KeyFile): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true })
  chmodSync(draft, 0o600)
  renameSync(draft, file)
}

const contextOf = (id: string): Buffer => Buffer.from(`holdfast.vault.keyfile.1:${id}`)

function sealingKey(rootKey: string): Buffer {
  const bytes = Buffer.from(rootKey, 'base64')
  if (bytes.length !== KEY_BYTES)
    throw new KeyringError('The root key is not 32 bytes as base64: holdfast-vault keys root makes one.')
  return deriveKey(bytes, 'holdfast vault key file')
}

function closer(rootKey: string | undefined): (id: string, key: Buffer) => string {
  if (!rootKey) return (_, key) => key.toString('base64')
  const sealing = sealingKey(rootKey)
  return (id, key) => seal(sealing, { plaintext: key, context: contextOf(id) }).toString('base64')
}

function opener({ protection }: KeyFile, rootKey: string | undefined): (id: string, key: string) => Buffer {
  if (protection === 'development') return (_, key) => checked(Buffer.from(key, 'base64'))
  if (!rootKey) throw new KeyringError('The key file is sealed: set HOLDFAST_VAULT_ROOT_KEY, or …_FILE.')
  const sealing = sealingKey(rootKey)
  return (id, key) => {
    try {
      return checked(unseal(sealing, { sealed: Buffer.from(key, 'base64'), context: contextOf(id) }))
    } catch (error) {
      throw error instanceof UnsealError
        ? new KeyringError('The root key does not open the key file.')
        : error
    }
  }
}

function checked(key: Buffer): Buffer {
  if (key.length !== KEY_BYTES || key.every(byte => byte === key[0])) {
    throw new KeyringError('A key in the key file is not 32 random bytes.')
  }
  return key
}
