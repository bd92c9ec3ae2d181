import { createCipheriv, createHash, diffieHellman, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Now } from '../shared/clock.ts'
import {
  authority,
  certificate,
  commonName,
  dnsName,
  ecdsaSha256,
  endEntity,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  pem,
  sequence,
  setOf,
  utcTime,
  utf8,
} from './der.ts'
import type { Der, Extension } from './der.ts'

// Apple's side of Apple Pay: a root, an intermediate and a leaf of its own, and real EC_v1 tokens for a merchant.

const DAY = 24 * 60 * 60_000
const LEAF_MARKER: Extension = { oid: '1.2.840.113635.100.6.29', value: nothing }
const INTERMEDIATE_MARKER: Extension = { oid: '1.2.840.113635.100.6.2.14', value: nothing }
const MERCHANT_ID_HASH = '1.2.840.113635.100.6.32'

export interface Certified {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

export interface ApplePayMerchant extends Certified {
  readonly publicKey: KeyObject
  readonly idHash: Buffer
}

export interface ApplePayPayment {
  readonly merchant: ApplePayMerchant
  readonly number: string
  /** YYMMDD */
  readonly expires: string
  /** ISO 4217, three digits. */
  readonly currencyCode: string
  /** Minor units. */
  readonly amount: number
  readonly cryptogram: string
  readonly eciIndicator?: string
  readonly cardholderName?: string
  /** What the page asked to be bound to; its hash is signed. */
  readonly applicationData?: string
  readonly transactionId?: string
  /** Changes what is signed, or by whom: what nobody but Apple could do. */
  readonly alter?: {
    readonly payment?: (payment: Record<string, unknown>) => object
    /** Null: no signing time at all. */
    readonly signedAt?: Date | null
    readonly digest?: Buffer
    /** How many signers there are; one by default. */
    readonly signers?: number
    /** Signs with a key that is not the certificate's: what anyone can do. */
    readonly forged?: boolean
    readonly chain?: ChainChanges
  }
}

export interface ChainChanges {
  readonly leafMarker?: boolean
  readonly intermediateMarker?: boolean
  /** False: without a word on what it is for. */
  readonly intermediateIsAuthority?: boolean
  readonly leafIsAuthority?: boolean
  readonly leafExpired?: boolean
  /** Of the leaf's key; its certificate is right in all else. */
  readonly leafCurve?: 'P-384'
  /** Certificates that come along with the signature. */
  readonly carried?: 'both' | 'leaf' | 'intermediate'
}

interface Party {
  readonly name: Der
  readonly serial: Buffer
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A company that makes Apple Pay tokens as Apple does, with certificates of its own. */
export class ApplePayMaker {
  readonly #now: Now
  readonly #root = party('Simulated Root CA', 'P-384')
  readonly #intermediate = party('Simulated Application Integration CA', 'P-256')
  readonly #leaf = party('simulated-broker-sign', 'P-256')
  /** What a vault is to trust in place of Apple Root CA - G3. */
  readonly rootPem: string

