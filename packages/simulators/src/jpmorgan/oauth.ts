import {
  createHash,
  createPublicKey,
  randomBytes,
  timingSafeEqual,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Entry, Records } from './records.ts'

/** Who may ask for tokens: by secret (the portal's way), by key (CAT's and production's), or both. */
export interface JpmorganClient {
  readonly clientId: string
  readonly clientSecret?: string
  /** PEM of an RSA public key or of a certificate. */
  readonly publicKey?: string
  /** SHA-1 thumbprint of the certificate, 40 upper-case hex digits; computed if `publicKey` is one. */
  readonly keyId?: string
  /** If given, `resource` of the token request must be this. */
  readonly resource?: string
  /** Which merchants this client acts for; default all. */
  readonly merchantIds?: readonly string[]
}

export interface OAuthParts {
  readonly clients: readonly JpmorganClient[]
  readonly records: Records
  readonly write: (entries: readonly Entry[]) => void
  /** Identity servers live on wall-clock time, whatever the virtual clock says. */
  readonly nowMs: () => number
  /** The audiences that an assertion may name: the token URL. */
  readonly audiences: () => readonly string[]
}

const tokenLifetimeS = 3600
const skewS = 60
const longestAssertionS = 600
const scopes: ReadonlySet<string> = new Set(['jpm:payments:sandbox', 'jpm:payments'])

interface OAuthRefusal {
  readonly status: 400 | 401
  readonly error: string
  readonly description: string
}

type Verified =
  { readonly client: JpmorganClient; readonly entries: readonly Entry[] } | { readonly refused: OAuthRefusal }

/** Issues and recognises bearer tokens, both of J.P. Morgan's ways. */
export class OAuth {
  readonly #parts: OAuthParts

  constructor(parts: OAuthParts) {
    this.#parts = parts
  }

  register(app: FastifyInstance): void {
    app.post('/am/oauth2/alpha/access_token', async (request, reply) => this.#portal(request, reply))
    app.post('/adfs/oauth2/token', async (request, reply) => this.#assertion(request, reply))
  }

  /** Whose bearer token a request carries, or undefined. */
  clientOf(authorization: string | undefined): JpmorganClient | undefined {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1]
    const record = token === undefined ? undefined : this.#parts.records.tokens.get(digest(token))
    if (!record || record.expiresAt <= this.#parts.nowMs()) return undefined
    return this.#parts.clients.find(({ clientId }) => clientId === record.clientId)
  }

  #portal(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = readForm(request.body)
    const [id, secret] = readBasic(request.headers.authorization)
    const client = this.#parts.clients.find(({ clientId }) => clientId === id)
    if (client?.clientSecret === undefined || !sameSecret(secret, client.clientSecret)) {
      return refuse(reply, {
        status: 401,
        error: 'invalid_client',
        description: 'Client authentication failed',
      })
    }
    const refused = refuseGrant(form)
    if (refused) return refuse(reply, refused)
    const scope = form['scope'] ?? ''
    if (!scopes.has(scope))
      return refuse(reply, { status: 400, error: 'invalid_scope', description: `Unknown scope: ${scope}` })
    return reply.send({
      access_token: this.#issue(client, []),
      scope,
      token_type: 'Bearer',
      expires_in: tokenLifetimeS,
    })
  }

  #assertion(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = readForm(request.body)
    const refused = refuseGrant(form)
    if (refused) return refuse(reply, refused)
    const verified = this.#verify(form)
    if ('refused' in verified) return refuse(reply, verified.refused)
    return reply.send({
      access_token: this.#issue(verified.client, verified.entries),
      token_type: 'bearer',
      expires_in: tokenLifetimeS,
    })
  }

