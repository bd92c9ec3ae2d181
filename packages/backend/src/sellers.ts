import type { ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Selectable } from 'kysely'
import { renderBankAccount } from './bank-account.ts'
import type { SellersTable } from './database.ts'

export type Seller = ResponseOf<'sellers.retrieve'>

/** A seller as the API answers it. */
export function renderSeller(row: Selectable<SellersTable>): Seller {
  return {
    id: row.id, object: 'seller', reference: row.reference, name: row.name, email: row.email, country: row.country,
    bankAccount: renderBankAccount(row), metadata: row.metadata, createdAt: row.created_at.toISOString(),
  }
}

/** A seller that this marketplace doesn't have, be it another's. */
export function noSeller(id: string): Refusal {
  return { refused: 'not_found', detail: `There is no seller ${id} in this marketplace.`, field: 'id' }
}
