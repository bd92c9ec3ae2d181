/** ISO 4217: the currencies whose minor unit isn't a hundredth. */
const digitsOf: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map(code => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map(code => [code, 3] as const),
  ...'CLF UYW'.split(' ').map(code => [code, 4] as const),
])

export interface Money {
  readonly currency: string
  /** A whole number of minor units. */
  readonly value: string
}

/** As a page shows it: `1,250.00`. */
export function display({ currency, value }: Money): string {
  const digits = digitsOf.get(currency) ?? 2
  const padded = value.padStart(digits + 1, '0')
  const whole = padded.slice(0, padded.length - digits).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return digits === 0 ? whole : `${whole}.${padded.slice(-digits)}`
}
