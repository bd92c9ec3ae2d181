import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts what the database must not show: private keys and sellers' account numbers. */
export interface Sealer {
  /** @param context - where the value belongs (`signing_keys/mkt_…/kid`): it opens nowhere else */
  seal(plain: Buffer, context: string): Buffer
  /** @throws Error - sealed under another key, for another place, or changed since */
  open(sealed: Buffer, context: string): Buffer
  /** 32 bytes that only this key gives for this context: what needn't be stored, because it can be made again. */
  derive(context: string): Buffer
}

/**
 * AES-256-GCM under a key that the instance's secret key gives for the value's place, which is its associated
 * data too: however many values are sealed, random nonces of one key stay few.
 *
 * Sealed: one byte of version, 12 of nonce, 16 of tag, then the ciphertext.
 */
export function createSealer(key: Buffer): Sealer {
  if (key.length !== 32) throw new RangeError(`a sealing key has 32 bytes, not ${key.length}`)
  const keyOf = (context: string): Buffer => createHmac('sha256', key).update(`seal/${context}`).digest()
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyOf(context), nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body])
    },
    open(sealed, context) {
      if (sealed[0] !== VERSION) throw new Error(`sealed with version ${sealed[0]}, which this build can't open`)
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
      const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', keyOf(context), nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context)).setAuthTag(tag)
      return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()])
    },
    derive: (context) => createHmac('sha256', key).update(`derive/${context}`).digest(),
  }
}
