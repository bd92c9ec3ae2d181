import type { ResponseOf } from '@holdfast/contract'
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
