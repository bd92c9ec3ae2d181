/** An amount to show: minor units, and what the server says of its currency. */
export interface Shown {
  /** Minor units; a safe integer. */
  readonly amount: number
  readonly currency: string
  /** Digits after the point, as ISO 4217 and the server have it. */
  readonly exponent: number
}

/**
 * Writes an amount as figures: 1248000 with two digits is `12,480.00` in English.
 *
 * The digits are cut as text and the exponent is the server's: `Intl` only groups and localizes, because its own
 * idea of a currency's digits differs from ISO 4217 and a division could round.
 */
export function formatFigure({ amount, exponent }: Shown, locale: string): string {
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0')
  const cut = digits.length - exponent
  const decimal = exponent ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits
  const written = new Intl.NumberFormat(locale, { minimumFractionDigits: exponent, maximumFractionDigits: exponent })
  return `${amount < 0 ? '−' : ''}${written.format(decimal as `${number}`)}`
}

/** Writes an amount with its currency's code, which no two currencies share: `USD 12,480.00`. */
export function formatMoney(shown: Shown, locale: string): string {
  return `${shown.currency}\u00a0${formatFigure(shown, locale)}`
}

/** Writes an instant in full, with the zone: a deadline without one is a guess. */
export function formatInstant(instant: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
  })
  return format.format(Date.parse(instant))
}
