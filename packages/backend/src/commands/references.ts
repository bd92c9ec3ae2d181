import type { Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'

/** The tables whose rows a merchant names by a reference, and what one of them is called. */
const kinds = { orders: 'order', captures: 'capture', releases: 'release', refunds: 'refund',
  payouts: 'payout', payment_links: 'payment link' } as const

/** What can fail, and then gives its reference back. */
const failing: ReadonlySet<string> = new Set(['captures', 'refunds', 'payouts'])

/**
 * The objects that have some references already, by reference. What failed gave its own back.
 *
 * Two transactions that take one reference at the same instant collide on a unique index; the loser is run again.
 */
export async function takenReferences(
  tx: Tx, marketplace: string,
  { table, references }: { readonly table: keyof typeof kinds; readonly references: readonly (string | null | undefined)[] },
): Promise<Map<string, string>> {
  const wanted = references.filter((one): one is string => typeof one === 'string')
  if (wanted.length === 0) return new Map()
  const { rows } = await tx.client.query<{ id: string; reference: string }>({
    name: `taken_${table}`,
    text: `select id, reference from ${table} where marketplace_id = $1 and reference = any($2)
             ${failing.has(table) ? `and state <> 'failed'` : ''}`,
    values: [marketplace, wanted],
  })
  return new Map(rows.map(({ id, reference }) => [reference, id]))
}

export function referenceTaken(
  table: keyof typeof kinds,
  { reference, existing }: { readonly reference: string; readonly existing: string },
): Refusal<'reference_taken'> {
  const kind = kinds[table]
  return {
    refused: 'reference_taken', field: 'reference', existing,
    detail: `A ${kind} with the reference '${reference}' exists: ${existing}. Use that one, or another reference.`,
  }
}
