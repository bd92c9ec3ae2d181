import { timingSafeEqual } from 'node:crypto'
import type { Caller } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import type { Pool } from 'pg'
import { invalid as linkInvalid, openBuyerLink } from '../buyer-link.ts'
import { realNow } from '../clock.ts'
import type { Deps } from '../deps.ts'
import { isPageOf } from '../hosted/origin.ts'
import { parseKey } from '../keys.ts'
import { keyCacheOf } from './key-cache.ts'
import type { CallingMarketplace, Calling } from './route.ts'

/** Who calls, for which marketplace. */
export interface Authenticated {
  readonly marketplace: CallingMarketplace | null
  readonly caller: Calling
}

export interface Credentials {
  readonly authorization: string | undefined
  readonly origin: string | null
}

type AuthDeps = Pick<Deps, 'pool' | 'hooks' | 'config' | 'sealer' | 'publicUrl'>

/**
 * Finds out who makes a call.
 *
 * @refuses key_missing, key_invalid, key_kind_refused - of an API key
 * @refuses client_secret_invalid, origin_not_allowed - of a page
 * @refuses buyer_link_invalid, buyer_link_expired, origin_not_allowed - of a buyer
 */
export async function authenticate(deps: AuthDeps, wanted: Caller, credentials: Credentials): Promise<Authenticated | Refusal> {
  if (wanted === 'public' || wanted === 'hosted') return { marketplace: null, caller: { kind: wanted } }
  const bearer = /^Bearer +(\S+) *$/i.exec(credentials.authorization ?? '')?.[1]
  if (wanted === 'page') return authenticatePage(deps, bearer, credentials.origin)
  if (wanted === 'buyer') return authenticateBuyer(deps, bearer, credentials.origin)
  if (bearer === undefined) return missing
  const found = await authenticateKey(deps, bearer)
  if (isRefusal(found) || wanted === 'publishable' || found.caller.kind === 'secret') return found
  return {
    refused: 'key_kind_refused',
    detail: 'A publishable key may not make this call. Use a secret key (sk_…), from your server only.',
  }
}

const missing: Refusal = {
  refused: 'key_missing',
  detail: 'The call has no Authorization header with an API key. Send: Authorization: Bearer sk_…',
}
const invalid: Refusal = {
  refused: 'key_invalid',
  detail: 'The API key is not one of this marketplace, was revoked, or belongs to the other mode. Check which key and which server you use.',
}
const secretInvalid: Refusal = {
  refused: 'client_secret_invalid',
  detail: 'The call has no valid client secret. Send the clientSecret of the checkout session: Authorization: Bearer cs_…',
}

interface KeyRow {
  id: string
  kind: 'secret' | 'publishable'
  hash: Buffer
  name: string
  mode: 'test' | 'live'
  origins: string[]
  /** Until the key runs out by itself; null: never. */
  life_ms: number | null
}

async function authenticateKey({ pool, config }: AuthDeps, key: string): Promise<Authenticated | Refusal> {
  const parsed = parseKey(key)
  if (!parsed || parsed.mode !== config.mode) return invalid
  const cache = keyCacheOf(pool)
  const hash = parsed.hash.toString('latin1')
  const known = cache.get(hash)
  if (known) return known
  const keep = cache.keeping(hash)
  const { rows } = await pool.query<KeyRow>({
    name: 'authenticate_key',
    text: `select k.id, k.kind, k.hash, m.name, m.mode, m.origins,
             (extract(epoch from k.expires_at - now()) * 1000)::float8 as life_ms
           from api_keys k join marketplaces m using (marketplace_id)
           where k.marketplace_id = $1 and k.hash = $2 and k.mode = $3 and k.revoked_at is null
             and (k.expires_at is null or k.expires_at > now())`,
    values: [parsed.marketplace, parsed.hash, parsed.mode],
  })
  const row = rows[0]
  if (!row || !timingSafeEqual(row.hash, parsed.hash)) return invalid
  const found: Authenticated = {
    marketplace: { id: parsed.marketplace, name: row.name, mode: row.mode, origins: row.origins },
    caller: { kind: row.kind, apiKey: row.id },
  }
  keep(found, row.life_ms ?? Number.POSITIVE_INFINITY)
  return found
}

async function authenticatePage(deps: AuthDeps, secret: string | undefined, origin: string | null): Promise<Authenticated | Refusal> {
  const found = secret === undefined ? null : await deps.hooks.findSessionBySecret(secret)
  const marketplace = found && (await readMarketplace(deps.pool, found.marketplace))
  if (!found || !marketplace || marketplace.mode !== deps.config.mode) return secretInvalid
  if (origin !== null && !isPageOf(deps, { origins: marketplace.origins, origin })) return originRefused(origin)
  return { marketplace, caller: { kind: 'page', session: found.session } }
}

async function authenticateBuyer(deps: AuthDeps, secret: string | undefined, origin: string | null): Promise<Authenticated | Refusal> {
  const link = secret === undefined ? linkInvalid : openBuyerLink(deps.sealer, secret, realNow())
  if (isRefusal(link)) return link
  const marketplace = await readMarketplace(deps.pool, link.marketplace)
  if (!marketplace || marketplace.mode !== deps.config.mode) return linkInvalid
  if (origin !== null && !isPageOf(deps, { origins: marketplace.origins, origin })) return originRefused(origin)
  return { marketplace, caller: { kind: 'buyer', order: link.order, expiresAt: link.expiresAt } }
}

function originRefused(origin: string): Refusal {
  return {
    refused: 'origin_not_allowed',
    detail: `The marketplace has not registered the origin ${origin.slice(0, 100)}. Add it by PATCH /v1/marketplace { "origins": […] }.`,
  }
}

/** A marketplace by id. */
export async function readMarketplace(pool: Pool, id: string): Promise<CallingMarketplace | null> {
  const { rows } = await pool.query<CallingMarketplace>({
    name: 'read_marketplace',
    text: 'select marketplace_id as id, name, mode, origins from marketplaces where marketplace_id = $1',
    values: [id],
  })
  return rows[0] ?? null
}
