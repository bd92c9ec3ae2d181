/*
 * How long an authorization lives, as dated data: the networks change it, and the pages about it disagree. Each row
 * takes the shortest time that any source gives for a card payment started by the cardholder: an authorization that
 * is thought dead too early costs a capture a few days sooner; one thought alive too long costs the sale.
 */
interface Window {
  readonly brand: string
  readonly days: number
  /** The first day on which the row holds. */
  readonly from: string
  readonly source: string
}

const windows: readonly Window[] = [
  { brand: 'default', days: 5, from: '2024-04-01', source: 'Visa’s shortest, for payments started by the merchant; read 2026-11' },
  { brand: 'visa', days: 7, from: '2024-04-01', source: 'paymentsandrisk, read 2026-11 (Peach: 8)' },
  { brand: 'mastercard', days: 7, from: '2019-10-01', source: 'final authorization; paymentsandrisk, read 2026-11 (pre-authorization: 30)' },
  { brand: 'amex', days: 7, from: '2019-10-01', source: 'paymentsandrisk, read 2026-11 (latest clearing: 30)' },
  { brand: 'discover', days: 7, from: '2019-10-01', source: 'payrix, read 2026-11 (others: 10)' },
  { brand: 'diners', days: 7, from: '2019-10-01', source: 'payrix, read 2026-11 (others: 30)' },
]

/** The days in force at an instant. */
export function authorizationDays(at: Date): Readonly<Record<string, number>> & { readonly default: number } {
  const today = at.toISOString().slice(0, 10)
  const inForce = windows.filter(({ from }) => from <= today).toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return { default: 5, ...Object.fromEntries(inForce.map(({ brand, days }) => [brand, days])) }
}
