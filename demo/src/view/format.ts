/** Decimal digits of the currencies that the demo sells in. */
const exponents: Readonly<Record<string, number>> = { USD: 2, CNY: 2, EUR: 2, JPY: 0 }

/** `USD 12,480.00`: the code beside the figure, so that nobody has to guess which dollar it is. */
export function money(amount: number, currency: string): string {
  const digits = exponents[currency] ?? 2
  const unit = 10 ** digits
  const sign = amount < 0 ? '−' : ''
  const whole = Math.trunc(Math.abs(amount) / unit).toLocaleString('en-US')
  const part = String(Math.abs(amount) % unit).padStart(digits, '0')
  return `${currency} ${sign}${whole}${digits > 0 ? `.${part}` : ''}`
}

/** The minor units of what a person typed (`1,250.50`), or null where it isn't an amount. */
export function parseMoney(text: string, currency: string): number | null {
  const digits = exponents[currency] ?? 2
  const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(text.replaceAll(/[,\s]/g, ''))
  if (!match || (match[2]?.length ?? 0) > digits) return null
  return Number(match[1]) * 10 ** digits + Number((match[2] ?? '').padEnd(digits, '0') || '0')
}

const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** `22 December 2026` */
export function date(instant: string): string {
  return dateFormat.format(new Date(instant))
}

/** `22 December 2026, 09:30 UTC`: with the zone, as a deadline needs it. */
export function instant(at: string): string {
  return `${date(at)}, ${timeFormat.format(new Date(at))} UTC`
}

/** `in 12 days`, `in 5 hours`, `now`. */
export function distance(from: string, to: string): string {
  const hours = Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000)
  if (hours <= 0) return 'now'
  if (hours < 48) return `in ${hours} hour${hours === 1 ? '' : 's'}`
  return `in ${Math.round(hours / 24)} days`
}

const words: Readonly<Record<string, string>> = {
  unfunded: 'Not paid yet', funded: 'Held, not shipped yet', delivered: 'Shipped, in inspection', accepted: 'Accepted',
  auto_accepted: 'Accepted by itself', disputed: 'Frozen by a dispute', closed: 'Closed',
  open: 'Not paid yet', paid: 'Paid, protected', completed: 'Completed', refunded: 'Refunded', canceled: 'Canceled',
  action_required: 'Waiting for the buyer', partially_captured: 'Captured in part', unknown: 'Outcome being asked', created: 'Created', submitted: 'Sent to the bank',
  processing: 'On its way', returned: 'Returned by the bank', failed: 'Failed', pending: 'On its way', succeeded: 'Succeeded',
  negotiation: 'Open', withdrawn: 'Withdrawn',
}

/** A state in words. */
export function word(state: string): string {
  return words[state] ?? state.charAt(0).toUpperCase() + state.slice(1).replaceAll('_', ' ')
}

const brands: Readonly<Record<string, string>> = {
  visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', discover: 'Discover', diners: 'Diners Club', jcb: 'JCB', unionpay: 'UnionPay',
}

/** A card as a person says it: `Visa ending in 1111`. */
export function cardName({ brand, last4 }: { readonly brand: string; readonly last4: string }): string {
  return `${brands[brand] ?? 'card'} ending in ${last4}`
}

interface Means {
  readonly method: string
  readonly card: { readonly brand: string; readonly last4: string; readonly wallet: 'google_pay' | 'apple_pay' | null } | null
}

const walletNames = { google_pay: 'Google Pay', apple_pay: 'Apple Pay' } as const

/** What was paid with, as a person says it: `Alipay`, `Visa ending in 1111`, `Google Pay · Visa ending in 4113`. */
export function meansName({ method, card }: Means): string {
  if (method === 'alipay') return 'Alipay'
  if (!card) return 'a card'
  return card.wallet ? `${walletNames[card.wallet]} · ${cardName(card)}` : cardName(card)
}
