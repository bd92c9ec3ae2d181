import { MAX_AMOUNT, currencies, exponentOf } from '@holdfast/contract'
import { readDecimal, rescale } from '@holdfast/core'

/** An amount as Antom writes it: a whole number of the currency's smallest unit, as text. */
export interface WireAmount {
  readonly currency: string
  readonly value: string
}

export interface Amount {
  /** Minor units by ISO 4217, as everywhere of ours. */
  readonly amount: bigint
  readonly currency: string
}

/** An amount or currency that can't be said to the rail, or that the rail said in a way we don't rely on. */
export class AmountRefused extends Error {
  override readonly name = 'AmountRefused'
}

/** Between our minor units and the rail's, which may count a currency in other digits than ISO 4217. */
export class Amounts {
  /** What payments may be made in. */
  readonly currencies: ReadonlySet<string>
  readonly #exponents: Readonly<Record<string, number>>

  constructor({ taken = currencies, exponents = {} }: {
    readonly taken?: ReadonlySet<string> | undefined
    readonly exponents?: Readonly<Record<string, number>> | undefined
  } = {}) {
    this.currencies = taken
    this.#exponents = exponents
  }

  /** @throws AmountRefused - a currency that isn't taken, a part of the rail's smallest unit, more than 12 digits */
  toRail({ amount, currency }: Amount): WireAmount {
    const scaled = rescale(amount, { from: this.#known(currency), to: this.#exponentOf(currency) })
    if (scaled === undefined) throw new AmountRefused(`the rail can’t say ${amount} minor units of ${currency}: it has fewer digits`)
    if (scaled <= 0n || scaled > BigInt(MAX_AMOUNT)) throw new AmountRefused('expected an amount of 1 to 12 digits, above zero')
    return { currency, value: scaled.toString() }
  }

  /** @throws AmountRefused - the rail's amount is no whole number of our minor units */
  fromRail({ currency, value }: WireAmount): bigint {
    return this.#ours(BigInt(value), currency)
  }

  /**
   * A report's decimal, read digit by digit: `-3.20` USD is −320. Exactly the currency's number of decimals, no
   * grouping, no exponent: whatever else it is, a spreadsheet has had the file.
   *
   * @throws AmountRefused
   */
  fromDecimal(text: string, currency: string): bigint {
    const digits = this.#exponentOf(currency)
    const scaled = readDecimal(text, digits)
    if (scaled === undefined) throw new AmountRefused(`expected a decimal with ${digits} digits after the point for ${currency}`)
    return this.#ours(scaled, currency)
  }

  /** A report's whole number of smallest units: `-320` USD is −320. @throws AmountRefused */
  fromMinor(text: string, currency: string): bigint {
    if (!/^-?\d{1,12}$/.test(text)) throw new AmountRefused('expected a whole number of at most 12 digits')
    return this.#ours(BigInt(text), currency)
  }

  #ours(scaled: bigint, currency: string): bigint {
    const amount = rescale(scaled, { from: this.#exponentOf(currency), to: this.#known(currency) })
    if (amount === undefined) throw new AmountRefused(`the rail said a part of the smallest unit of ${currency}`)
    return amount
  }

  #known(currency: string): number {
    if (!this.currencies.has(currency)) throw new AmountRefused('expected a currency that the rail takes')
    return exponentOf(currency)
  }

  #exponentOf(currency: string): number {
    return this.#exponents[currency] ?? this.#known(currency)
  }
}
