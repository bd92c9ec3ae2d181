import { newId } from '@holdfast/contract'
import type { SaveCard } from '@holdfast/contract/types'
import { happened, type Refusal, type StoredCredential } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { CardView } from '../rail/attempts/way.ts'
import type { Desk } from '../store/book.ts'
import type { OperationRow } from '../store/operations.ts'
import type { SessionRow } from '../store/sessions.ts'
import { mayUse, offerOf, type SavedCardRow } from './store.ts'

/*
 * What an attempt means for what is kept: it pays with a saved card, or its buyer wants the card kept. All of it is
 * decided in the transactions of the attempt itself, by what the merchant's server said of the session.
 */

interface Asking {
  readonly session: SessionRow
  readonly card: CardView
  readonly save: SaveCard | undefined
}

/** What networks are told of the card. Undefined: it is used this once. */
export async function credentialOf(tx: Tx, { session, card, save }: Asking): Promise<StoredCredential | undefined | Refusal> {
  if (!save && card.savedCard === null) return undefined
  const offer = offerOf({ marketplace: session.marketplace_id, saved_cards: session.saved_cards, ...(await buyerOf(tx, session)) })
  if (save) return first({ card, save, company: offer?.buyer.company ?? null, offered: offer !== null })
  const saved = offer && await lockForUse(tx, session.marketplace_id, card.savedCard as string)
  if (!saved || !mayUse(offer.buyer, saved)) return notTheirs
  if (offer.securityCode === 'always' && !card.securityCode) return codeWanted
  return {
    use: 'again', initiator: 'buyer', savedCard: saved.id,
    ...(saved.network_transaction_id !== null && { networkTransactionId: saved.network_transaction_id }),
  }
}

async function buyerOf(tx: Tx, { marketplace_id, order_id }: SessionRow) {
  return tx.db.selectFrom('orders').select(['buyer_reference', 'buyer_company'])
    .where('marketplace_id', '=', marketplace_id).where('id', '=', order_id).executeTakeFirstOrThrow()
}

/** Shared with other payments; a removal waits, and what follows it finds the card removed. */
async function lockForUse(tx: Tx, marketplace: string, id: string): Promise<SavedCardRow | undefined> {
  return tx.db.selectFrom('saved_cards').selectAll().where('marketplace_id', '=', marketplace).where('id', '=', id)
    .forShare().executeTakeFirst()
}

const notTheirs: Refusal = {
  refused: 'token_refused', field: 'token',
  detail: 'The saved card was removed, or is not one that this session’s buyer may pay with. Show the buyer the cards that GET /v1/checkout lists.',
}
const codeWanted: Refusal = {
  refused: 'token_refused', field: 'token',
  detail: 'This session wants the security code of a saved card. Ask for it in the card frame.',
}
const refuseSave = (detail: string): Refusal => ({ refused: 'validation_failed', field: 'save', detail: `save: ${detail}` })

function first(
  { card, save, company, offered }: { card: CardView; save: SaveCard; company: string | null; offered: boolean },
): StoredCredential | Refusal {
  if (!offered) return refuseSave('this session keeps no cards. Create it with savedCards and buyer.reference, on the merchant’s server.')
  if (card.savedCard !== null || card.wallet !== null) return refuseSave('only a card that was typed can be kept.')
  if (save.shared && company === null) return refuseSave('shared needs a buyer who buys for a company. Name it as buyer.companyReference, on the merchant’s server.')
  return { use: 'first', initiator: 'buyer', savedCard: newId('savedCard') }
}

interface Recording extends Asking {
  readonly payment: string
  readonly credential: StoredCredential | undefined
}

/** Records what the buyer agreed to, before the card is sent; it counts once the payment is approved. */
export async function recordConsent(tx: Tx, desk: Desk, { session, card, save, payment, credential }: Recording): Promise<void> {
  if (!save || credential?.use !== 'first') return
  const buyer = await buyerOf(tx, session)
  await tx.db.insertInto('saved_cards').values({
    marketplace_id: desk.marketplace, id: credential.savedCard, state: 'pending', buyer_reference: buyer.buyer_reference as string,
    company_reference: save.shared ? buyer.buyer_company : null,
    card_brand: card.brand, card_last4: card.last4, card_exp_month: card.expMonth, card_exp_year: card.expYear,
    card_fingerprint: card.fingerprint,
    consent_version: save.consent, consent_locale: save.locale, consent_shared: save.shared, consented_at: desk.now,
    session_id: session.id, payment_id: payment, network_transaction_id: null, vault_task: null,
    created_at: desk.now, last_used_at: null, removed_at: null,
  }).execute()
}

