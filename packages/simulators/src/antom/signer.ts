import type { KeyObject } from 'node:crypto'
import type { Now } from '../shared/clock.ts'
import type { defaultAntomKeys } from './keys.ts'
import { privateKeyOf, publicKeyOf, readSignature, signMessage, timeOf, verifies } from './signature.ts'

export interface AntomClient {
  readonly clientId: string
  /** Public keys by version: PEM, or base64 of SPKI. */
  readonly publicKeys: Readonly<Record<string, string>>
}

/** Why a request isn't looked at. */
export type DoorRefusal = 'INVALID_CLIENT' | 'KEY_NOT_FOUND' | 'INVALID_SIGNATURE' | 'REQUEST_TIME_EXPIRED' | 'ACCESS_DENIED'

interface Incoming {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Knows the clients' keys and the rail's own. */
export class Signer {
  readonly #clients: ReadonlyMap<string, ReadonlyMap<string, KeyObject>>
  readonly #key: KeyObject
  readonly #keyVersion: string
  readonly #wallClock: Now
  readonly #skewMs: number

  constructor({ clients, keys, wallClock, skewMs }: {
    clients: readonly AntomClient[]
    keys: Pick<typeof defaultAntomKeys, 'keyVersion' | 'privateKey'>
    wallClock: Now
    skewMs: number
  }) {
    this.#clients = new Map(clients.map(({ clientId, publicKeys }) => [
      clientId,
      new Map(Object.entries(publicKeys).map(([version, key]) => [version, publicKeyOf(key)])),
    ]))
    this.#key = privateKeyOf(keys.privateKey)
    this.#keyVersion = keys.keyVersion
    this.#wallClock = wallClock
    this.#skewMs = skewMs
  }

  /** Undefined when the request may be looked at. */
  refusal({ method, path, headers, body }: Incoming): DoorRefusal | undefined {
    const [clientId, time] = [String(headers['client-id'] ?? ''), String(headers['request-time'] ?? '')]
    const keys = this.#clients.get(clientId)
    if (!keys) return 'INVALID_CLIENT'
    if (path.startsWith('/ams/') && path.startsWith('/ams/sandbox/') !== clientId.startsWith('SANDBOX_')) return 'ACCESS_DENIED'
    const signature = readSignature(String(headers['signature'] ?? ''))
    const key = signature && keys.get(signature.keyVersion)
    if (signature && !key) return 'KEY_NOT_FOUND'
    if (!signature || !key || !verifies({ method, path, clientId, time, body }, signature, key)) return 'INVALID_SIGNATURE'
    return Math.abs(this.#wallClock().getTime() - timeOf(time)) <= this.#skewMs ? undefined : 'REQUEST_TIME_EXPIRED'
  }

  answerHeaders({ path, clientId, body }: { path: string; clientId: string; body: Buffer }): Record<string, string> {
    return this.#headers({ path, clientId, body }, 'response-time')
  }

  notificationHeaders({ path, clientId, body }: { path: string; clientId: string; body: Buffer }): Record<string, string> {
    return { 'content-type': 'application/json; charset=UTF-8', ...this.#headers({ path, clientId, body }, 'request-time') }
  }

  /** Whether a client signed what it answered to a notification. */
  signedByClient({ path, clientId, headers, body }: { path: string; clientId: string; headers: Headers; body: Buffer }): boolean {
    const signature = readSignature(headers.get('signature') ?? undefined)
    const key = signature && this.#clients.get(clientId)?.get(signature.keyVersion)
    const time = headers.get('response-time') ?? ''
    return signature !== undefined && key !== undefined && verifies({ method: 'POST', path, clientId, time, body }, signature, key)
  }

  #headers({ path, clientId, body }: { path: string; clientId: string; body: Buffer }, timeHeader: string): Record<string, string> {
    const time = String(this.#wallClock().getTime())
    const signature = signMessage({ method: 'POST', path, clientId, time, body }, { key: this.#key, keyVersion: this.#keyVersion })
    return { 'client-id': clientId, [timeHeader]: time, signature }
  }
}
