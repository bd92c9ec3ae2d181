import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import { fewRandomBytes } from './random.ts'

const VERSION = 3
/** What version 2 sealed had a key for each place, which is dear to make for each answer that is stored. */
const KEY_PER_PLACE = 2
const SALT_BYTES = 16
/** Values that one salt's key seals: random nonces of one key must stay few. */
const SEALED_PER_SALT = 2 ** 20
const MAX_KNOWN = 256
const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES

/** Encrypts what the database must not show: private keys and sellers' account numbers. */
export interface Sealer {
  /** @param context - where the value belongs (`signing_keys/mkt_…/kid`): it opens nowhere else */
  seal(plain: Buffer, context: string): Buffer
  /** @throws Error - sealed under another key, for another place, or changed since */
  open(sealed: Buffer, context: string): Buffer
  /** 32 bytes that only this key gives for this context: what needn't be stored, because it can be made again. */
  derive(context: string): Buffer
  /** What `derive` gives, and what it gave under the key before, newest first: for comparing what comes back. */
  derivations(context: string): readonly Buffer[]
  /** How everything begins that is sealed under the current key. */
  readonly head: Buffer
}

/**
 * Whether a secret is the one that was given out for a context, under the newest key or one that is kept; compared in
 * constant time.
 *
 * @param written - how a secret says what `derive` gave
 */
export function wasDerived(sealer: Pick<Sealer, 'derivations'>, { context, secret, written }: {
  context: string; secret: string; written: (proof: Buffer) => string
}): boolean {
  const given = Buffer.from(secret)
  return sealer.derivations(context).some((proof) => {
    const right = Buffer.from(written(proof))
    return given.length === right.length && timingSafeEqual(given, right)
  })
}

interface Key {
  readonly id: Buffer
  readonly secret: KeyObject
  readonly salted: Map<string, KeyObject>
}

/**
 * AES-256-GCM under a key that the instance's secret key gives for a salt, with the value's place as associated data:
 * a salt serves a million values of one process, so that random nonces of one key stay few.
 *
 * Sealed: one byte of version, 4 that name the key, 16 of salt, 12 of nonce, 16 of tag, then the ciphertext.
 *
 * @param previous - the key before, while what it sealed is sealed anew: it opens and never seals
 */
export function createSealer(current: Buffer, previous?: Buffer | null): Sealer {
  const keys = [current, ...(previous ? [previous] : [])].map(keyOf)
  const [newest] = keys as [Key]
  const head = Buffer.concat([Buffer.of(VERSION), newest.id])
  const derivations = (context: string): readonly Buffer[] => keys.map(({ secret }) => hmac(secret, `derive/${context}`))
  let salted: Salted | undefined
  return {
    head, derivations,
    seal(plain, context) {
      if (!salted || salted.left === 0) salted = saltedOf(newest)
      salted.left -= 1
      const nonce = fewRandomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', salted.key, nonce).setAAD(Buffer.from(context))
      const body = cipher.update(plain)
      const rest = cipher.final()
      return Buffer.concat([head, salted.salt, nonce, cipher.getAuthTag(), body, rest])
    },
    open(sealed, context) {
      const [version] = sealed
      if (version !== VERSION && version !== KEY_PER_PLACE) throw new Error(`sealed with version ${version}, which this build can't open`)
      const id = sealed.subarray(1, HEAD_BYTES)
      const key = keys.find((one) => one.id.equals(id))
      if (!key) throw new Error(`sealed under the key ${id.toString('hex')}, which is neither HOLDFAST_SECRET_KEY nor the one before it`)
      if (version === KEY_PER_PLACE) return openUnder(placeKey(key, context), { sealed: sealed.subarray(HEAD_BYTES), context })
      const salt = sealed.subarray(HEAD_BYTES, HEAD_BYTES + SALT_BYTES)
      return openUnder(saltKey(key, salt), { sealed: sealed.subarray(HEAD_BYTES + SALT_BYTES), context })
    },
    derive: (context) => hmac(newest.secret, `derive/${context}`),
  }
}

function openUnder(key: KeyObject, { sealed, context }: { sealed: Buffer; context: string }): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context)).setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
}

interface Salted {
  readonly salt: Buffer
  readonly key: KeyObject
  left: number
}

function saltedOf(key: Key): Salted {
  const salt = Buffer.from(fewRandomBytes(SALT_BYTES))
  return { salt, key: saltKey(key, salt), left: SEALED_PER_SALT }
}

/** A salt's key; those used a moment ago are remembered, for what was sealed together is opened together. */
function saltKey({ secret, salted }: Key, salt: Buffer): KeyObject {
  const name = salt.toString('latin1')
  const known = salted.get(name) ?? createSecretKey(hmac(secret, Buffer.concat([Buffer.from('seal under salt/'), salt])))
  if (salted.size >= MAX_KNOWN) salted.clear()
  salted.set(name, known)
  return known
}

function keyOf(bytes: Buffer): Key {
  if (bytes.length !== 32) throw new RangeError(`a sealing key has 32 bytes, not ${bytes.length}`)
  return { salted: new Map(), secret: createSecretKey(bytes), id: createHash('sha256').update('holdfast key id\n').update(bytes).digest().subarray(0, KEY_ID_BYTES) }
}

/** Keys are key objects: given as bytes, each call reads them anew, which takes longer than all the rest. */
const placeKey = ({ secret }: Key, context: string): KeyObject => createSecretKey(hmac(secret, `seal/${context}`))

function hmac(key: KeyObject, text: string | Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
