/*
 * The chart of accounts. One set per marketplace and currency; a name says everything about an account.
 * See docs/ledger.md.
 */

export type NormalSide = 'debit' | 'credit' | 'either'

/** Where an account's balance is kept: the row that guards it, or nowhere (append-only, summed). */
export type AccountRow =
  | { readonly row: 'milestone'; readonly id: string }
  | { readonly row: 'seller'; readonly id: string; readonly field: 'available' | 'reserve' | 'inPayout' | 'owed' }
  | { readonly row: 'custody' }
  | { readonly row: 'none' }

export interface Account {
  readonly name: string
  readonly normalSide: NormalSide
  /** Never below zero: refused by the decision, and by a CHECK on its row. */
  readonly guarded: boolean
  readonly at: AccountRow
}

/** The names of all accounts. */
export const accounts = {
  receivable: (connector: string): string => `rail:${connector}:receivable`,
  railFees: (connector: string): string => `rail:${connector}:fees`,
  custody: 'bank:custody',
  held: (milestone: string): string => `milestone:${milestone}:held`,
  available: (seller: string): string => `seller:${seller}:available`,
  reserve: (seller: string): string => `seller:${seller}:reserve`,
  inPayout: (seller: string): string => `seller:${seller}:in_payout`,
  owed: (seller: string): string => `seller:${seller}:owed`,
  refundsInTransit: 'refunds:in_transit',
  fees: 'platform:fees',
  funding: 'platform:funding',
  losses: 'platform:losses',
  fx: (currency: string): string => `fx:${currency}`,
  suspense: (source: string): string => `suspense:${source}`,
} as const

type Rule = (match: readonly string[]) => Omit<Account, 'name'>
const appendOnly = (normalSide: NormalSide) => ({ normalSide, guarded: false, at: { row: 'none' } }) as const
const sellerFields = { available: 'available', reserve: 'reserve', in_payout: 'inPayout', owed: 'owed' } as const

const rules: readonly (readonly [RegExp, Rule])[] = [
  [/^milestone:(ms_\w+):held$/, ([, id]) => ({ normalSide: 'credit', guarded: true, at: { row: 'milestone', id: id! } })],
  [/^seller:(sel_\w+):(available|reserve|in_payout|owed)$/, ([, id, field]) => ({
    normalSide: field === 'owed' ? 'debit' : 'credit',
    guarded: true,
    at: { row: 'seller', id: id!, field: sellerFields[field as keyof typeof sellerFields] },
  })],
  [/^bank:custody$/, () => ({ normalSide: 'debit', guarded: false, at: { row: 'custody' } })],
  [/^rail:[\w-]+:(?:receivable|fees)$/, () => appendOnly('debit')],
  [/^platform:losses$/, () => appendOnly('debit')],
  [/^(?:refunds:in_transit|platform:fees|platform:funding)$/, () => appendOnly('credit')],
  [/^(?:fx:[A-Z]{3}|suspense:[\w-]+)$/, () => appendOnly('either')],
]

/**
 * What an account is, read from its name.
 *
 * @throws Error - no such account
 */
export function accountOf(name: string): Account {
  for (const [pattern, rule] of rules) {
    const match = pattern.exec(name)
    if (match) return { name, ...rule(match) }
  }
  throw new Error(`'${name}' is not the name of a ledger account`)
}
