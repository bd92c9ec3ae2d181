import type { FrameSession } from '@holdfast/contract'
import { formatMoney } from '@holdfast/contract/amount'
import type {
  CardBrand,
  CardField,
  FieldError,
  FrameErrorCode,
  FrameMessage,
  PageMessage,
} from '@holdfast/contract/frame'
import { propertiesOf } from './appearance.ts'
import { brandRules, ruleFor } from './cards.ts'
import type { Page } from './connection.ts'
import { digitsOf } from './editing.ts'
import { Sight } from './sight.ts'
import { cardOf, fieldsOf, findError, findErrors } from './validation.ts'
import type { Rules } from './validation.ts'
import { createToken, openFrameSession } from './vault-calls.ts'
import type { Refused } from './vault-calls.ts'
import type { View } from './view.ts'
import { localeOf } from './words.ts'
import type { Words } from './words.ts'

/** After so long without a touch, what was typed is forgotten: the screen may be a shared one. */
const IDLE_MS = 20 * 60_000

const retryable: ReadonlySet<FrameErrorCode> = new Set([
  'ticket_refused',
  'network',
  'rate_limited',
  'session_closed',
  'internal',
])

/** Which field the buyer corrects when the vault refuses one of the card's. */
const fieldOf: Readonly<Record<string, CardField>> = {
  number: 'number',
  expMonth: 'expiry',
  expYear: 'expiry',
  securityCode: 'securityCode',
  name: 'name',
}

/**
 * The card form, from the page's `init` until the page leaves. What was typed stays in its fields, so that a
 * buyer whose card was declined changes one digit, or another amount is paid with the same card.
 */
export class CardForm {
  readonly #page: Page
  readonly #now: () => Date
  readonly #words: Words
  readonly #view: View
  readonly #sight: Sight
  /** Of the newest ticket. */
  #session: Promise<FrameSession | Refused> = Promise.resolve({ code: 'ticket_refused' })
  #brands: readonly string[] = brandRules.map(({ brand }) => brand)
  #brand: CardBrand = 'unknown'
  /** The brand of the saved card whose security code alone is asked for. */
  #saved: string | undefined
  /** The attempt for which a token is on its way. */
  #attempt: number | undefined
  #disabled = false
  #said = ''
  #idle: ReturnType<typeof setTimeout> | undefined

