import type { SavedCard } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { stageEvents } from '../events.ts'
import { notFound } from '../not-found.ts'
import { readSavedCard, renderSavedCard } from './store.ts'

interface Removing {
  readonly marketplace: string
  readonly id: string
  readonly now: Date
  /** Only a card that this buyer saved; any by default. */
  readonly buyer?: string
}

/**
 * Removes a saved card: from now on nothing is paid with it, and the vault is to delete its number. One that is removed
 * already stays so.
 *
 * @refuses not_found
 */
export async function removeSavedCard(tx: Tx, { marketplace, id, now, buyer }: Removing): Promise<SavedCard | Refusal> {
  const found = await readSavedCard(tx.db, { marketplace, id })
  const theirs = buyer === undefined || found?.buyer_reference === buyer
  if (!found || !theirs || found.state === 'pending' || found.state === 'refused') return notFound('saved card', id)
  const place = { marketplace_id: marketplace, buyer_reference: found.buyer_reference, card_fingerprint: found.card_fingerprint }
  // the place first, as whoever saves the same card again has it
  await tx.client.query({
    name: 'lock_saved_card_slot',
    text: 'select 1 from saved_card_slots where marketplace_id = $1 and buyer_reference = $2 and card_fingerprint = $3 for update',
    values: Object.values(place),
  })
  const removed = await tx.db.updateTable('saved_cards').set({ state: 'removed', removed_at: now, vault_task: 'delete' })
    .where('marketplace_id', '=', marketplace).where('id', '=', id).where('state', '=', 'active').returningAll().executeTakeFirst()
  if (!removed) return renderSavedCard((await readSavedCard(tx.db, { marketplace, id })) ?? found)
  await tx.db.deleteFrom('saved_card_slots').where('marketplace_id', '=', marketplace).where('saved_card_id', '=', id).execute()
  const data = renderSavedCard(removed)
  stageEvents(tx, { marketplace, now }, [{ type: 'saved_card.removed', subject: id, data }])
  return data
}
