import { generateKeyPairSync, sign } from 'node:crypto'

/** One ASN.1 value in DER: a tag, a length, its content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), body])
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items)
const ed25519 = sequence(der(0x06, Buffer.of(0x2b, 0x65, 0x70)))
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, Buffer.of(0x55, 0x04, 0x03)), der(0x0c, Buffer.from(name)))))
const extension = (id: readonly number[], value: Buffer): Buffer => sequence(der(0x06, Buffer.from(id)), der(0x04, value))
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`

/** A certificate for 127.0.0.1 that signs itself, and its key, in PEM: made anew for every test that needs one. */
export function selfSigned(): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const years = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('490101000000Z')))
  const extensions = sequence(
    extension([0x55, 0x1d, 0x11], sequence(der(0x87, Buffer.of(127, 0, 0, 1)))),
    extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.of(0xff)))),
  )
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), der(0x02, Buffer.of(1)), ed25519, commonName('a test'), years,
    commonName('a test'), publicKey.export({ format: 'der', type: 'spki' }), der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.of(0), sign(null, body, privateKey))
  return {
    cert: pem('CERTIFICATE', sequence(body, ed25519, signature)),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}
