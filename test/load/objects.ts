/*
 * The benchmark's own marketplace, written straight into the tables: seller n, and order n with its session,
 * payment, escrow and milestone. Ids are made of n, so that every process knows them.
 */

/** So many sellers share the spread load. */
export const SELLERS = 10_000

export const CURRENCY = 'USD'

/** Orders of the one seller that the hot load is about: it has as many as all others together. */
export const HOT_SELLER = 0
export const HOT_ORDERS_FROM = 500_000_000

export type Prefix =
  'sel' | 'ord' | 'cs' | 'pay' | 'op' | 'cap' | 'esc' | 'ms' | 'rel' | 'tr' | 'la' | 'evt' | 'stl' | 'stll'

/**
 * The TypeID of the nth object of a kind. `lane` tells apart several of one order: two operations, two
 * transfers.
 */
export function idOf(prefix: Prefix, n: number, lane = 0): string {
  return `${prefix}_0${lane}${String(n).padStart(24, '0')}`
}

/** The same, in SQL. */
export function sqlId(prefix: Prefix, n: string, lane: number | string = 0): string {
  return typeof lane === 'number'
    ? `'${prefix}_0${lane}' || lpad(${n}::text, 24, '0')`
    : `'${prefix}_0' || ${lane} || lpad(${n}::text, 24, '0')`
}