  constructor({ now }: { readonly now: Now }) {
    this.#now = now
    this.rootPem = pem(this.#certify(this.#root, { by: this.#root, extensions: authority }))
  }

  /** A payment processing certificate with its key, as a merchant gets it from Apple. */
  merchant(merchantId: string): ApplePayMerchant {
    const owner = party(`Apple Pay Payment Processing:${merchantId}`, 'P-256')
    const idHash = createHash('sha256').update(merchantId).digest()
    const extensions = [...endEntity, { oid: MERCHANT_ID_HASH, value: utf8(idHash.toString('hex').toUpperCase()) }]
    return {
      certificatePem: pem(this.#certify(owner, { by: this.#intermediate, extensions })),
      privateKeyPem: owner.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKey: owner.publicKey,
      idHash,
    }
  }

  /** A merchant identity certificate with its key: who asks for a merchant session shows it. */
  identity(merchantId: string): Certified {
    return this.#certified(party(`Apple Pay Merchant Identity:${merchantId}`, 'P-256'), endEntity)
  }

  /** A certificate for a server of Apple's own. */
  server(hostname: string): Certified {
    return this.#certified(party(hostname, 'P-256'), [...endEntity, nameOf(hostname)])
  }

  /** Its clock. */
  now(): Date {
    return this.#now()
  }

  /** By the root itself, which is all that the other side of a connection knows. */
  #certified(owner: Party, extensions: readonly Extension[]): Certified {
    const privateKeyPem = owner.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { certificatePem: pem(this.#certify(owner, { by: this.#root, extensions })), privateKeyPem }
  }

  /** What the page finds in `payment.token.paymentData`, as JSON. */
  token(payment: ApplePayPayment): string {
    const { merchant, applicationData, transactionId = randomBytes(32).toString('hex'), alter = {} } = payment
    const { data, ephemeralPublicKey } = encrypt(JSON.stringify((alter.payment ?? same)(contentOf(payment))), merchant)
    const bound = applicationData === undefined ? Buffer.alloc(0) : createHash('sha256').update(applicationData).digest()
    const content = Buffer.concat([ephemeralPublicKey, data, Buffer.from(transactionId, 'hex'), bound])
    return JSON.stringify({
      version: 'EC_v1',
      data: data.toString('base64'),
      signature: this.#sign(content, alter).toString('base64'),
      header: {
        ephemeralPublicKey: ephemeralPublicKey.toString('base64'),
        publicKeyHash: hashOf(merchant.publicKey).toString('base64'),
        transactionId,
        ...(applicationData === undefined ? {} : { applicationData: bound.toString('hex') }),
      },
    })
  }

  #certify(
    subject: Party,
    { by, extensions, expired = false }: { by: Party; extensions: readonly Extension[]; expired?: boolean },
  ): Der {
    const at = this.#now().getTime()
    return certificate({
      serial: subject.serial,
      subject: subject.name,
      publicKey: subject.publicKey,
      notBefore: new Date(at - 365 * DAY),
      notAfter: new Date(expired ? at - DAY : at + 365 * DAY),
      extensions,
      issuer: by.name,
      issuerKey: by.privateKey,
    })
  }

  #sign(content: Buffer, { signedAt = this.#now(), digest, forged, signers = 1, chain = {} }: NonNullable<ApplePayPayment['alter']>): Der {
    const leaf = chain.leafCurve === undefined ? this.#leaf : { ...party('', chain.leafCurve), name: this.#leaf.name }
    const { privateKey } = forged === true ? party('', 'P-256') : leaf
    const attributes = setOf(
      attribute('1.2.840.113549.1.9.3', oid('1.2.840.113549.1.7.1')),
      ...(signedAt === null ? [] : [attribute('1.2.840.113549.1.9.5', utcTime(signedAt))]),
      attribute('1.2.840.113549.1.9.4', octets(digest ?? createHash('sha256').update(content).digest())),
    )
    const signer = sequence(
      integer(1),
      sequence(this.#intermediate.name, integer(leaf.serial)),
      sha256,
      retagged(attributes),
      ecdsaSha256,
      octets(sign('sha256', attributes, privateKey)),
    )
    const certificates = explicit(0, ...this.#carried(leaf, chain))
    const signed = sequence(integer(1), setOf(sha256), sequence(oid('1.2.840.113549.1.7.1')), certificates, setOf(...Array.from({ length: signers }, () => signer)))
    return sequence(oid('1.2.840.113549.1.7.2'), explicit(0, signed))
  }

  #carried(signer: Party, changes: ChainChanges): readonly Der[] {
    const { leafMarker = true, intermediateMarker = true, carried = 'both' } = changes
    const leaf = this.#certify(signer, {
      by: this.#intermediate,
      extensions: [...(changes.leafIsAuthority === true ? authority : endEntity), ...(leafMarker ? [LEAF_MARKER] : [])],
      expired: changes.leafExpired ?? false,
    })
    const intermediate = this.#certify(this.#intermediate, {
      by: this.#root,
      extensions: [
        ...(changes.intermediateIsAuthority === false ? [] : authority),
        ...(intermediateMarker ? [INTERMEDIATE_MARKER] : []),
      ],
    })
    return [...(carried === 'intermediate' ? [] : [leaf]), ...(carried === 'leaf' ? [] : [intermediate])]
  }
}

/** Subject alternative name, of one host. */
const nameOf = (hostname: string): Extension => ({ oid: '2.5.29.17', value: sequence(dnsName(hostname)) })

const same = <T extends object>(value: T): object => value
const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'))
const attribute = (type: string, value: Der): Der => sequence(oid(type), setOf(value))

/** Signed as a SET, carried as [0]: RFC 5652 §5.4. */
const retagged = (set: Der): Der => Buffer.concat([Buffer.of(0xa0), set.subarray(1)])

function party(name: string, namedCurve: 'P-256' | 'P-384'): Party {
  return { name: commonName(name), serial: Buffer.concat([Buffer.of(0x01), randomBytes(7)]), ...generateKeyPairSync('ec', { namedCurve }) }
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const hashOf = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest()

function contentOf({ number, expires, currencyCode, amount, cryptogram, eciIndicator, cardholderName }: ApplePayPayment): Record<string, unknown> {
  return {
    applicationPrimaryAccountNumber: number,
    applicationExpirationDate: expires,
    currencyCode,
    transactionAmount: amount,
    ...(cardholderName === undefined ? {} : { cardholderName }),
    deviceManufacturerIdentifier: '040010030273',
    paymentDataType: '3DSecure',
    paymentData: {
      onlinePaymentCryptogram: cryptogram,
      ...(eciIndicator === undefined ? {} : { eciIndicator }),
    },
  }
}

function encrypt(text: string, { publicKey, idHash }: ApplePayMerchant): { data: Buffer; ephemeralPublicKey: Buffer } {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey })
  const info = Buffer.concat([Buffer.of(0x0d), Buffer.from('id-aes256-GCMApple'), idHash])
  const key = createHash('sha256').update(Buffer.concat([Buffer.of(0, 0, 0, 1), shared, info])).digest()
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(16))
  const data = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  return { data, ephemeralPublicKey: spki(ephemeral.publicKey) }
}
