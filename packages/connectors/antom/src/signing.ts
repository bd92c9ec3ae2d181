import { sign as signBytes, verify as verifyBytes, type KeyObject } from 'node:crypto'

/*
 * What is signed: `POST <path>\n<client id>.<time>.<body>`, RSA-SHA256 (PKCS #1 v1.5), base64, then URL-encoded. The
 * body is bytes throughout: what is signed is what is sent, and what is verified is what was received.
 */

/** One message, request or answer, as its signature covers it. */
export interface Signed {
  readonly method?: 'GET' | 'POST'
  /** As it is asked for; of a sandbox's client, the sandbox's. */
  readonly path: string
  readonly clientId: string
  /** As its header has it: milliseconds since the epoch, or ISO 8601. */
  readonly time: string
  readonly body: Uint8Array
}

/** The value of a `signature` header. */
export function sign(message: Signed, { key, version }: { readonly key: KeyObject; readonly version: string }): string {
  const signature = signBytes('sha256', contentOf(message), key).toString('base64')
  return `algorithm=RSA256,keyVersion=${version},signature=${encodeURIComponent(signature)}`
}

/** The rail's public keys by their version; one under `*` is for any version. */
export type PublicKeys = ReadonlyMap<string, KeyObject>

/** Whether the rail signed exactly this. Whatever can't be read is not signed. */
export function isSigned(message: Signed, header: string | undefined, keys: PublicKeys): boolean {
  const { algorithm, keyVersion, signature } = partsOf(header ?? '')
  const key = keys.get(keyVersion ?? '') ?? keys.get('*')
  if (!key || algorithm !== 'RSA256' || signature === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return false
  return verifyBytes('sha256', contentOf(message), key, Buffer.from(signature, 'base64'))
}

function contentOf({ method = 'POST', path, clientId, time, body }: Signed): Buffer {
  return Buffer.concat([Buffer.from(`${method} ${path}\n${clientId}.${time}.`), body])
}

interface HeaderParts {
  readonly algorithm?: string
  readonly keyVersion?: string
  readonly signature?: string
}

function partsOf(header: string): HeaderParts {
  try {
    return Object.fromEntries(header.split(',').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())]
    }))
  } catch {
    return {}
  }
}

/** A sandbox's client calls other paths, and signs them: `/ams/api/…` is `/ams/sandbox/api/…`. */
export function pathFor(clientId: string, path: string): string {
  return clientId.startsWith('SANDBOX_') ? path.replace('/ams/api', '/ams/sandbox/api') : path
}

/** A `request-time` in milliseconds since the epoch, from either way to write it. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{13}$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
