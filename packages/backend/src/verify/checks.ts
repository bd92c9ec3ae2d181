import type { Check } from './check.ts'
import { ledgerChecks } from './ledger.ts'
import { orderChecks } from './orders.ts'
import { sellerChecks } from './sellers.ts'

/** Every check there is. */
export const checks: readonly Check[] = [...orderChecks, ...sellerChecks, ...ledgerChecks]
