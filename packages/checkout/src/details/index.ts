import type { AddressFormat, DetailsView } from '@holdfast/contract/types'
import type { TemplateResult } from 'lit'
import type { Api, ApiFailure } from '../api.ts'
import type { ErrorCode } from '../errors.ts'
import type { Language, Words } from '../i18n/index.ts'
import { countriesIn, isCountry } from './countries.ts'
import { en } from './en.ts'
import { drawDetails, type Problem } from './form.ts'
import { styles } from './styles.ts'

export type Name = keyof DetailsView['collect']
export type Key = keyof typeof en

/** What the part needs of the checkout that shows it. */
export interface DetailsHost {
  readonly language: Language
  readonly root: ShadowRoot
  readonly updateComplete: Promise<boolean>
  requestUpdate(): void
}

interface DetailsSession {
  readonly api: Pick<Api, 'ask'>
  readonly view: { readonly details: DetailsView | null } | undefined
}

/** What a country is taken for until its own format is known. */
const usual: Omit<AddressFormat, 'object' | 'country'> = {
  rows: [['recipient'], ['line1'], ['line2'], ['postalCode', 'city'], ['region']], required: ['recipient', 'line1'],
  names: { region: 'province', city: 'city', district: 'suburb', postalCode: 'postal' }, postalCode: null, regions: [],
}

/** The part, ready to be drawn: with its words, and the format of the address that is known. */
export async function openDetails(host: DetailsHost, session: DetailsSession): Promise<Details> {
  const details = new Details(host, session)
  await details.prepare()
  return details
}

/**
 * Asks a buyer that is a company for what its session wants to know of the order: kept by the API while it is typed,
 * and before an attempt begins. The API decides what is right; what is here spares a round trip.
 */
export class Details {
  readonly values: Record<string, string> = {}
  readonly problems: Map<string, Problem> = new Map()
  /** What the API found wrong by itself, said aloud. */
  spoken = ''
  format: typeof usual = usual
  countries: ReturnType<typeof countriesIn> = []
  text!: Words<Key>
  readonly #host: DetailsHost
  readonly #session: DetailsSession
  #locale = ''
  #formatted = ''
  #formatting: Promise<void> | undefined
  #kept = ''
  /** Fields that were left once: only those are found wanting before the buyer pays. */
  readonly #left = new Set<string>()

  constructor(host: DetailsHost, session: DetailsSession) {
    this.#host = host
    this.#session = session
    const { company, purchaseOrder, taxId, deliveryAddress } = session.view?.details?.values ?? {}
    const country = deliveryAddress?.country ?? taxId?.country ?? homeOf(host.language.locale, ...navigator.languages)
    const { country: _there, ...address } = deliveryAddress ?? {}
    const values = {
      company, purchaseOrder, 'taxId.country': taxId?.country ?? country, 'taxId.number': taxId?.number, 'deliveryAddress.country': country,
      ...Object.fromEntries(Object.entries(address).map(([field, value]) => [`deliveryAddress.${field}`, value])),
    }
    for (const [field, value] of Object.entries(values)) this.values[field] = value ?? ''
    this.#kept = JSON.stringify(this.#said())
    sheet ??= styles().styleSheet as CSSStyleSheet
    if (!host.root.adoptedStyleSheets.includes(sheet)) host.root.adoptedStyleSheets.push(sheet)
  }

