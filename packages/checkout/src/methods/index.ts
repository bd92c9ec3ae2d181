import type { Attempt, CheckoutView } from '@holdfast/contract/types'
import type { Language } from '../i18n/index.ts'
import { importVerified } from '../parts.ts'
import { warnOnce } from '../warn.ts'
import { AlipayMethod, alipayStep } from './alipay/alipay.ts'
import { brandMark, brandName } from './card/brands.ts'
import { CardMethod } from './card/card.ts'
import { LaterStep } from './later.ts'
import type { BuyerStep, Method, MethodHost, MethodSource, Offer, PaymentMethod, StepHost } from './method.ts'

const wallets: Readonly<Record<string, string>> = { google_pay: 'Google Pay', apple_pay: 'Apple Pay' }

const sources = new Map<string, MethodSource>([
  ['card', {
    row: cardRow,
    step: cardStep,
  }],
  ['alipay', {
    row: (host, offer) => new AlipayMethod(host, offer as Offer<'alipay'>),
    step: alipayStep,
  }],
  ['google_pay', () => import('./google-pay/index.ts')],
  ['apple_pay', () => import('./apple-pay/index.ts')],
])

/** Those that a page has added. They are offered whether or not a session lists them. */
const added = new Set<string>()

export function addMethod(type: string, source: MethodSource): void {
  sources.set(type, source)
  added.add(type)
}

/** Where only one kind of browser has a wallet, no other is kept waiting for it. */
const isHere = (type: string): boolean => type !== 'apple_pay' || 'ApplePaySession' in globalThis

interface Offering {
  readonly host: MethodHost
  readonly order: readonly string[]
  /** Told of the rows at once, and again when one has come or is not to come. */
  readonly found: (rows: readonly PaymentMethod[]) => void
}

/**
 * The ways to pay that the session offers and the page has added, in the page's order; those it doesn't name follow.
 * One whose module is on its way has its place in the list already, so that nothing jumps.
 */
export function offerMethods({ methods }: CheckoutView, { host, order, found }: Offering): void {
  const rows: (PaymentMethod | undefined)[] = []
  const tell = (): void => found(rows.filter((row) => row !== undefined))
  const types = new Set([...order, ...methods.map(({ type }) => type), ...added])
  for (const [at, type] of [...types].entries()) {
    const offer = methods.find((each) => each.type === type)
    const source = sources.get(type)
    if (!source) warnOnce(`it knows no way to pay called "${type}", and leaves it out.`)
    if (!source || !(offer || added.has(type)) || !isHere(type)) continue
    const row = rowOf(source, host, offer)
    rows[at] = row instanceof Promise ? { type, name: wallets[type] ?? '' } as PaymentMethod : row
    if (row instanceof Promise) void row.then((came) => { rows[at] = came }, (error: unknown) => {
      delete rows[at]
      warnOnce(`it can't offer "${type}" (${String(error)}).`)
    }).then(tell)
  }
  tell()
}

type Row = PaymentMethod | undefined

function rowOf(source: MethodSource, host: MethodHost, offer: Offer | undefined): Row | Promise<Row> {
  if ('row' in source && offer) return source.row(host, offer)
  // what a merchant adds may fail: that is a promise's business
  return loaded(source).then((method) => method.row(host, offer))
}

async function loaded(source: MethodSource): Promise<Method> {
  if ('url' in source) return await importVerified(source.url, source.integrity) as Method
  return typeof source === 'function' ? source() : source
}

/** What is shown while an attempt waits for its buyer; undefined for a method that has nothing to show. */
export function stepOf(host: StepHost, attempt: Attempt): BuyerStep | undefined {
  const source = sources.get(attempt.method)
  return source && 'step' in source ? source.step?.(host, attempt) : undefined
}

/** What an order was paid with, in a sentence. */
export function paidWith({ method, card }: Attempt, { text }: Language): string | undefined {
  if (method === 'alipay') return text('paidWithAlipay')
  if (!card) return undefined
  const wallet = card.wallet ? `${wallets[card.wallet]} · ` : ''
  return text('paidWith', { brand: wallet + brandName(card.brand), last4: card.last4 })
}

/** A new card, and above it those that the buyer saved; a new one alone where that part can't be had. */
function cardRow(host: MethodHost, offer: Offer | undefined): PaymentMethod | Promise<PaymentMethod> {
  const card = new CardMethod(host, offer as Offer<'card'>)
  if (!host.view.savedCards) return card
  return import('../saved/index.ts').then(({ withSavedCards }) => withSavedCards({ host, card, brandMark, brandName })).catch(() => card)
}

/** What the issuer of a card asks its buyer. Where the part can't be had, its page is gone to. */
function cardStep(host: StepHost, attempt: Attempt): BuyerStep | undefined {
  const { action } = attempt
  if (action?.type !== 'three_d_secure') return undefined
  const coming = import('./card/three-d-secure/index.ts').then(({ stepOf: make }) => make(host, attempt))
  return new LaterStep(host, attempt, { coming, missing: () => location.assign(action.pageUrl) })
}
