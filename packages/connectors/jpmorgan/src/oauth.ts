import { randomUUID, sign } from 'node:crypto'
import { deadlineIn, type Deadline } from '@holdfast/connector-shared'
import * as z from 'zod'
import { send } from './http.ts'
import type { JpmorganAuth } from './options.ts'

/** No access token could be had: nothing has been sent to the rail itself. */
export class NoAccessToken extends Error {
  override readonly name = 'NoAccessToken'
}

interface Held {
  readonly token: string
  readonly freshUntil: number
}

const refreshEarlyMs = 30_000
/** Of the shared request: a caller with less time left stops waiting, without ending it for the others. */
const requestTimeoutMs = 10_000
const assertionLifetimeS = 300

/**
 * The rail's access token: kept until 30 s before it ends, and asked for once however many callers wait.
 * (J.P. Morgan calls a token per call an anti-pattern: jpm-oauth guide, read 2026-07-17.)
 */
export class AccessTokens {
  readonly #auth: JpmorganAuth
  readonly #now: () => Date
  #held: Held | undefined
  #asked: Promise<Held> | undefined

  constructor({ auth, now }: { readonly auth: JpmorganAuth; readonly now: () => Date }) {
    this.#auth = auth
    this.#now = now
  }

  /** @throws NoAccessToken */
  async get(deadline: Deadline): Promise<string> {
    const held = this.#held
    if (held && this.#now().getTime() < held.freshUntil) return held.token
    this.#asked ??= this.#ask()
    return (await within(this.#asked, deadline)).token
  }

  /** Forgets a token that the rail refused; one that has replaced it meanwhile stays. */
  refused(token: string): void {
    if (this.#held?.token === token) this.#held = undefined
  }

  async #ask(): Promise<Held> {
    try {
      this.#held = await this.#request()
      return this.#held
    } finally {
      this.#asked = undefined
    }
  }

  async #request(): Promise<Held> {
    const askedAt = this.#now().getTime()
    const answer = await send({ method: 'POST', url: this.#auth.tokenUrl, ...credentials(this.#auth, askedAt) }, deadlineIn(requestTimeoutMs))
    if (answer.kind !== 'answered') throw new NoAccessToken(`the token request failed: ${answer.reason}`)
    if (answer.status !== 200) throw new NoAccessToken(`the token request was refused with ${answer.status} ${refusalOf(answer.body)}`)
    const grant = grantSchema.safeParse(parseJson(answer.body))
    if (!grant.success) throw new NoAccessToken('the token answer has no access_token and expires_in')
    return { token: grant.data.access_token, freshUntil: askedAt + grant.data.expires_in * 1000 - refreshEarlyMs }
  }
}

const grantSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]),
})

const refusalSchema = z.looseObject({ error: z.string().max(50) })

function refusalOf(body: string): string {
  const refusal = refusalSchema.safeParse(parseJson(body))
  return refusal.success ? refusal.data.error : ''
}

function credentials(auth: JpmorganAuth, nowMs: number): { headers: Record<string, string>; body: string } {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded', 'accept': 'application/json' }
  if (auth.kind === 'portal') {
    form.set('scope', auth.scope)
    headers['authorization'] = `Basic ${Buffer.from(`${auth.clientId}:${auth.clientSecret}`).toString('base64')}`
  } else {
    form.set('client_id', auth.clientId)
    form.set('resource', auth.resource)
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', signAssertion(auth, nowMs))
  }
  return { headers, body: form.toString() }
}

/** RFC 7523 §3, as J.P. Morgan wants it: RS256, `kid` = thumbprint, `aud` = the token URL, `jti` used once. */
function signAssertion(auth: JpmorganAuth & { kind: 'assertion' }, nowMs: number): string {
  const iat = Math.floor(nowMs / 1000)
  const { clientId, tokenUrl, certificateThumbprint, privateKeyPem } = auth
  const signed = [
    { typ: 'JWT', alg: 'RS256', kid: certificateThumbprint },
    { iss: clientId, sub: clientId, aud: tokenUrl, iat, exp: iat + assertionLifetimeS, jti: randomUUID() },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKeyPem).toString('base64url')}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function within<T>(promise: Promise<T>, deadline: Deadline): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(new NoAccessToken('no access token came in time')) }, deadline())
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