  #issue({ clientId }: JpmorganClient, entries: readonly Entry[]): string {
    const token = randomBytes(32).toString('base64url')
    const expiresAt = this.#parts.nowMs() + tokenLifetimeS * 1000
    this.#parts.write([...entries, { type: 'token', record: { digest: digest(token), clientId, expiresAt } }])
    return token
  }

  #verify(form: Readonly<Record<string, string>>): Verified {
    const client = this.#parts.clients.find(({ clientId }) => clientId === form['client_id'])
    if (!client?.publicKey) return badAssertion('unknown client_id')
    if (form['client_assertion_type'] !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return badAssertion('client_assertion_type')
    if (!form['resource'] || (client.resource !== undefined && form['resource'] !== client.resource))
      return badAssertion('resource')
    const jwt = readJwt(form['client_assertion'] ?? '')
    if (!jwt) return badAssertion('client_assertion is not a signed JWT')
    const { key, keyId } = readKey(client.publicKey, client.keyId)
    if (jwt.header.alg !== 'RS256' || jwt.header.typ !== 'JWT')
      return badAssertion('header: typ JWT and alg RS256 are expected')
    if (keyId !== undefined && jwt.header.kid !== keyId)
      return badAssertion('header: kid is not the thumbprint of the registered certificate')
    if (!verify('RSA-SHA256', Buffer.from(jwt.signed), key, jwt.signature)) return badAssertion('signature')
    return this.#checkClaims(client, jwt.claims)
  }

  #checkClaims(client: JpmorganClient, claims: z.infer<typeof claimsShape>): Verified {
    const nowS = this.#parts.nowMs() / 1000
    const { clientId } = client
    const { jti } = claims
    if (claims.iss !== clientId || claims.sub !== clientId)
      return badAssertion('iss and sub must be the client_id')
    if (!this.#parts.audiences().includes(claims.aud)) return badAssertion('aud must be the token URL')
    if (claims.iat > nowS + skewS || claims.exp <= nowS - skewS)
      return badAssertion('iat or exp: not valid now')
    if (claims.exp <= claims.iat || claims.exp - claims.iat > longestAssertionS)
      return badAssertion('exp must be at most 10 minutes after iat')
    if (this.#parts.records.assertions.has(`${clientId} ${jti}`)) return badAssertion('jti was used before')
    return {
      client,
      entries: [{ type: 'assertion', record: { clientId, jti, expiresAt: (claims.exp + skewS) * 1000 } }],
    }
  }
}

const headerShape = z.looseObject({ alg: z.string(), typ: z.string().optional(), kid: z.string().optional() })
const claimsShape = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1).max(256),
})

interface Jwt {
  readonly header: z.infer<typeof headerShape>
  readonly claims: z.infer<typeof claimsShape>
  readonly signed: string
  readonly signature: Buffer
}

function readJwt(text: string): Jwt | undefined {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text)
  if (!parts) return undefined
  const [, head = '', body = '', tail = ''] = parts
  const header = headerShape.safeParse(readJson(head))
  const claims = claimsShape.safeParse(readJson(body))
  if (!header.success || !claims.success) return undefined
  return {
    header: header.data,
    claims: claims.data,
    signed: `${head}.${body}`,
    signature: Buffer.from(tail, 'base64url'),
  }
}

function readJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}

function readKey(pem: string, keyId: string | undefined): { key: KeyObject; keyId: string | undefined } {
  const key = createPublicKey(pem)
  if (keyId !== undefined || !pem.includes('BEGIN CERTIFICATE')) return { key, keyId }
  return { key, keyId: new X509Certificate(pem).fingerprint.replaceAll(':', '') }
}

function readForm(body: unknown): Readonly<Record<string, string>> {
  const form = z.record(z.string(), z.string()).safeParse(body)
  return form.success ? form.data : {}
}

function readBasic(authorization: string | undefined): [string, string] {
  const encoded = /^Basic ([\w+/=]+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

function refuseGrant(form: Readonly<Record<string, string>>): OAuthRefusal | undefined {
  const grant = form['grant_type']
  if (grant === undefined)
    return { status: 400, error: 'invalid_request', description: 'grant_type is missing; send a form' }
  if (grant === 'client_credentials') return undefined
  return { status: 400, error: 'unsupported_grant_type', description: 'client_credentials is expected' }
}

function badAssertion(what: string): { refused: OAuthRefusal } {
  return {
    refused: {
      status: 400,
      error: 'invalid_grant',
      description: `MSIS9622: Client authentication failed: ${what}`,
    },
  }
}

function refuse(reply: FastifyReply, { status, error, description }: OAuthRefusal): FastifyReply {
  return reply.code(status).send({ error, error_description: description })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(expected)))
}
