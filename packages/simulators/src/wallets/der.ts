import { sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

// Distinguished encoding (X.690), as much of it as certificates (RFC 5280) and signatures (RFC 5652) need. Written out
// by hand, so that what reads them is tried against something that shares no code with it.

export type Der = Buffer

function tlv(tag: number, ...parts: readonly Buffer[]): Der {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

export const sequence = (...parts: readonly Der[]): Der => tlv(0x30, ...parts)
/** Elements of a SET OF stand in the order of their encodings. */
export const setOf = (...parts: readonly Der[]): Der => tlv(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)))
export const explicit = (number: number, ...parts: readonly Der[]): Der => tlv(0xa0 + number, ...parts)
export const octets = (content: Buffer): Der => tlv(0x04, content)
export const bits = (content: Buffer, unused = 0): Der => tlv(0x03, Buffer.from([unused]), content)
export const utf8 = (text: string): Der => tlv(0x0c, Buffer.from(text))
/** A host among the names of a certificate. */
export const dnsName = (host: string): Der => tlv(0x82, Buffer.from(host))
export const truth: Der = tlv(0x01, Buffer.from([0xff]))
export const nothing: Der = tlv(0x05)

/** Of a number that is not negative. */
export function integer(value: Buffer | number): Der {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : value
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): readonly number[] {
  const low = value & 0x7f
  const high: number[] = []
  for (let left = value >>> 7; left > 0; left >>>= 7) high.unshift((left & 0x7f) | 0x80)
  return [...high, low]
}

/** With two digits of the year: for 1950 to 2049. */
export function utcTime(at: Date): Der {
  const text = at.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '').slice(2)
  return tlv(0x17, Buffer.from(text))
}

const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
export const ecdsaSha256: Der = sequence(oid(ECDSA_SHA256))

export interface Extension {
  readonly oid: string
  readonly critical?: boolean
  readonly value: Der
}

/** A name of one part, the common name. */
export const commonName = (text: string): Der => sequence(setOf(sequence(oid('2.5.4.3'), utf8(text))))

export interface CertificateRequest {
  readonly serial: Buffer
  readonly subject: Der
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Extension[]
  readonly issuer: Der
  readonly issuerKey: KeyObject
}

/** A certificate, signed by ECDSA with SHA-256. */
export function certificate(request: CertificateRequest): Der {
  const { serial, subject, publicKey, notBefore, notAfter, extensions, issuer, issuerKey } = request
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    ecdsaSha256,
    issuer,
    sequence(utcTime(notBefore), utcTime(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions.map(extension))),
  )
  return sequence(body, ecdsaSha256, bits(sign('sha256', body, issuerKey)))
}

const extension = ({ oid: id, critical = false, value }: Extension): Der =>
  sequence(oid(id), ...(critical ? [truth] : []), octets(value))

/** Basic constraints and key usage of an authority, or of a key that signs messages. */
export const authority: readonly Extension[] = [
  { oid: '2.5.29.19', critical: true, value: sequence(truth) },
  { oid: '2.5.29.15', critical: true, value: bits(Buffer.of(0x06), 1) },
]
export const endEntity: readonly Extension[] = [
  { oid: '2.5.29.19', critical: true, value: sequence() },
  { oid: '2.5.29.15', critical: true, value: bits(Buffer.of(0x80), 7) },
]

export const pem = (der: Der): string =>
  `-----BEGIN CERTIFICATE-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
