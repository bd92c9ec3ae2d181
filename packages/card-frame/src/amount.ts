import type { FrameSession } from '@holdfast/contract'

/** An amount as people read it: code, figure, all decimals; by digits, never by a division. */
export function formatAmount(
  { amount, currency, exponent }: Pick<FrameSession, 'amount' | 'currency' | 'exponent'>,
  lang: string,
): string {
  const digits = String(amount).padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const decimal = (
    exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`
  ) as Intl.StringNumericLiteral
  const format = new Intl.NumberFormat(lang, {
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  return `${currency} ${format.format(decimal)}`
}
