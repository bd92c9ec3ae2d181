import type { Deps } from '../deps.ts'
import { readNow } from '../commands/execute.ts'
import type { Ask, JobHandler, Subject } from '../jobs/handler.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { removeSavedCard } from './remove.ts'
import { readSavedCard } from './store.ts'

/**
 * Tells the vault which numbers to keep for good and which to delete, after the transaction that decided it. Both may
 * be said twice. Until it is told, the vault keeps a number for a day.
 */
export const savedCards: JobHandler = {
  queue: 'saved-cards',
  async due({ pool }: Deps, { limit, except }: Ask) {
    const { rows } = await pool.query<Subject>({
      name: 'due_saved_cards',
      text: 'select marketplace_id as marketplace, id from saved_cards where vault_task is not null and id <> all($2) order by id limit $1',
      values: [limit, except],
    })
    return rows
  },
  async handle(deps, { marketplace, id }) {
    const row = await readSavedCard(deps.db, { marketplace, id })
    if (!row?.vault_task) return
    if (row.vault_task === 'delete') await deps.vault.removeSavedCard({ marketplace, savedCard: id })
    else if (!(await deps.vault.keepSavedCard({ marketplace, savedCard: id }))) return lose(deps, { marketplace, id })
    await done(deps, { marketplace, id, task: row.vault_task, refused: row.state === 'refused' })
  },
}

/** Of a card whose payment failed nothing is left. */
async function done({ db }: Deps, { marketplace, id, task, refused }: Subject & { task: 'keep' | 'delete'; refused: boolean }): Promise<void> {
  if (refused) await db.deleteFrom('saved_cards').where('marketplace_id', '=', marketplace).where('id', '=', id).where('state', '=', 'refused').execute()
  // told to keep what is to be deleted by now: that is still to be said
  else await db.updateTable('saved_cards').set({ vault_task: null }).where('marketplace_id', '=', marketplace).where('id', '=', id)
    .where('vault_task', '=', task).execute()
}

/** The vault had given the number up: its payment was unknown for longer than a day. */
async function lose(deps: Deps, { marketplace, id }: Subject): Promise<void> {
  deps.log.warn({ savedCard: id }, 'the vault no longer has the number of a card that was saved; it is removed')
  await inTransaction(deps.pool, async (tx) => { await removeSavedCard(tx, { marketplace, id, now: await readNow(tx) }) })
}
