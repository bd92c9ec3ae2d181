import type { FrameSession } from '@holdfast/contract'

/** An amount as people of a locale read it, with the currency's code and all decimals; by digits, never by a division. */
export function formatAmount(
  { amount, currency, exponent }: Pick<FrameSession, 'amount' | 'currency' | 'exponent'>,
  locale: string,
): string {
  const digits = String(amount).padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const decimal = `${whole}.${digits.slice(whole.length)}0` as Intl.StringNumericLiteral
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  return format.format(decimal)
}
