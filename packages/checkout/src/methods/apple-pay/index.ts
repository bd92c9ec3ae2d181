import type { Prepared } from '../../session.ts'
import type { MethodHost, Offer, PaymentMethod } from '../method.ts'
import { cardOf, decimal, placeOf } from '../wallet.ts'
import { sessions, type Session, type Sessions } from './browser.ts'

/* Apple Pay: the browser draws the button and the sheet; the vault alone can open what the sheet gives. */

type View = Offer<'apple_pay'>

/** Brands as Apple calls them; it takes no others. */
const networks: Readonly<Record<string, string>> = {
  visa: 'visa', mastercard: 'masterCard', amex: 'amex', discover: 'discover', jcb: 'jcb', unionpay: 'chinaUnionPay',
}

const version = 3

export function row(host: MethodHost, offer: Offer | undefined): PaymentMethod | undefined {
  const api = sessions()
  return offer && api?.supportsVersion(version) ? new ApplePay(host, { view: offer as View, api }) : undefined
}

/** Where the system draws no button (Apple's script in another browser), its name stands in plain letters. */
const css = (look: 'black' | 'white'): string => `:host { display: block; margin-block-start: 16px }
  button { inline-size: 100%; block-size: 52px; border: 1px solid #000; border-radius: 8px; font: 600 1em system-ui; cursor: pointer;
    background: ${look}; color: ${look === 'black' ? 'white' : 'black'} }
  @supports (-webkit-appearance: -apple-pay-button) {
    button { appearance: -apple-pay-button; -apple-pay-button-type: buy; -apple-pay-button-style: ${look}; font-size: 0 }
  }`

class ApplePay implements PaymentMethod {
  readonly type = 'apple_pay'
  readonly name = 'Apple Pay'
  readonly ready = true
  readonly complete = true
  readonly #host: MethodHost
  readonly #view: View
  readonly #api: Sessions
  #box: HTMLElement | undefined
  #sheet: Promise<Prepared> | undefined
  /** Open until it has been told how the attempt ended. */
  #session: Session | undefined

  constructor(host: MethodHost, { view, api }: { view: View, api: Sessions }) {
    this.#host = host
    this.#view = view
    this.#api = api
  }

  /** The system's own button: its words, its mark, its languages. */
  button(): HTMLElement {
    const { locale } = this.#host.language
    this.#box ??= this.#draw(this.#host.style().scheme === 'dark' ? 'white' : 'black')
    this.#box.lang = locale
    return this.#box
  }

  #draw(look: 'black' | 'white'): HTMLElement {
    const { box, root } = placeOf(css(look))
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = this.name
    button.onclick = () => {
      // the browser opens its sheet within the press alone
      this.#sheet = this.#open()
      this.#host.submit()
    }
    root.append(button)
    return box
  }

  validate(): Promise<boolean> {
    return Promise.resolve(true)
  }

  /** What the sheet that was opened gives; a page with a pay button of its own has it opened here. */
  readonly prepare = ({ renew }: { renew: boolean }): Promise<Prepared> => {
    const sheet = this.#sheet ?? (renew ? Promise.resolve({ fault: this.#host.fault('card_data_lost') }) : this.#open())
    this.#sheet = undefined
    return sheet
  }

  ended(status: 'complete' | 'failed' | 'pending' | 'canceled'): void {
    const taken = status === 'complete' || status === 'pending'
    this.#session?.completePayment({ status: taken ? this.#api.STATUS_SUCCESS : this.#api.STATUS_FAILURE })
    this.#session = undefined
  }

  close(): void {
    this.#session?.abort()
  }

  async #open(): Promise<Prepared> {
    try {
      return await this.#ask()
    } catch {
      return { fault: this.#host.fault('try_again_later') }
    }
  }

  #ask(): Promise<Prepared> {
    const { view } = this.#host
    const { session: id, revision } = view
    const session = new this.#api(version, {
      countryCode: this.#view.country, currencyCode: view.currency, merchantCapabilities: ['supports3DS'],
      supportedNetworks: this.#view.brands.flatMap((brand) => networks[brand] ?? []),
      total: { label: view.marketplaceName, amount: decimal(view), type: 'final' },
      // Apple signs a hash of it, so that what is agreed to here pays nothing else
      applicationData: btoa(`${id}.${revision}`),
    })
    return new Promise((resolve) => {
      const fail = (found: Prepared): void => {
        resolve(found)
        session.abort()
      }
      session.onvalidatemerchant = async () => {
        const answer = await this.#host.post('wallet-session', { wallet: 'apple_pay' })
        if ('session' in answer) session.completeMerchantValidation(answer.session)
        else fail({ fault: this.#host.fault(answer as Parameters<MethodHost['fault']>[0]) })
      }
      session.onpaymentauthorized = async ({ payment }) => {
        this.#session = session
        resolve(await cardOf(this.#host, { wallet: 'apple_pay', token: JSON.stringify(payment.token.paymentData), revision }))
      }
      session.oncancel = () => resolve({ canceled: true })
      session.begin()
    })
  }
}
