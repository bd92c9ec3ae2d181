import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/*
 * AES-256-GCM with a fresh random 96-bit nonce per message (NIST SP 800-38D §8.2.2). Each record has a data key
 * of its own, so that a key-encryption key only ever encrypts data keys, one nonce a record.
 */

const NONCE_BYTES = 12
const TAG_BYTES = 16
export const KEY_BYTES = 32

/** What a ciphertext belongs to; another row's, tenant's or version's ciphertext doesn't open. */
export type Binding = TokenBinding | SavedBinding

interface Bindings {
  readonly marketplace: string
  readonly recordVersion: number
}

interface TokenBinding extends Bindings {
  /** The token's hash, as the row has it. */
  readonly tokenHash: Buffer
}

interface SavedBinding extends Bindings {
  readonly savedCard: string
}

export interface SealedRecord {
  readonly keyId: string
  readonly wrappedKey: Buffer
  readonly sealed: Buffer
}

/** The keys that wrap data keys: one that is current, and older ones that still open. */
export interface KeySet {
  readonly current: string
  readonly keys: ReadonlyMap<string, Buffer>
}

export class UnsealError extends Error {
  override name = 'UnsealError'
}

/** Encrypts under a key; the result is nonce, ciphertext, tag. */
export function seal(key: Buffer, { plaintext, context }: { plaintext: Buffer; context: Buffer }): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(context)
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** @throws UnsealError - not made with this key for this context, or changed since */
export function unseal(key: Buffer, { sealed, context }: { sealed: Buffer; context: Buffer }): Buffer {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(context)
      .setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    throw new UnsealError('the record does not open with its key for its row')
  }
}

/** Encrypts one record under a data key of its own, and that under the current key. */
export function sealRecord(
  keys: KeySet,
  { plaintext, binding }: { plaintext: Buffer; binding: Binding },
): SealedRecord {
  const dataKey = randomBytes(KEY_BYTES)
  const sealed = seal(dataKey, { plaintext, context: recordContext(binding) })
  const wrappedKey = seal(keyNamed(keys, keys.current), {
    plaintext: dataKey,
    context: wrapContext(binding, keys.current),
  })
  dataKey.fill(0)
  return { keyId: keys.current, wrappedKey, sealed }
}

/** @throws UnsealError - its key isn't held, or the record isn't this row's */
export function openRecord(
  keys: KeySet,
  { record, binding }: { record: SealedRecord; binding: Binding },
): Buffer {
  const dataKey = openDataKey(keys, { record, binding })
  try {
    return unseal(dataKey, { sealed: record.sealed, context: recordContext(binding) })
  } finally {
    dataKey.fill(0)
  }
}

/** Wraps a record's data key again, under the current key; the record itself isn't touched. */
export function rewrap(
  keys: KeySet,
  { record, binding }: { record: Omit<SealedRecord, 'sealed'>; binding: Binding },
): Omit<SealedRecord, 'sealed'> {
  const dataKey = openDataKey(keys, { record, binding })
  const wrappedKey = seal(keyNamed(keys, keys.current), {
    plaintext: dataKey,
    context: wrapContext(binding, keys.current),
  })
  dataKey.fill(0)
  return { keyId: keys.current, wrappedKey }
}

function openDataKey(
  keys: KeySet,
  { record, binding }: { record: Omit<SealedRecord, 'sealed'>; binding: Binding },
): Buffer {
  return unseal(keyNamed(keys, record.keyId), {
    sealed: record.wrappedKey,
    context: wrapContext(binding, record.keyId),
  })
}

function keyNamed({ keys }: KeySet, id: string): Buffer {
  const key = keys.get(id)
  if (!key) throw new UnsealError(`the keyring holds no key '${id}'`)
  return key
}

const recordContext = (binding: Binding): Buffer => context('record.1', binding)
const wrapContext = (binding: Binding, keyId: string): Buffer => context('key.1', binding, keyId)

/** Parts with their lengths before them, so that no two lists of parts read alike. */
function context(what: string, binding: Binding, ...more: string[]): Buffer {
  const [purpose, subject] =
    'tokenHash' in binding
      ? [`holdfast.vault.${what}`, binding.tokenHash.toString('hex')]
      : [`holdfast.vault.saved-${what}`, binding.savedCard]
  const parts = [purpose, binding.marketplace, subject, String(binding.recordVersion), ...more]
  return Buffer.from(parts.map(part => `${Buffer.byteLength(part)}:${part}`).join(','))
}

/** A keyed hash of a number: equal numbers are known again within a marketplace, and nowhere else. */
export function fingerprint(
  key: Buffer,
  { marketplace, number }: { marketplace: string; number: string },
): Buffer {
  return createHmac('sha256', key).update(`${marketplace}\0${number}`).digest()
}

/** How tickets, frame sessions and tokens are stored: they are 256 random bits, so a plain hash is one-way. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  return sameBytes(hashSecret(given), hashSecret(expected))
}

/** Compares in constant time what should have one length. */
export function sameBytes(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** A new secret that embeds its marketplace: `tok_<suffix>_<43 random characters>`. */
export function newSecret(prefix: string, marketplaceSuffix: string): string {
  return `${prefix}_${marketplaceSuffix}_${randomBytes(KEY_BYTES).toString('base64url')}`
}

/** A key for one purpose out of a key for several (RFC 5869). */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, KEY_BYTES))
}
