import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Event } from '@holdfast/contract/types'
import { systemClock, type Clock } from './clock.ts'
import { HoldfastError } from './error.ts'
import { describe } from './options.ts'

/** How far a delivery's time may be from this machine's, before or after. */
export const WEBHOOK_TOLERANCE_S = 300
const MAX_SIGNATURES = 16
const MAX_BODY_CHARACTERS = 8 * 2 ** 20

/** The headers of a request, as `node:http`, Express, Fastify, fetch and others have them. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** The body as it came, before any parser: a parsed one is not what was signed. */
export type WebhookBody = string | Uint8Array

/** `whsec_…`, or several while one replaces another. */
export type WebhookSecrets = string | readonly string[]

/**
 * Proves that a request is a delivery of ours, unchanged and fresh, and answers its event.
 *
 * The same event may come twice, and before an older one: know it by `id`, and order what is about one object by
 * `sequence`. By Standard Webhooks, v1; the comparison takes the same time wherever two signatures differ.
 *
 * @throws HoldfastError `webhook_invalid` - `field` says what is wrong: a header, or `body`
 * @throws HoldfastError `params_invalid` - the secret is not one, or the body was parsed before
 */
export function verifyWebhook(body: WebhookBody, headers: WebhookHeaders, secrets: WebhookSecrets): Event {
  return verifyAt(body, headers, { secrets, clock: systemClock })
}

export interface Verifying {
  readonly secrets: WebhookSecrets
  readonly clock: Pick<Clock, 'now'>
}

/** The same, at a clock's time. */
export function verifyAt(body: WebhookBody, headers: WebhookHeaders, { secrets, clock }: Verifying): Event {
  const keys = readSecrets(secrets)
  const bytes = readBody(body)
  const id = readHeader(headers, 'webhook-id')
  const timestamp = readTimestamp(readHeader(headers, 'webhook-timestamp'), clock)
  const signatures = readSignatures(readHeader(headers, 'webhook-signature'))
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), bytes])
  if (!isSigned(signed, { keys, signatures })) {
    throw refuse('webhook-signature', 'no signature is by a secret that you gave: is it this endpoint\'s, and the body as it came?')
  }
  return readEvent(bytes, id)
}

function refuse(field: string, message: string): HoldfastError {
  return new HoldfastError({ code: 'webhook_invalid', field, message: `webhook refused: ${message}` })
}

function readSecrets(secrets: unknown): Buffer[] {
  const all = Array.isArray(secrets) ? secrets as unknown[] : [secrets]
  const keys = all.flatMap((secret) => readSecret(secret) ?? [])
  if (keys.length > 0 && keys.length === all.length) return keys
  throw new HoldfastError({ code: 'params_invalid', field: 'secret', message: 'secret is not usable: expected whsec_… as the endpoint\'s making or rotation answered it' })
}

function readSecret(secret: unknown): Buffer | undefined {
  const text = typeof secret === 'string' && /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret) ? secret.slice(6) : undefined
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

function readBody(body: unknown): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (!(bytes instanceof Uint8Array)) {
    throw new HoldfastError({ code: 'params_invalid', field: 'body', message: `body is ${describe(body)}: expected the bytes or text as they came, before any parser` })
  }
  if (bytes.length > MAX_BODY_CHARACTERS) throw refuse('body', `it has ${bytes.length} bytes, more than any event`)
  return bytes
}

function readHeader(headers: WebhookHeaders, name: string): string {
  const value = typeof headers?.get === 'function' ? (headers.get as (name: string) => unknown)(name) : ownHeader(headers as object, name)
  if (typeof value === 'string' && value !== '' && value.length <= 4096) return value
  throw refuse(name, value === undefined || value === null ? `${name} is missing` : `${name} is not one text`)
}

/** Whatever the case of its name; one that came several times is none. */
function ownHeader(headers: object, name: string): unknown {
  const found = Object.entries(headers ?? {}).filter(([key, value]) => key.toLowerCase() === name && value !== undefined)
  const [value] = found.map(([, one]: [string, unknown]) => (Array.isArray(one) && one.length === 1 ? one[0] as unknown : one))
  return found.length > 1 ? found : value
}

function readTimestamp(text: string, clock: Pick<Clock, 'now'>): string {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw refuse('webhook-timestamp', `webhook-timestamp is ${describe(text)}, expected seconds since 1970`)
  const ageS = Math.floor(clock.now() / 1000) - Number(text)
  if (ageS > WEBHOOK_TOLERANCE_S) throw refuse('webhook-timestamp', `it was sent ${ageS} s ago, expected at most ${WEBHOOK_TOLERANCE_S}`)
  if (ageS < -WEBHOOK_TOLERANCE_S) throw refuse('webhook-timestamp', 'it is from the future: is this machine\'s clock right?')
  return text
}

/** Those of version 1; others may stand beside them. */
function readSignatures(text: string): Buffer[] {
  const all = text.split(' ').slice(0, MAX_SIGNATURES)
  const ours = all.flatMap((one) => (/^v1,[A-Za-z0-9+/]{43}=$/.test(one) ? [Buffer.from(one.slice(3), 'base64')] : []))
  if (ours.length === 0) throw refuse('webhook-signature', 'webhook-signature has no signature of version 1')
  return ours
}

/** Every key against every signature, whether one has matched or not. */
function isSigned(signed: Uint8Array, { keys, signatures }: { keys: readonly Buffer[]; signatures: readonly Buffer[] }): boolean {
  let matches = 0
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(signed).digest()
    for (const signature of signatures) matches += Number(timingSafeEqual(signature, expected))
  }
  return matches > 0
}

function readEvent(bytes: Uint8Array, id: string): Event {
  const event = parse(bytes)
  if (typeof event !== 'object' || event === null || (event as Event).object !== 'event' || (event as Event).id !== id) {
    throw refuse('body', 'it is signed, and is not the event that webhook-id names')
  }
  return event as Event
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse('body', 'it is signed, and is not JSON')
  }
}
