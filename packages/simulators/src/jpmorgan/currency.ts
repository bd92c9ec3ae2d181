/** The currencies of Online Payments 2.0.55 (`components.schemas.currency`). */
export const currencies: readonly string[] = [
  'USD EUR GBP AUD NZD SGD CAD JPY HKD KRW TWD MXN BRL DKK NOK ZAR SEK CHF CZK PLN TRY AFN ALL DZD',
  'AOA ARS AMD AWG AZN BSD BDT BBD BYN BZD BMD BOB BAM BWP BND BGN BIF BTN XOF XAF XPF KHR CVE KYD',
  'CLP CNY COP KMF CDF CRC HRK DJF DOP XCD EGP ETB FKP FJD GMD GEL GHS GIP GTQ GYD HTG HNL HUF ISK',
  'INR IDR ILS JMD KZT KES LAK LBP LSL LRD MOP MKD MGA MWK MYR MVR MRU MUR MDL MNT MAD MZN MMK NAD',
  'NPR ANG PGK NIO NGN PKR PAB PYG PEN PHP QAR RON RWF SHP WST STN SAR RSD SCR SLL SBD SOS LKR SRD',
  'SZL TJS TZS THB TOP TTD UGX UAH AED UYU UZS VUV VND YER ZMW',
].flatMap(row => row.split(' '))

/** ISO 4217: those of the list that have no minor unit; the list has none with three digits. */
const withoutMinorUnit: ReadonlySet<string> = new Set(
  'BIF CLP DJF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
)

/** `-320n USD` → `-3.20`; `1200n JPY` → `1200`. */
export function toDecimal(minor: bigint, currency: string): string {
  if (withoutMinorUnit.has(currency)) return minor.toString()
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0')
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
