import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const KEY_BYTES = 32

/** A new signing key. */
export function newSecret(): Buffer {
  return randomBytes(KEY_BYTES)
}

/** A key as it is shown: `whsec_` and base64. */
export function showSecret(key: Buffer): string {
  return PREFIX + key.toString('base64')
}

export interface Signing {
  /** The event's id: the same at every attempt, so that a receiver knows a repetition. */
  readonly id: string
  /** Seconds since 1970 in real time: receivers refuse what is old. */
  readonly timestampS: number
  readonly body: string
  /** Every key that is valid now, the newest first. */
  readonly keys: readonly Buffer[]
}

/** The three headers of a delivery, with one signature a key. @see https://www.standardwebhooks.com v1 */
export function signatureHeaders({ id, timestampS, body, keys }: Signing): Record<string, string> {
  const signed = `${id}.${timestampS}.${body}`
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': signatures.join(' ') }
}
