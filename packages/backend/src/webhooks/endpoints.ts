import type { ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import { pageOf, type Page, type Paging } from '../http/paging.ts'
import { refusalOf } from '../http/validation.ts'
import type { Sealer } from '../seal.ts'
import type { Reader } from '../store/render/values.ts'
import type { UrlGuard } from './guard.ts'
import { FAILING_AFTER_MS } from './schedule.ts'
import { newSecret, showSecret } from './signature.ts'
import type { WebhookEndpointsTable } from './tables.ts'

export type WebhookEndpoint = ResponseOf<'webhookEndpoints.retrieve'>
export type WebhookEndpointWithSecret = ResponseOf<'webhookEndpoints.create'>
export type EndpointRow = Selectable<WebhookEndpointsTable>

/** An endpoint's row with until when an older secret signs beside the newest. */
type ShownEndpoint = EndpointRow & { readonly secret_expires_at: Date | null }

/** Endpoints that were not deleted. */
function selectEndpoints(db: Reader, { marketplace, now }: { marketplace: string; now: Date }) {
  return db.selectFrom('webhook_endpoints as e').selectAll('e')
    .select((eb) => eb.selectFrom('webhook_secrets as s').select((one) => one.fn.max('s.expires_at').as('at'))
      .whereRef('s.marketplace_id', '=', 'e.marketplace_id').whereRef('s.endpoint_id', '=', 'e.id')
      .where('s.expires_at', '>', now).as('secret_expires_at'))
    .where('e.marketplace_id', '=', marketplace).where('e.state', '<>', 'deleted')
}

export interface WhichEndpoint {
  readonly marketplace: string
  readonly id: string
  readonly now: Date
}

/** Reads one as the API shows it. */
export async function readEndpoint(db: Reader, { id, ...which }: WhichEndpoint): Promise<WebhookEndpoint | Refusal> {
  const row = await selectEndpoints(db, which).where('e.id', '=', id).executeTakeFirst()
  return row ? renderEndpoint(row, which.now) : notFound('webhook endpoint', id)
}

/** One page of them, newest first. */
export async function listEndpoints(db: Reader, { paging, ...which }: Omit<WhichEndpoint, 'id'> & { readonly paging: Paging }): Promise<Page<WebhookEndpoint>> {
  const rows = await selectEndpoints(db, which)
    .$if(paging.after !== null, (q) => q.where('e.id', '<', paging.after as string))
    .orderBy('e.id', 'desc').limit(paging.limit + 1).execute()
  return pageOf(rows, paging, (row) => renderEndpoint(row, which.now))
}

/** Locks one that is not deleted, for a change. */
export async function lockEndpoint(tx: Tx, { marketplace, id }: WhichEndpoint): Promise<EndpointRow | Refusal> {
  const row = await tx.db.selectFrom('webhook_endpoints').selectAll()
    .where('marketplace_id', '=', marketplace).where('id', '=', id).where('state', '<>', 'deleted')
    .forNoKeyUpdate().executeTakeFirst()
  return row ?? notFound('webhook endpoint', id)
}

/** An endpoint as the API answers it: never its secrets. */
function renderEndpoint(row: ShownEndpoint, now: Date): WebhookEndpoint {
  const failing = row.failing_since !== null && now.getTime() - row.failing_since.getTime() >= FAILING_AFTER_MS
  const instant = (at: Date | null): string | null => at?.toISOString() ?? null
  return {
    id: row.id, object: 'webhook_endpoint', url: row.url, description: row.description,
    eventTypes: row.event_types as WebhookEndpoint['eventTypes'],
    status: row.state === 'disabled' ? 'disabled' : failing ? 'failing' : 'enabled',
    disabledReason: row.disabled_reason, failingSince: instant(row.failing_since),
    secretExpiresAt: instant(row.secret_expires_at), createdAt: row.created_at.toISOString(),
  }
}

/** Checks a URL, which may ask DNS: before a transaction, never in one. */
export async function checkUrl(guard: UrlGuard, url: string): Promise<{ readonly url: string } | Refusal> {
  const checked = await guard.check(url)
  return 'wrong' in checked ? refusalOf([{ field: 'url', detail: `${checked.wrong}.` }], 'body') : checked
}

export interface NewSecret {
  readonly marketplace: string
  readonly endpoint: string
  readonly now: Date
  readonly sealer: Sealer
}

/** Adds a secret, the endpoint's newest. @returns it as it is shown, this once */
export async function addSecret(tx: Tx, { marketplace, endpoint, now, sealer }: NewSecret): Promise<string> {
  const key = newSecret()
  const { last } = await tx.db.selectFrom('webhook_secrets').select(({ fn }) => fn.max('number').as('last'))
    .where('marketplace_id', '=', marketplace).where('endpoint_id', '=', endpoint).executeTakeFirstOrThrow()
  await tx.db.insertInto('webhook_secrets').values({
    marketplace_id: marketplace, endpoint_id: endpoint, number: (last ?? 0) + 1, created_at: now, expires_at: null,
    sealed: sealer.seal(key, placeOfSecret(marketplace, endpoint)),
  }).execute()
  return showSecret(key)
}

/** Where an endpoint's secrets belong: sealed for here, they open nowhere else. */
export const placeOfSecret = (marketplace: string, endpoint: string): string => `webhook_secrets/${marketplace}/${endpoint}`
