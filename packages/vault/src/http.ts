import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ZodError, ZodType, output } from 'zod'
import { sameSecret } from './crypto.ts'
import { addressKey } from './rate-limits.ts'
import { isRefusal, problemOf } from './refusal.ts'
import type { VaultRefusal } from './refusal.ts'
import type { Vault } from './vault.ts'

/* What routes share: who may call, how a body is read, how it is answered. Nothing here repeats what was sent. */

/** Answers with a problem document. */
export function refuse(reply: FastifyReply, request: FastifyRequest, refusal: VaultRefusal): FastifyReply {
  const { status, body } = problemOf(refusal, request.id)
  if (refusal.retryAfterMs !== undefined)
    reply.header('retry-after', String(Math.ceil(refusal.retryAfterMs / 1000)))
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body))
}

/** Answers with what a call came to: a problem document, or the body it has. */
export function answer(
  reply: FastifyReply,
  request: FastifyRequest,
  result: VaultRefusal | object,
  status = 200,
): FastifyReply {
  return isRefusal(result)
    ? refuse(reply, request, result)
    : reply.code(status).type('application/json').send(JSON.stringify(result))
}

/** Reads a body by its schema. Names the first field that is wrong, and what is expected there in the schema's own words. */
export function parseBody<Schema extends ZodType>(
  schema: Schema,
  body: unknown,
): VaultRefusal | { value: output<Schema> } {
  const parsed = schema.safeParse(body)
  return parsed.success
    ? { value: parsed.data }
    : { refused: 'validation_failed', ...whatIsWrong(parsed.error) }
}

function whatIsWrong({ issues }: ZodError): { detail: string; field?: string } {
  const [issue] = issues
  if (!issue) return { detail: 'The body is not what is expected here.' }
  const field = issue.path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
  // zod's messages state what is expected; only this kind of them repeats a name that the sender chose
  const detail =
    issue.code === 'unrecognized_keys'
      ? 'There is a field that this call does not have.'
      : `${issue.message}.`
  return field === '' ? { detail } : { detail, field }
}

/** The token of `Authorization: Bearer …`, or an empty text. */
export function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer ([\x21-\x7e]{1,300})$/.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Lets the backend in and nobody else. */
export function refuseStranger({ internalKey }: Vault, request: FastifyRequest): VaultRefusal | undefined {
  if (sameSecret(bearerOf(request), internalKey)) return undefined
  return { refused: 'key_invalid', detail: 'Expected the internal key as a bearer.' }
}

/** Lets the vault's own page in: what it fetches carries its own origin, which no other page can forge. */
export function refuseOtherOrigins({ origin }: Vault, { headers }: FastifyRequest): VaultRefusal | undefined {
  const site = headers['sec-fetch-site']
  if (headers.origin === origin() && (site === undefined || site === 'same-origin')) return undefined
  return {
    refused: 'origin_refused',
    detail: "Only the card frame, on the vault's own origin, may call this.",
  }
}

/** Counts a call from an address. */
export function refuseTooMany({ limiters, now }: Vault, request: FastifyRequest): VaultRefusal | undefined {
  const wait = limiters.address.hit(addressKey(request.ip), now())
  return wait > 0
    ? {
        refused: 'rate_limited',
        detail: 'Too many calls from this address: wait, then try again.',
        retryAfterMs: wait,
      }
    : undefined
}