  constructor(page: Page, { now, words, view }: { now: () => Date; words: Words; view: View }) {
    this.#page = page
    this.#now = now
    this.#words = words
    for (const [name, value] of Object.entries(propertiesOf(page.init.style)))
      document.documentElement.style.setProperty(name, value)
    this.#view = view
    view.open({
      edited: field => this.#edited(field),
      focused: field => this.#page.send({ type: 'focus', field }),
      left: field => this.#left(field),
      submitted: () => this.#page.send({ type: 'submit' }),
    })
    page.hear(message => this.#answer(message))
    // before its own layout, which takes long: the observer below tells the height
    page.send({ type: 'open' })
    this.#sight = new Sight(this.#view.numberBox)
    new ResizeObserver(() => this.#page.send({ type: 'resize', heightPx: this.#height() })).observe(
      this.#view.root,
    )
    window.addEventListener('pagehide', () => this.#forget())
  }

  #height(): number {
    return Math.min(2000, Math.ceil(this.#view.root.getBoundingClientRect().height))
  }

  #rules(): Rules {
    return { words: this.#words, brands: this.#brands, now: this.#now(), saved: this.#saved }
  }

  #answer(message: PageMessage): void {
    switch (message.type) {
      case 'tokenize':
        return void this.#tokenize(message.attempt)
      case 'validate':
        return void this.#validate()
      case 'focus':
        return this.#view.focus(message.field ?? this.#firstToFill())
      case 'disable':
        return this.#disable(message.disabled)
      case 'ticket':
        return this.#redeem(message.ticket)
    }
  }

  #firstToFill(): CardField {
    const [first] = findErrors(this.#view.entries(), this.#rules())
    return first?.field ?? fieldsOf(this.#rules())[0] ?? 'number'
  }

  /** Of several tickets, only the newest counts. */
  #redeem(ticket: string): void {
    const opening = openFrameSession({ ticket, origin: this.#page.origin })
    this.#session = opening
    void opening.then(session => {
      if (this.#session === opening) this.#show(session)
    })
  }

  #show(session: FrameSession | Refused): void {
    if ('code' in session) return this.#fail(session.code, null)
    this.#brands = session.brands
    this.#saved = session.savedCard?.brand
    if (session.savedCard) this.#view.showCodeOf(session.savedCard)
    this.#view.showTotal(
      this.#words.total({
        amount: formatMoney(session, localeOf(this.#words, this.#page.init.locale)),
        marketplace: session.marketplaceName,
      }),
    )
    this.#page.send({ type: 'ready', revision: session.revision, heightPx: this.#height() })
    this.#tellValidity()
  }

  #edited(field: CardField): void {
    this.#keepAwake()
    this.#sight.typed()
    if (field === 'number') this.#detectBrand()
    if (this.#view.hasError(field)) this.#check(field)
    this.#tellValidity()
  }

  #detectBrand(): void {
    const brand = ruleFor(digitsOf(this.#view.entries().number))?.brand ?? 'unknown'
    if (brand === this.#brand) return
    this.#brand = brand
    this.#view.showBrand(brand)
    this.#page.send({ type: 'brand', brand })
    if (this.#view.hasError('securityCode')) this.#check('securityCode')
  }

  /** A field that was left empty is no error yet: the buyer may be coming back to it. */
  #left(field: CardField): void {
    this.#page.send({ type: 'blur', field })
    if (this.#view.entries()[field].trim() === '') return
    const error = this.#check(field)
    if (error) this.#view.announce(error.message)
    this.#tellValidity()
  }

  #check(field: CardField): FieldError | undefined {
    const error = findError(field, this.#view.entries(), this.#rules())
    this.#view.showError(field, error)
    return error
  }

  /** Always answers, whether anything changed or not: the page waits for it. */
  #validate(): readonly FieldError[] {
    this.#said = ''
    const errors = fieldsOf(this.#rules()).flatMap(field => this.#check(field) ?? [])
    this.#view.announce(errors.map(({ message }) => message).join(' '))
    this.#tellValidity()
    return errors
  }

  /** Complete or not, and the errors that the buyer sees; told when it changes. */
  #tellValidity(): void {
    const found = findErrors(this.#view.entries(), this.#rules())
    const errors = found
      .filter(({ field }) => this.#view.hasError(field))
      .map(error => this.#withoutLength(error))
    this.#say({ type: 'validity', complete: found.length === 0, errors })
  }

  /** The buyer reads how many digits are missing; the page could count keystrokes by it. */
  #withoutLength(error: FieldError): FieldError {
    const { incomplete, checksum } = this.#words.number
    if (error.field !== 'number') return error
    if (error.code === 'incomplete') return { ...error, message: incomplete }
    return error.code === 'number_invalid' ? { ...error, message: checksum } : error
  }

  #say(message: Extract<FrameMessage, { type: 'validity' }>): void {
    const text = JSON.stringify(message)
    if (text === this.#said) return
    this.#said = text
    this.#page.send(message)
  }

  async #tokenize(attempt: number): Promise<void> {
    if (this.#attempt !== undefined) return
    this.#keepAwake()
    const [wrong] = this.#validate()
    if (wrong) return this.#view.focus(wrong.field)
    if (!this.#sight.large) return this.#fail('internal', attempt)
    this.#setAttempt(attempt)
    const token = await this.#requestToken()
    this.#setAttempt(undefined)
    if ('token' in token) this.#page.send({ type: 'token', attempt, token: token.token })
    else if (token.code === 'card_invalid') this.#refuseField(fieldOf[token.field ?? ''] ?? 'number')
    else this.#fail(token.code, attempt)
  }

  #setAttempt(attempt: number | undefined): void {
    this.#attempt = attempt
    this.#view.lock(this.#disabled || attempt !== undefined)
  }

  #disable(disabled: boolean): void {
    this.#disabled = disabled
    this.#view.lock(disabled || this.#attempt !== undefined)
  }

  async #requestToken(): Promise<{ readonly token: string } | Refused> {
    const session = await this.#session
    if ('code' in session) return session
    const card = cardOf(this.#view.entries())
    if (session.savedCard) return createToken({ securityCode: card.securityCode }, session.frameSession)
    const { seen } = this.#sight
    return createToken({ ...card, ...(seen !== undefined && { seen }) }, session.frameSession)
  }

  /** The vault knows better than the frame, by a newer table or the right time of day. */
  #refuseField(field: CardField): void {
    const { number, expiry, securityCode, name } = this.#words
    const messages = {
      number: number.checksum,
      expiry: expiry.expired,
      securityCode: securityCode.incomplete({ digits: undefined }),
      name: name.invalid,
    }
    const codes = {
      number: 'number_invalid',
      expiry: 'expired',
      securityCode: 'incomplete',
      name: 'name_invalid',
    } as const
    const error: FieldError = { field, code: codes[field], message: messages[field] }
    this.#view.showError(field, error)
    this.#view.announce(error.message)
    this.#view.focus(field)
    this.#say({ type: 'validity', complete: false, errors: [error] })
  }

  #fail(refused: Refused['code'], attempt: number | null): void {
    const code = refused === 'card_invalid' ? 'internal' : refused
    this.#page.send({
      type: 'error',
      attempt,
      code,
      message: this.#words.errors[code],
      retryable: retryable.has(code),
    })
  }

  #keepAwake(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#forget(), IDLE_MS)
  }

  #forget(): void {
    this.#view.clear()
    this.#detectBrand()
    this.#tellValidity()
  }
}
