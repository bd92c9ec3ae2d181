import type { Kysely } from 'kysely'
import type { Database } from '../../database.ts'

/** Whoever reads: the pool, or an open transaction that wants to see its own writes. */
export type Reader = Kysely<Database>

/** Reads all in one snapshot: of what is committed meanwhile, all is seen or nothing. */
export function inSnapshot<T>(db: Reader, read: (snapshot: Reader) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)
}

/** An amount as the wire has it. The database's amounts stay below 2^53: twelve digits each, summed over one object. */
export function wire(amount: bigint): number {
  if (amount > BigInt(Number.MAX_SAFE_INTEGER) || amount < BigInt(Number.MIN_SAFE_INTEGER)) throw new RangeError(`${amount} does not fit the wire`)
  return Number(amount)
}

export function instant(at: Date): string {
  return at.toISOString()
}

export function instantOrNull(at: Date | null): string | null {
  return at && at.toISOString()
}

/** What the rows became, in the order in which the ids were asked for. */
export function inOrder<T extends { readonly id: string }>(ids: readonly string[], found: readonly T[]): T[] {
  const byId = new Map(found.map((one) => [one.id, one]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** Rows by one of their fields. */
export function grouped<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T[]> {
  return Map.groupBy(rows, key) as Map<K, T[]>
}
