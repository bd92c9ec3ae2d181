import { X509Certificate, createHash, verify } from 'node:crypto'
import { Constructed, ObjectIdentifier, OctetString, Sequence, UTCTime, Utf8String, fromBER } from 'asn1js'
import { Certificate, ContentInfo, IssuerAndSerialNumber, SignedData, type SignerInfo } from 'pkijs'
import { sameBytes } from '../crypto.ts'
import { isP256 } from './payment.ts'

/*
 * A detached CMS signature (RFC 5652 §5) as Apple Pay makes it: one signer, SHA-256 and ECDSA with P-256. pkijs
 * takes it apart; what is signed, by whom and with which algorithms is decided here, and node:crypto verifies it.
 */

const DATA = '1.2.840.113549.1.7.1'
const SHA256 = '2.16.840.1.101.3.4.2.1'
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_TIME = '1.2.840.113549.1.9.5'

/** Apple's own come to two; a root may come along. */
const MAX_CERTIFICATES = 4

/** A certificate with the extensions it has, by their identifiers. */
export interface MarkedCertificate {
  readonly x509: X509Certificate
  readonly extensions: ReadonlySet<string>
}

export interface DetachedSignature {
  readonly signer: MarkedCertificate
  /** All that came along, the signer's too; none is trusted for having come. */
  readonly certificates: readonly MarkedCertificate[]
  readonly signingTime: Date
  /** Whether the signer has signed these bytes. */
  signs(content: Buffer): boolean
}

/** Not a signature of this kind. Says what is missing, never what was there. */
export class CmsError extends Error {
  override name = 'CmsError'
}

/** @throws CmsError */
export function readDetachedSignature(der: Buffer): DetachedSignature {
  const { signed, certificates } = signedData(der)
  const [info, ...others] = signed.signerInfos
  if (!info || others.length > 0) throw new CmsError('Expected exactly one signer.')
  // of a signer that is named by issuer and serial number: RFC 5652 §5.1, §5.3
  if (signed.version !== 1 || info.version !== 1) throw new CmsError('Expected version 1.')
  const { sid } = info as { sid: unknown }
  const signer = certificates.find(
    ({ parsed: { issuer, serialNumber } }) =>
      sid instanceof IssuerAndSerialNumber && issuer.isEqual(sid.issuer) && serialNumber.isEqual(sid.serialNumber),
  )
  if (!signer) throw new CmsError('The signer’s certificate is not among those that came along.')
  return { signer, certificates, ...readSigner(info, signer.x509) }
}

type Carried = MarkedCertificate & { readonly parsed: Certificate }

function signedData(der: Buffer): { signed: SignedData; certificates: readonly Carried[] } {
  const read = parsing(() => {
    const { contentType, content } = ContentInfo.fromBER(der) as { contentType: string; content: unknown }
    if (contentType !== ContentInfo.SIGNED_DATA || !(content instanceof Sequence)) return undefined
    return { signed: new SignedData({ schema: content }), certificates: carriedBy(content) }
  })
  if (!read) throw new CmsError('Expected CMS signed data.')
  const { encapContentInfo } = read.signed
  if (encapContentInfo.eContent !== undefined || encapContentInfo.eContentType !== DATA)
    throw new CmsError('Expected a detached signature over data.')
  if (read.certificates.length > MAX_CERTIFICATES)
    throw new CmsError('It carries more certificates than a signature needs.')
  return read
}

const CONTEXT_SPECIFIC = 3

/** The certificates byte for byte: one that is read and written again is no longer what its issuer signed. */
function carriedBy(signed: Sequence): readonly Carried[] {
  const set = signed.valueBlock.value.find(
    part => part instanceof Constructed && part.idBlock.tagClass === CONTEXT_SPECIFIC && part.idBlock.tagNumber === 0,
  )
  const items = set instanceof Constructed ? set.valueBlock.value : []
  return items.slice(0, MAX_CERTIFICATES + 1).map(({ valueBeforeDecodeView }) => {
    const x509 = new X509Certificate(valueBeforeDecodeView)
    const parsed = Certificate.fromBER(x509.raw)
    return { x509, parsed, extensions: new Set(parsed.extensions?.map(({ extnID }) => extnID)) }
  })
}

/** Whatever a parser trips over in foreign bytes is one refusal; its own words may quote them. */
function parsing<T>(parse: () => T): T {
  try {
    return parse()
  } catch {
    throw new CmsError('It cannot be read as CMS signed data.')
  }
}

function readSigner(info: SignerInfo, certificate: X509Certificate): Pick<DetachedSignature, 'signingTime' | 'signs'> {
  const { signedAttrs, digestAlgorithm, signatureAlgorithm, signature } = info
  // the key is only read when it is asked for
  const publicKey = parsing(() => certificate.publicKey)
  if (digestAlgorithm.algorithmId !== SHA256 || signatureAlgorithm.algorithmId !== ECDSA_SHA256 || !isP256(publicKey))
    throw new CmsError('Expected a signature by ECDSA with P-256 and SHA-256.')
  if (!signedAttrs) throw new CmsError('Expected signed attributes.')
  const attribute = (type: string): unknown => {
    const [found, ...more] = signedAttrs.attributes.filter(one => one.type === type)
    return more.length === 0 && found?.values.length === 1 ? (found.values[0] as unknown) : undefined
  }
  const contentType = attribute(CONTENT_TYPE)
  const digest = attribute(MESSAGE_DIGEST)
  const signingTime = attribute(SIGNING_TIME)
  if (!(contentType instanceof ObjectIdentifier) || contentType.getValue() !== DATA)
    throw new CmsError('Expected the content type of data, once, among the signed attributes.')
  if (!(digest instanceof OctetString)) throw new CmsError('Expected one message digest among the signed attributes.')
  // GeneralizedTime is one too
  if (!(signingTime instanceof UTCTime)) throw new CmsError('Expected one signing time among the signed attributes.')
  const attributes = Buffer.from(signedAttrs.encodedValue)
  const value = Buffer.from(signature.getValue())
  return {
    signingTime: signingTime.toDate(),
    signs: content =>
      sameBytes(createHash('sha256').update(content).digest(), Buffer.from(digest.getValue()))
      && verify('sha256', attributes, publicKey, value),
  }
}

/** The text of a certificate's extension that is one UTF8String; undefined when there is none such. */
export function textExtension(certificate: X509Certificate, oid: string): string | undefined {
  const extension = Certificate.fromBER(certificate.raw).extensions?.find(({ extnID }) => extnID === oid)
  if (!extension) return undefined
  const { offset, result } = fromBER(extension.extnValue.getValue())
  return offset !== -1 && result instanceof Utf8String ? result.getValue() : undefined
}
