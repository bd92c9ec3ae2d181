import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@holdfast/contract'
import type { Deps } from './deps.ts'
import { framingOrigins } from './hosted/origin.ts'
import { createMarketplace, newKeys, readMarketplaceRow, type MarketplaceKeys, type NewMarketplace } from './marketplaces.ts'
import { inTransaction } from './postgres/transaction.ts'

/** A marketplace for development, with the keys that its server and pages use. */
export interface DevelopmentMarketplace extends MarketplaceKeys {
  readonly id: string
}

/**
 * Makes a marketplace with this name, or finds the one that an earlier start made: its id and keys are kept in the
 * data folder, readable by its owner alone. Its origins become the ones given.
 *
 * @throws Error - in live mode, where keys are shown once and kept nowhere
 */
export async function ensureMarketplace(deps: Deps, { name, origins }: Pick<NewMarketplace, 'name' | 'origins'>): Promise<DevelopmentMarketplace> {
  if (deps.config.mode === 'live') throw new Error('live mode keeps no keys: use holdfast-backend create-marketplace')
  const known = await keptMarketplace(deps.config.dataFolder, name)
  const row = await readMarketplaceRow(deps.db, known.id)
  await inTransaction(deps.pool, async (tx) => {
    if (!row) await createMarketplace(tx, deps.sealer, { name, origins, mode: 'test', id: known.id, keys: known })
    else await tx.db.updateTable('marketplaces').set({ origins: [...origins] }).where('marketplace_id', '=', known.id).execute()
  })
  await deps.vault.putMarketplace(known.id, { name, origins: framingOrigins(deps, origins) })
  return known
}

async function keptMarketplace(folder: string, name: string): Promise<DevelopmentMarketplace> {
  const file = join(folder, `marketplace-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`)
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== null) return JSON.parse(known) as DevelopmentMarketplace
  const id = newId('marketplace')
  const made: DevelopmentMarketplace = { id, ...newKeys(id, 'test') }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, JSON.stringify(made, null, 2), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return made
}
