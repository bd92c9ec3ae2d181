import {
  createCipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomUUID,
  sign,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Now } from '../shared/clock.ts'

// Google's side of Google Pay: root and intermediate keys of its own, and real ECv2 tokens for a recipient.

const DAY = 24 * 60 * 60_000

export interface GooglePayCard {
  readonly pan: string
  readonly expirationMonth: number
  readonly expirationYear: number
  /** With one the token is a device's (CRYPTOGRAM_3DS), without one the card's own number (PAN_ONLY). */
  readonly cryptogram?: string
  readonly eciIndicator?: string
}

export interface GooglePayPayment {
  readonly card: GooglePayCard
  readonly recipientId: string
  readonly recipientKey: KeyObject
  readonly gatewayMerchantId?: string
  /** How long the message, and the key that signs it, are good from now; negative ones have run out. */
  readonly messageLivesMs?: number
  readonly keyLivesMs?: number
  /** Changes what is signed, before it is signed: what nobody but Google could do. */
  readonly alter?: {
    readonly version?: string
    readonly sender?: string
    readonly message?: (message: Record<string, unknown>) => object
    readonly signedKey?: (key: Record<string, unknown>) => object
    readonly signedMessage?: (message: Record<string, string>) => object
  }
}

/** A company that makes Google Pay tokens as Google does, with keys of its own. */
export class GooglePayMaker {
  readonly #now: Now
  readonly #root = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #intermediate = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  constructor({ now }: { readonly now: Now }) {
    this.#now = now
  }

  /** The file that Google publishes, with a root key that lives so long from now. */
  keyFile({ livesMs = 365 * DAY, version = 'ECv2' }: { livesMs?: number; version?: string } = {}): object {
    const keyExpiration = String(this.#now().getTime() + livesMs)
    return { keys: [{ keyValue: spki(this.#root.publicKey), protocolVersion: version, keyExpiration }] }
  }

  /** What the page finds in `paymentMethodData.tokenizationData.token`. */
  token(payment: GooglePayPayment): string {
    const { recipientId, alter: { version = 'ECv2', sender = 'Google', ...alter } = {} } = payment
    const signedKey = htmlSafe((alter.signedKey ?? same)(this.#key(payment)))
    const signedMessage = htmlSafe((alter.signedMessage ?? same)(this.#sealed(payment)))
    return htmlSafe({
      protocolVersion: version,
      signature: signed(this.#intermediate.privateKey, sender, recipientId, version, signedMessage),
      intermediateSigningKey: {
        signedKey,
        signatures: [signed(this.#root.privateKey, sender, version, signedKey)],
      },
      signedMessage,
    })
  }

  #key({ keyLivesMs = 7 * DAY }: GooglePayPayment): Record<string, unknown> {
    return {
      keyValue: spki(this.#intermediate.publicKey),
      keyExpiration: String(this.#now().getTime() + keyLivesMs),
    }
  }

  #sealed(payment: GooglePayPayment): Record<string, string> {
    const { card, gatewayMerchantId, messageLivesMs = DAY, alter } = payment
    const message = {
      ...(gatewayMerchantId === undefined ? {} : { gatewayMerchantId }),
      messageExpiration: String(this.#now().getTime() + messageLivesMs),
      messageId: randomUUID(),
      paymentMethod: 'CARD',
      paymentMethodDetails: { authMethod: card.cryptogram === undefined ? 'PAN_ONLY' : 'CRYPTOGRAM_3DS', ...card },
    }
    return encrypt(JSON.stringify((alter?.message ?? same)(message)), payment.recipientKey)
  }
}

const same = <T extends object>(value: T): object => value
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64')

/** As Google writes JSON, for pages that paste it into a script. */
const htmlSafe = (value: object): string =>
  JSON.stringify(value).replace(/[<>&=']/g, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

function signed(key: KeyObject, ...parts: readonly string[]): string {
  const framed = parts.flatMap(part => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(Buffer.byteLength(part))
    return [length, Buffer.from(part)]
  })
  return sign('sha256', Buffer.concat(framed), key).toString('base64')
}

function encrypt(message: string, recipientKey: KeyObject): Record<string, string> {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // the point is the end of its SubjectPublicKeyInfo
  const point = ephemeral.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipientKey })
  const keys = Buffer.from(hkdfSync('sha256', Buffer.concat([point, shared]), Buffer.alloc(0), 'Google', 64))
  const cipher = createCipheriv('aes-256-ctr', keys.subarray(0, 32), Buffer.alloc(16))
  const encrypted = Buffer.concat([cipher.update(message), cipher.final()])
  return {
    encryptedMessage: encrypted.toString('base64'),
    ephemeralPublicKey: point.toString('base64'),
    tag: createHmac('sha256', keys.subarray(32)).update(encrypted).digest('base64'),
  }
}
