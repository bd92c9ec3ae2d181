import { MAX_AMOUNT, currencies, exponentOf } from '@holdfast/contract'
import { readDecimal, rescale } from '@holdfast/core'

/** The currencies of Online Payments 2.0.55 (`components.schemas.currency`), less those that ISO 4217 has retired since. */
export const railCurrencies: ReadonlySet<string> = new Set((
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP '
  + 'CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR ISK JMD JPY KES '
  + 'KHR KMF KRW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD '
  + 'PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RWF SAR SBD SCR SEK SGD SHP SLL SOS SRD STN SZL THB TJS TOP TRY TTD TWD TZS UAH '
  + 'UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW').split(' ').filter((code) => currencies.has(code)))

/** An amount or currency that cannot be said to the rail, or that the rail said in a way we don't rely on. */
export class AmountRefused extends Error {
  override readonly name = 'AmountRefused'
}

export interface Amount {
  /** Minor units by ISO 4217, as everywhere of ours. */
  readonly amount: bigint
  readonly currency: string
}

/** Between our minor units and the rail's, which may count a currency in other digits than ISO 4217. */
export class Amounts {
  readonly #exponents: Readonly<Record<string, number>>

  constructor(exponents: Readonly<Record<string, number>> = {}) {
    this.#exponents = exponents
  }

  /** @throws AmountRefused - a currency that the rail doesn't take, a part of its smallest unit, more than 12 digits */
  toRail({ amount, currency }: Amount): number {
    if (!railCurrencies.has(currency)) throw new AmountRefused(`the rail does not take ${currency}`)
    const scaled = rescale(amount, { from: exponentOf(currency), to: this.#exponentOf(currency) })
    if (scaled === undefined) throw new AmountRefused(`the rail cannot say ${amount} minor units of ${currency}: it has fewer digits`)
    if (scaled < 0n || scaled > BigInt(MAX_AMOUNT)) throw new AmountRefused('expected an amount of at most 12 digits')
    return Number(scaled)
  }

  /** @throws AmountRefused - the rail's amount is no whole number of our minor units */
  fromRail(amount: number, currency: string): bigint {
    return this.#ours(BigInt(amount), currency)
  }

  /**
   * A report's decimal, read digit by digit: `-3.20` USD is −320. Exactly the currency's number of decimals, no
   * grouping, no exponent: `0.00E+00` or `3.2` says that a spreadsheet has had the file, and is refused.
   *
   * @throws AmountRefused
   */
  fromDecimal(text: string, currency: string): bigint {
    const digits = this.#exponentOf(currency)
    const scaled = readDecimal(text, digits)
    if (scaled === undefined) throw new AmountRefused(`expected a decimal with ${digits} digits after the point for ${currency}`)
    return this.#ours(scaled, currency)
  }

  #ours(scaled: bigint, currency: string): bigint {
    const amount = rescale(scaled, { from: this.#exponentOf(currency), to: exponentOf(currency) })
    if (amount === undefined) throw new AmountRefused(`the rail said a part of the smallest unit of ${currency}`)
    return amount
  }

  #exponentOf(currency: string): number {
    if (!railCurrencies.has(currency)) throw new AmountRefused('expected a currency that the rail takes')
    return this.#exponents[currency] ?? exponentOf(currency)
  }
}
