import type { OrderView } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import type { BuyerLink } from '../buyer-link.ts'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import type { Desk } from '../store/book.ts'
import { readOrderView } from '../store/render/order-view.ts'

/** What a buyer's link lets through goes to that link's order alone. */
export interface ByBuyer {
  readonly link: BuyerLink
}

/** Refuses an escrow of any other order in the words for one that there isn't. */
export function elsewhere(desk: Desk, { escrow, link }: ByBuyer & { readonly escrow: string }): Refusal | null {
  const found = desk.book.escrows.get(escrow)
  return found && found.order === link.order ? null : { ...notFound('escrow', escrow), field: 'escrow' }
}

/** The orders as their buyers see them, with what was just decided. */
export async function readForBuyers(tx: Tx, desk: Desk, decided: readonly ByBuyer[]): Promise<OrderView[]> {
  const views: OrderView[] = []
  for (const { link } of decided) views.push(await readOrderView(tx.db, { link, now: desk.now }) as OrderView)
  return views
}
