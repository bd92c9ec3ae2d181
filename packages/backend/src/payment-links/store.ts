import type { Details, PaymentLink, PaymentLinkCreate } from '@holdfast/contract/types'
import { sql, type Selectable } from 'kysely'
import type { Deps } from '../deps.ts'
import { collectOf, detailsOf } from '../details/details.ts'
import { paymentLinkUrlOf } from '../hosted/origin.ts'
import { grouped, inOrder, instant, instantOrNull, wire, type Reader } from '../store/render/values.ts'
import type { PaymentLinksTable } from '../store/tables.ts'

/** What each session of a link is made of, as the merchant's server said it. */
export type Sells = Omit<PaymentLinkCreate, 'reference' | 'currency' | 'maxUses' | 'expiresInMinutes' | 'details'> & { readonly details?: Partial<Details> }

export type PaymentLinkRow = Selectable<PaymentLinksTable>

/** A place of a link, and how the session stands that has it. */
export interface Place {
  readonly place: number
  readonly session: string
  readonly state: 'open' | 'processing' | 'complete' | 'expired' | 'canceled'
  readonly expiresAt: Date
}

/** The places that locked links of one marketplace have given out, in order. */
export async function readPlaces(db: Reader, links: readonly Pick<PaymentLinkRow, 'marketplace_id' | 'id'>[]): Promise<Map<string, Place[]>> {
  const [first] = links
  if (!first) return new Map()
  const rows = await db.selectFrom('payment_link_places as p')
    .innerJoin('sessions as s', (join) => join.onRef('s.marketplace_id', '=', 'p.marketplace_id').onRef('s.id', '=', 'p.session_id'))
    .select(['p.payment_link_id as link', 'p.place', 's.id as session', 's.state', 's.expires_at as expiresAt'])
    .where('p.marketplace_id', '=', first.marketplace_id).where('p.payment_link_id', 'in', links.map(({ id }) => id)).orderBy('p.place').execute()
  return grouped(rows, ({ link }) => link)
}

interface Uses {
  readonly complete: number
  readonly open: number
}

async function readUses(db: Reader, marketplace: string, ids: readonly string[]): Promise<ReadonlyMap<string, Uses>> {
  const rows = await db.selectFrom('payment_link_places as p')
    .innerJoin('sessions as s', (join) => join.onRef('s.marketplace_id', '=', 'p.marketplace_id').onRef('s.id', '=', 'p.session_id'))
    .select(['p.payment_link_id as id',
      sql<number>`(count(*) filter (where s.state = 'complete'))::int`.as('complete'),
      sql<number>`(count(*) filter (where s.state = 'processing' or (s.state = 'open' and s.expires_at > app_now())))::int`.as('open')])
    .where('p.marketplace_id', '=', marketplace).where('p.payment_link_id', 'in', ids).groupBy('p.payment_link_id').execute()
  return new Map(rows.map(({ id, complete, open }) => [id, { complete, open }]))
}

type Read = PaymentLinkRow & { readonly mode: 'test' | 'live'; readonly now: Date }

function statusOf(row: Read, { complete }: Uses): PaymentLink['status'] {
  if (row.deactivated_at) return 'inactive'
  if (complete >= row.max_uses) return 'used_up'
  return row.expires_at <= row.now ? 'expired' : 'active'
}

const linesOf = ({ lines }: Sells): PaymentLink['lines'] => lines.map((line) => ({
  reference: line.reference, seller: line.seller, description: line.description ?? null, amount: line.amount,
  platformFee: line.platformFee ?? 0, releaseTerms: line.releaseTerms ?? null,
}))

function render(row: Read, { uses, publicUrl }: { readonly uses: Uses } & Pick<Deps, 'publicUrl'>): PaymentLink {
  const { sells } = row
  const { buyer = {} } = sells
  return {
    id: row.id, object: 'payment_link', reference: row.reference, status: statusOf(row, uses), mode: row.mode,
    url: paymentLinkUrlOf({ publicUrl }, row), currency: row.currency, amount: wire(row.amount),
    captureMode: sells.captureMode ?? 'automatic', threeDSecure: sells.threeDSecure ?? 'automatic', returnUrl: sells.returnUrl,
    buyer: { reference: buyer.reference ?? null, name: buyer.name ?? null, email: buyer.email ?? null, companyReference: buyer.companyReference ?? null },
    collect: collectOf(sells.collect ?? {}), details: detailsOf(sells.details ?? {}), lines: linesOf(sells),
    maxUses: row.max_uses, uses, expiresAt: instant(row.expires_at), deactivatedAt: instantOrNull(row.deactivated_at),
    metadata: sells.metadata ?? {}, createdAt: instant(row.created_at),
  }
}

/** Payment links as the merchant's server sees them. */
export async function readPaymentLinks(
  { db, publicUrl }: { readonly db: Reader } & Pick<Deps, 'publicUrl'>, marketplace: string, ids: readonly string[],
): Promise<PaymentLink[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('payment_links as l').innerJoin('marketplaces as m', 'm.marketplace_id', 'l.marketplace_id')
    .selectAll('l').select(['m.mode', sql<Date>`app_now()`.as('now')])
    .where('l.marketplace_id', '=', marketplace).where('l.id', 'in', ids).execute()
  const uses = await readUses(db, marketplace, ids)
  return inOrder(ids, rows.map((row) => render(row, { publicUrl, uses: uses.get(row.id) ?? { complete: 0, open: 0 } })))
}