  /** Its words in the language of now, and its country's format. */
  async prepare(): Promise<void> {
    await this.#host.language.pending
    const { language } = this.#host
    this.#locale = language.locale
    const [text] = await Promise.all([language.words('details', en), this.#formatAddress()])
    this.text = text
    this.countries = countriesIn(language.locale)
    this.#host.requestUpdate()
  }

  asked(name: Name): 'optional' | 'required' | null {
    return this.#session.view?.details?.collect[name] ?? null
  }

  draw(): TemplateResult {
    if (this.#host.language.locale !== this.#locale && !this.#host.language.pending) void this.prepare()
    return drawDetails(this)
  }

  /** What was typed; what was wrong about it before says nothing any more. */
  readonly type = (field: string, value: string): void => {
    this.values[field] = value
    this.problems.delete(field)
    if (field === 'taxId.country') this.problems.delete('taxId.number')
    if (field === 'deliveryAddress.country') this.#formatting = this.#formatAddress()
    this.#host.requestUpdate()
  }

  /** A field was left: what it has is checked, and kept as far as it is whole. */
  readonly leave = (field: string): void => {
    this.#left.add(field)
    this.#mark(this.#lacking().filter(([lacking]) => this.#left.has(lacking)))
    void this.#send(this.#said({ whole: true }))
  }

  /** Marks what is missing or wrong, and goes to the first of it; whether nothing is. */
  async check(): Promise<boolean> {
    await this.#formatting
    this.#mark(this.#lacking())
    if (this.problems.size === 0) return true
    await this.#host.updateComplete
    this.#host.root.querySelector<HTMLElement>('.details [aria-invalid=true]')?.focus()
    return false
  }

  /** Has the API keep it all before an attempt; why that can't begin. What the API refuses otherwise, a payment shows. */
  async keep(): Promise<ErrorCode | undefined> {
    if (!await this.check()) return 'details_incomplete'
    const failure = await this.#send(this.#said())
    if (!failure) return undefined
    if (!await this.check()) return 'details_incomplete'
    if (failure.failed === 'rate_limited') return 'try_again_later'
    return ['network', 'timeout', 'unreadable', 'unavailable', 'internal'].includes(failure.failed) ? 'network' : undefined
  }

  async #send(said: Said): Promise<ApiFailure | undefined> {
    const body = JSON.stringify(said)
    if (body === this.#kept || body === '{}') return undefined
    const answer = await this.#session.api.ask<object>('details', said)
    if (!('failed' in answer)) {
      this.#kept = body
      return undefined
    }
    const failure = answer as ApiFailure
    // what was changed meanwhile is asked about anew
    const now = JSON.stringify(this.#said(said.deliveryAddress === undefined ? { whole: true } : {}))
    if (now === body) for (const { field, reason, example } of failure.errors ?? []) this.problems.set(field, { reason: reason ?? 'form', example })
    this.spoken = [...this.problems].map(([field, problem]) => this.say(field, problem)).join(' ')
    this.#host.requestUpdate()
    return failure
  }

  /** What is asked for, as it stands; `whole`: without what is begun and lacks something. */
  #said({ whole = false } = {}): Said {
    const lacking = whole ? this.#lacking(true).map(([field]) => field.split('.')[0]) : []
    const of = (name: Name, value: () => unknown): Said => (this.asked(name) && !lacking.includes(name) ? { [name]: value() } : {})
    const address = Object.fromEntries(this.format.rows.flat().map((field) => [field, this.#value(`deliveryAddress.${field}`)]))
    const begun = Object.values(address).some((value) => value !== null)
    return {
      ...of('company', () => this.#value('company')), ...of('purchaseOrder', () => this.#value('purchaseOrder')),
      ...of('taxId', () => this.#value('taxId.number') && { country: this.values['taxId.country'], number: this.#value('taxId.number') }),
      ...of('deliveryAddress', () => (begun ? { country: this.values['deliveryAddress.country'], ...address } : null)),
    }
  }

  #value(field: string): string | null {
    return this.values[field]?.trim() || null
  }

  /** What is missing, or of another form than its country's. `begun`: only of what was begun. */
  #lacking(begun = false): [field: string, Problem][] {
    const lacks: [string, Problem][] = []
    for (const name of ['company', 'purchaseOrder', 'taxId'] as const) {
      const field = name === 'taxId' ? 'taxId.number' : name
      if (!begun && this.asked(name) === 'required' && !this.#value(field)) lacks.push([field, { reason: 'missing' }])
    }
    return this.asked('deliveryAddress') ? [...lacks, ...this.#lackingInAddress(begun)] : lacks
  }

  #lackingInAddress(begun: boolean): [string, Problem][] {
    const { rows, required, postalCode: rule } = this.format
    const at = (field: string): string => `deliveryAddress.${field}`
    const some = rows.flat().some((field) => this.#value(at(field)))
    if (!some && (begun || this.asked('deliveryAddress') !== 'required')) return []
    const code = this.#value(at('postalCode'))
    const wrong = rule && code && !new RegExp(`^(?:${rule.pattern})$`, 'i').test(code)
    return [
      ...required.filter((field) => !this.#value(at(field))).map((field): [string, Problem] => [at(field), { reason: 'missing' }]),
      ...(wrong ? [[at('postalCode'), { reason: 'form', example: rule.example }] as [string, Problem]] : []),
    ]
  }

  /** What only the API can tell stays until it is typed over. */
  #mark(found: readonly [string, Problem][]): void {
    for (const [field, { reason }] of this.problems) if (reason === 'missing') this.problems.delete(field)
    for (const [field, problem] of found) this.problems.set(field, problem)
    this.#host.requestUpdate()
  }

  /** What is wrong with a field, and what a right one looks like. */
  say(field: string, { reason, example = '' }: Problem): string {
    const isolated = `\u2066${example}\u2069`
    if (reason === 'check_digits') return this.text('tax_digits')
    if (reason === 'missing') return this.text('missing')
    if (reason === 'not_listed') return this.text('choose')
    if (!example) return this.#host.language.text('error_details_incomplete')
    return this.text(field === 'taxId.number' ? 'tax_form' : 'postal_form', { example: isolated })
  }

  async #formatAddress(): Promise<void> {
    const country = this.values['deliveryAddress.country'] as string
    const wanted = `country=${country}&language=${this.#host.language.locale}`
    if (wanted === this.#formatted || !this.asked('deliveryAddress')) return
    this.#formatted = wanted
    const answer = await this.#session.api.ask<AddressFormat>(`address-format?${wanted}`)
    if (wanted !== this.#formatted) return
    if ('failed' in answer) this.#formatted = ''
    this.format = 'rows' in answer ? answer : usual
    const region = this.values['deliveryAddress.region']
    const { regions } = this.format
    if (regions.length > 0 && !regions.some(({ value }) => value === region)) this.values['deliveryAddress.region'] = ''
    for (const field of [...this.problems.keys()]) if (field.startsWith('deliveryAddress.')) this.problems.delete(field)
    this.#host.requestUpdate()
  }
}

let sheet: CSSStyleSheet | undefined

type Said = Partial<Record<Name, unknown>>

/**
 * Where a reader most likely is, by the languages that they read. What a browser calls its own need be no language
 * tag, at which `Intl` throws: in WebKitGTK it is "C" where the system's is C.UTF-8.
 */
function homeOf(...locales: readonly string[]): string {
  const regions = locales.map((locale) => /^[a-z]+(?:-[a-z]{4})?-([a-z]{2})\b/i.exec(locale)?.[1]?.toUpperCase())
  return regions.find(isCountry) ?? new Intl.Locale(locales[0] as string).maximize().region ?? 'US'
}
