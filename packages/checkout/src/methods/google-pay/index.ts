import type { Prepared } from '../../session.ts'
import type { MethodHost, Offer, PaymentMethod } from '../method.ts'
import { cardOf, decimal, placeOf } from '../wallet.ts'
import { script, type CardParameters, type PaymentsClient } from './browser.ts'

/* Google Pay: its script draws the button and the sheet; the vault alone can open what the sheet gives. */

type View = Offer<'google_pay'>

/** Brands as Google calls them; it takes no others. */
const networks = ['VISA', 'MASTERCARD', 'AMEX', 'DISCOVER', 'JCB']

const version = { apiVersion: 2, apiVersionMinor: 0 }

export async function row(host: MethodHost, offer: Offer | undefined): Promise<PaymentMethod | undefined> {
  // without an entry there is nobody to encrypt for; and Google knows no total of three decimals
  if (!offer || host.view.exponent > 2) return undefined
  const view = offer as View
  const { PaymentsClient } = await script(host.timing.frameReadyMs)
  const { environment } = view
  const client = new PaymentsClient({ environment, ...(host.nonce && { nonce: host.nonce }) })
  const { result } = await client.isReadyToPay({ ...version, allowedPaymentMethods: [{ type: 'CARD', parameters: cardsOf(view) }] })
  return result ? new GooglePay(host, { view, client }) : undefined
}

function cardsOf({ brands, authMethods }: View): CardParameters {
  const allowedCardNetworks = brands.map((brand) => brand.toUpperCase()).filter((brand) => networks.includes(brand))
  return { allowedAuthMethods: authMethods, allowedCardNetworks }
}

class GooglePay implements PaymentMethod {
  readonly type = 'google_pay'
  readonly name = 'Google Pay'
  readonly ready = true
  readonly complete = true
  readonly #host: MethodHost
  readonly #view: View
  readonly #client: PaymentsClient
  #box: HTMLElement | undefined
  #sheet: Promise<Prepared> | undefined

  constructor(host: MethodHost, { view, client }: { view: View, client: PaymentsClient }) {
    this.#host = host
    this.#view = view
    this.#client = client
  }

  button(): HTMLElement {
    return this.#box ??= this.#draw()
  }

  #draw(): HTMLElement {
    const { box, root } = placeOf(':host { display: block; block-size: 52px; margin-block-start: 16px } div, button { inline-size: 100%; block-size: 100% }')
    root.append(this.#client.createButton({
      buttonRootNode: root, buttonType: 'pay', buttonSizeMode: 'fill', buttonLocale: this.#host.language.locale.slice(0, 2),
      buttonColor: this.#host.style().scheme === 'dark' ? 'white' : 'black',
      onClick: () => {
        this.#sheet = this.#open()
        this.#host.submit()
      },
    }))
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

  async #open(): Promise<Prepared> {
    const { view } = this.#host
    const { country, merchantId, tokenization } = this.#view
    try {
      const { paymentMethodData } = await this.#client.loadPaymentData({
        ...version,
        merchantInfo: { merchantName: view.marketplaceName, ...(merchantId && { merchantId }) },
        allowedPaymentMethods: [{ type: 'CARD', parameters: cardsOf(this.#view), tokenizationSpecification: tokenization }],
        transactionInfo: {
          countryCode: country, currencyCode: view.currency, totalPrice: decimal(view), totalPriceStatus: 'FINAL',
          checkoutOption: 'COMPLETE_IMMEDIATE_PURCHASE',
        },
      })
      return await cardOf(this.#host, {
        wallet: 'google_pay', token: paymentMethodData.tokenizationData.token, revision: view.revision,
      })
    } catch (error) {
      const { statusCode } = (error ?? {}) as { statusCode?: string }
      return statusCode === 'CANCELED' ? { canceled: true } : { fault: this.#host.fault('try_again_later') }
    }
  }
}