const credentialIn = ({ request }: OperationRow): StoredCredential | undefined => request['credential'] as StoredCredential | undefined

interface Approved {
  readonly op: OperationRow
  readonly networkTransactionId: string | undefined
}

/** The payment was approved: what it was to save is saved. */
export async function settleCredential(tx: Tx, desk: Desk, { op, networkTransactionId }: Approved): Promise<void> {
  const credential = credentialIn(op)
  if (!credential) return
  const { savedCard: id } = credential
  if (credential.use === 'again') await change(tx, desk, id, { last_used_at: desk.now })
  else await saveCard(tx, desk, { id, networkTransactionId: networkTransactionId ?? null })
}

/** The payment took nothing: nothing is saved, and the vault forgets the number. */
export async function dropCredential(tx: Tx, desk: Desk, op: OperationRow): Promise<void> {
  const credential = credentialIn(op)
  if (credential?.use === 'first') await change(tx, desk, credential.savedCard, { state: 'refused', vault_task: 'delete' })
}

async function change(tx: Tx, { marketplace }: Pick<Desk, 'marketplace'>, id: string, to: Partial<NewValues>): Promise<void> {
  await tx.db.updateTable('saved_cards').set(to).where('marketplace_id', '=', marketplace).where('id', '=', id).execute()
}
type NewValues = Omit<SavedCardRow, 'marketplace_id' | 'id'>

/** The same number, saved twice by a buyer, is one card: the newer expiry and the wider consent count. */
async function saveCard(tx: Tx, desk: Desk, { id, networkTransactionId }: { id: string; networkTransactionId: string | null }): Promise<void> {
  const { marketplace } = desk
  const card = await lockForChange(tx, marketplace, id)
  if (card.state !== 'pending') return
  const before = await takeSlot(tx, card)
  const old = before === id ? null : await lockForChange(tx, marketplace, before)
  const same = old !== null && old.card_exp_month === card.card_exp_month && old.card_exp_year === card.card_exp_year
  if (same) {
    await change(tx, desk, id, { state: 'refused', vault_task: 'delete' })
    if (card.company_reference !== null) await widen(tx, desk, { old, card })
    return
  }
  if (old) await retire(tx, desk, old)
  await tx.db.updateTable('saved_card_slots').set({ saved_card_id: id }).where('marketplace_id', '=', marketplace)
    .where('buyer_reference', '=', card.buyer_reference).where('card_fingerprint', '=', card.card_fingerprint).execute()
  await change(tx, desk, id, { state: 'active', vault_task: 'keep', network_transaction_id: networkTransactionId })
  happened(desk.book, 'saved_card.created', id)
}

/** What the buyer agreed to now goes further than what they had agreed to. */
async function widen(tx: Tx, desk: Desk, { old, card }: { old: SavedCardRow; card: SavedCardRow }): Promise<void> {
  const { company_reference, consent_version, consent_locale, consent_shared, consented_at, session_id, payment_id } = card
  await change(tx, desk, old.id,
    { company_reference, consent_version, consent_locale, consent_shared, consented_at, session_id, payment_id })
}

async function lockForChange(tx: Tx, marketplace: string, id: string): Promise<SavedCardRow> {
  return tx.db.selectFrom('saved_cards').selectAll().where('marketplace_id', '=', marketplace).where('id', '=', id)
    .forNoKeyUpdate().executeTakeFirstOrThrow()
}

/** Locks the place of a buyer's card; the id of the card that has it: this one, or the one before. */
async function takeSlot(tx: Tx, { marketplace_id, id, buyer_reference, card_fingerprint }: SavedCardRow): Promise<string> {
  const { rows } = await tx.client.query<{ saved_card_id: string }>({
    name: 'take_saved_card_slot',
    text: `insert into saved_card_slots as slot (marketplace_id, buyer_reference, card_fingerprint, saved_card_id) values ($1, $2, $3, $4)
           on conflict (marketplace_id, buyer_reference, card_fingerprint) do update set saved_card_id = slot.saved_card_id
           returning saved_card_id`,
    values: [marketplace_id, buyer_reference, card_fingerprint, id],
  })
  return (rows[0] as { saved_card_id: string }).saved_card_id
}

async function retire(tx: Tx, desk: Desk, { id }: SavedCardRow): Promise<void> {
  await change(tx, desk, id, { state: 'removed', removed_at: desk.now, vault_task: 'delete' })
  happened(desk.book, 'saved_card.removed', id)
}
