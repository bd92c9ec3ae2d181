/** An amount that cannot be said to Alipay, or that Alipay said in a way we don't rely on. */
export class AmountRefused extends Error {
  override readonly name = 'AmountRefused'
}

/** The one currency of the Open Platform, at home. */
export const currency = 'CNY'

/** 100,000,000.00 yuan, in fen: `total_amount` lies within [0.01, 100000000]. */
const most = 10_000_000_000n

/** Fen as yuan with two decimals, digit by digit. @throws AmountRefused - another currency, or out of Alipay's bounds */
export function toYuan({ amount, currency: asked }: { readonly amount: bigint; readonly currency: string }): string {
  if (asked !== currency) throw new AmountRefused(`Alipay takes ${currency}, not ${asked}`)
  if (amount < 1n || amount > most) throw new AmountRefused('expected an amount from 0.01 to 100,000,000.00 yuan')
  const digits = amount.toString().padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/**
 * Yuan as fen. Alipay documents a decimal with two digits and shows numbers of JSON beside texts: fewer digits are
 * read, more are refused, and so is everything that is not plainly a decimal.
 *
 * @throws AmountRefused
 */
export function fromYuan(text: string): bigint {
  const [, sign, whole, part = ''] = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text) ?? []
  if (whole === undefined) throw new AmountRefused('expected yuan with at most two decimals')
  const fen = BigInt(whole + part.padEnd(2, '0'))
  return sign === '-' ? -fen : fen
}
