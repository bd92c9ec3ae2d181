import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'

// How messages are signed, in both directions: RSA-SHA256 over `METHOD path\nclient.time.body`, base64, URL-encoded.

/** A message as its signature covers it: the body is the bytes on the wire. */
export interface Message {
  readonly method: string
  readonly path: string
  readonly clientId: string
  readonly time: string
  readonly body: Buffer
}

export function signMessage(
  message: Message,
  { key, keyVersion }: { key: KeyObject; keyVersion: string },
): string {
  const value = sign('sha256', contentOf(message), key).toString('base64')
  return `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeURIComponent(value)}`
}

export interface SignatureHeader {
  readonly algorithm: string
  readonly keyVersion: string
  readonly signature: string
}

/** The parts of a `signature` header, or undefined when one is missing. */
export function readSignature(header: string | undefined): SignatureHeader | undefined {
  const found = /^\s*algorithm=([^,]+),\s*keyVersion=([^,]+),\s*signature=([^,\s]+)\s*$/.exec(header ?? '')
  const [, algorithm, keyVersion, signature] = found ?? []
  return algorithm === undefined || keyVersion === undefined || signature === undefined
    ? undefined
    : { algorithm, keyVersion, signature }
}

export function verifies(message: Message, { algorithm, signature }: SignatureHeader, key: KeyObject): boolean {
  if (algorithm !== 'RSA256' || !/^[A-Za-z0-9%]+$/.test(signature)) return false
  try {
    return verify('sha256', contentOf(message), key, Buffer.from(decodeURIComponent(signature), 'base64'))
  } catch {
    return false
  }
}

function contentOf({ method, path, clientId, time, body }: Message): Buffer {
  return Buffer.concat([Buffer.from(`${method} ${path}\n${clientId}.${time}.`), body])
}

export function privateKeyOf(text: string): KeyObject {
  return createPrivateKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
}

export function publicKeyOf(text: string): KeyObject {
  return createPublicKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN')
}

/** Milliseconds since the epoch, of either way to write a time. */
export function timeOf(text: string): number {
  return /^\d{13}$/.test(text) ? Number(text) : Date.parse(text)
}
