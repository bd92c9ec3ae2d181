import type { OfferedCard, SavedCard } from '@holdfast/contract/types'
import type { Insertable, Selectable } from 'kysely'
import { inOrder, instant, instantOrNull, type Reader } from '../store/render/values.ts'
import type { SavedCardsTable } from '../store/tables.ts'

export type SavedCardRow = Selectable<SavedCardsTable>
export type NewSavedCard = Insertable<SavedCardsTable>

/** The buyer of a session, as the merchant's server named them. */
export interface Buyer {
  readonly marketplace: string
  readonly reference: string
  /** The company that they buy for. */
  readonly company: string | null
}

/** Whether a buyer may pay with a card: their own, or one that a colleague shared. */
export function mayUse({ reference, company }: Buyer, card: Pick<SavedCardRow, 'state' | 'buyer_reference' | 'company_reference'>): boolean {
  const shared = company !== null && card.company_reference === company
  return card.state === 'active' && (card.buyer_reference === reference || shared)
}

export function renderSavedCard(row: SavedCardRow): SavedCard {
  return {
    id: row.id, object: 'saved_card', status: row.state === 'active' ? 'active' : 'removed',
    buyer: row.buyer_reference, company: row.company_reference,
    brand: row.card_brand, last4: row.card_last4, expMonth: row.card_exp_month, expYear: row.card_exp_year,
    fingerprint: row.card_fingerprint,
    consent: {
      version: row.consent_version, locale: row.consent_locale, shared: row.consent_shared, session: row.session_id,
      payment: row.payment_id, at: instant(row.consented_at),
    },
    lastUsedAt: instantOrNull(row.last_used_at), removedAt: instantOrNull(row.removed_at), createdAt: instant(row.created_at),
  }
}

/** Saved cards as the merchant's server sees them; those of payments that did not succeed were never there. */
export async function readSavedCards(db: Reader, marketplace: string, ids: readonly string[]): Promise<SavedCard[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('saved_cards').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids)
    .where('state', 'in', ['active', 'removed']).execute()
  return inOrder(ids, rows.map(renderSavedCard))
}

export async function readSavedCard(db: Reader, { marketplace, id }: { marketplace: string; id: string }): Promise<SavedCardRow | undefined> {
  return db.selectFrom('saved_cards').selectAll().where('marketplace_id', '=', marketplace).where('id', '=', id).executeTakeFirst()
}

/** A page can show so many; the least recently used are left out. */
const MOST_OFFERED = 20

/** The cards that a buyer can pay with, their own first, each number once. */
export async function readOffered(db: Reader, buyer: Buyer, now: Date): Promise<OfferedCard[]> {
  const rows = await db.selectFrom('saved_cards').selectAll().where('marketplace_id', '=', buyer.marketplace).where('state', '=', 'active')
    .where(({ eb, or }) => or([eb('buyer_reference', '=', buyer.reference), eb('company_reference', '=', buyer.company)])).execute()
  const own = (row: SavedCardRow): boolean => row.buyer_reference === buyer.reference
  const usedAt = ({ last_used_at: used, created_at: made }: SavedCardRow): number => (used ?? made).getTime()
  const sorted = rows.toSorted((a, b) => Number(own(b)) - Number(own(a)) || usedAt(b) - usedAt(a))
  const seen = new Set<string>()
  const once = sorted.filter(({ card_fingerprint: number }) => !seen.has(number) && seen.add(number))
  return once.slice(0, MOST_OFFERED).map((row) => ({
    id: row.id, brand: row.card_brand, last4: row.card_last4, expMonth: row.card_exp_month, expYear: row.card_exp_year,
    expired: hasExpired(row, now), own: own(row),
  }))
}

/** Its month has ended in the last time zone, UTC−12. For show: the vault decides. */
const hasExpired = ({ card_exp_month: month, card_exp_year: year }: SavedCardRow, now: Date): boolean =>
  now.getTime() >= Date.UTC(year, month, 1, 12)

/** What a session says of saved cards, and whose they are; null: it offers none. */
export interface Offer {
  readonly buyer: Buyer
  readonly securityCode: 'always' | 'never'
}

export async function readOffer(db: Reader, { marketplace, session }: { marketplace: string; session: string }): Promise<Offer | null> {
  const row = await db.selectFrom('sessions')
    .innerJoin('orders', (join) => join.onRef('orders.marketplace_id', '=', 'sessions.marketplace_id').onRef('orders.id', '=', 'sessions.order_id'))
    .select(['sessions.saved_cards', 'orders.buyer_reference', 'orders.buyer_company'])
    .where('sessions.marketplace_id', '=', marketplace).where('sessions.id', '=', session).executeTakeFirst()
  return row ? offerOf({ marketplace, ...row }) : null
}

export function offerOf(
  row: { readonly marketplace: string; readonly saved_cards: 'always' | 'never' | null; readonly buyer_reference: string | null; readonly buyer_company: string | null },
): Offer | null {
  const { marketplace, saved_cards: securityCode, buyer_reference: reference, buyer_company: company } = row
  return securityCode === null || reference === null ? null : { securityCode, buyer: { marketplace, reference, company } }
}
