/*
 * Stands in for what a browser, or Google's script, would bring: Google Pay and Apple Pay, with a sheet of their own
 * that says what it is. All behind it is real: the merchant session, the token with its signatures, the vault.
 */

type Wallet = 'google_pay' | 'apple_pay'
type Card = 'approved' | 'declined'

interface Wanted {
  readonly wallet: Wallet
  readonly payee: string
  readonly total: string
  readonly currency: string
  readonly applicationData?: string
}

const names: Readonly<Record<Wallet, string>> = { google_pay: 'Google Pay', apple_pay: 'Apple Pay' }

const sheetStyle = new CSSStyleSheet()
sheetStyle.replaceSync(`
  dialog { box-sizing: border-box; inline-size: min(400px, 100vw); max-inline-size: none; margin: auto auto 0; padding: 24px; border: 0; border-radius: 16px 16px 0 0;
    font: 16px/1.5 system-ui, sans-serif; color: #1d2329; background: #fff; box-shadow: 0 0 60px rgb(0 0 0 / .3) }
  dialog::backdrop { background: rgb(16 22 28 / .5) }
  h2 { margin: 0; font-size: 20px } p { margin: 4px 0 0 } .note { font-size: 14px; color: #56606a }
  .total { margin-block: 16px; font-size: 28px; font-weight: 650; font-variant-numeric: tabular-nums }
  fieldset { margin: 0 0 20px; padding: 0; border: 0 } label { display: flex; gap: 10px; align-items: center; min-block-size: 44px }
  input { inline-size: 20px; block-size: 20px } .row { display: grid; grid-template-columns: 1fr 2fr; gap: 12px }
  button { min-block-size: 48px; border: 1px solid #8a949e; border-radius: 8px; font: inherit; background: #fff; color: inherit; cursor: pointer }
  button.go { border-color: #1d2329; background: #1d2329; color: #fff } :focus-visible { outline: 3px solid #2f6fdb; outline-offset: 2px }
  @media (prefers-color-scheme: dark) { dialog, button { color: #e9edf1; background: #20272e } .note { color: #aab4bd } button.go { background: #e9edf1; color: #1d2329 } }
`)

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, properties: object, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** The sheet: what is paid to whom, the cards, and both ways out. Resolves with the card, or null when it was closed. */
function show({ wallet, payee, total, currency }: Wanted): Promise<Card | null> {
  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheetStyle]
  const choice = (value: Card, words: string): HTMLElement =>
    element('label', {}, element('input', { type: 'radio', name: 'card', value, checked: value === 'approved' }), words)
  const form = element('form', { method: 'dialog' },
    element('h2', { id: 'title' }, `${names[wallet]}, simulated`),
    element('p', { className: 'note' }, 'No wallet: the demo’s stand-in for one. No money moves.'),
    element('p', { className: 'total' }, `${currency} ${total}`), element('p', {}, `Pay ${payee}`),
    element('fieldset', {}, choice('approved', 'Visa •••• 4113'), choice('declined', 'Visa •••• 0002, which is declined')),
    element('div', { className: 'row' },
      element('button', { value: 'cancel', formNoValidate: true }, 'Cancel'), element('button', { value: 'approve', className: 'go' }, 'Approve')))
  const dialog = element('dialog', { ariaLabel: `${names[wallet]}, simulated` }, form)
  root.append(dialog)
  document.body.append(host)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const card = new FormData(form).get('card') as Card
      host.remove()
      resolve(dialog.returnValue === 'approve' ? card : null)
    })
  })
}

async function tokenOf({ wallet, total, currency, applicationData }: Wanted, card: Card): Promise<string> {
  const response = await fetch('/simulated-wallets/token', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ wallet, card, total, currency, applicationData }),
  })
  return ((await response.json()) as { token: string }).token
}

interface GoogleRequest {
  readonly merchantInfo: { readonly merchantName: string }
  readonly transactionInfo: { readonly totalPrice: string; readonly currencyCode: string }
}

interface GoogleButton {
  readonly onClick: () => void
  readonly buttonColor: 'black' | 'white'
}

class PaymentsClient {
  isReadyToPay(): Promise<{ result: boolean }> {
    return Promise.resolve({ result: true })
  }

  /** Google's own script draws its mark here; this one has none. */
  createButton({ onClick, buttonColor }: GoogleButton): HTMLElement {
    const button = element('button', { type: 'button', onclick: onClick, className: buttonColor }, 'Pay with Google Pay (simulated)')
    Object.assign(button.style, {
      border: '1px solid #747775', borderRadius: '8px', font: 'inherit', fontWeight: '600', cursor: 'pointer',
      background: buttonColor === 'black' ? '#000' : '#fff', color: buttonColor === 'black' ? '#fff' : '#1f1f1f',
    })
    return element('div', {}, button)
  }

  async loadPaymentData({ merchantInfo, transactionInfo }: GoogleRequest): Promise<object> {
    const { totalPrice: total, currencyCode: currency } = transactionInfo
    const wanted: Wanted = { wallet: 'google_pay', payee: merchantInfo.merchantName, total, currency }
    const card = await show(wanted)
    // as Google's script does it: an object that is no error
    if (!card) return Promise.reject({ statusCode: 'CANCELED' } as unknown as Error)
    return { paymentMethodData: { tokenizationData: { token: await tokenOf(wanted, card) } } }
  }
}

interface AppleRequest {
  readonly currencyCode: string
  readonly total: { readonly label: string; readonly amount: string }
  readonly applicationData?: string
}

class SimulatedApplePaySession {
  static readonly STATUS_SUCCESS = 0
  static readonly STATUS_FAILURE = 1
  onvalidatemerchant: ((event: object) => void) | null = null
  onpaymentauthorized: ((event: object) => void) | null = null
  oncancel: (() => void) | null = null
  readonly #request: AppleRequest
  #aborted = false

  constructor(_version: number, request: AppleRequest) {
    this.#request = request
  }

  static supportsVersion(version: number): boolean {
    return version <= 14
  }

  static canMakePayments(): boolean {
    return true
  }

  begin(): void {
    queueMicrotask(() => this.onvalidatemerchant?.({ validationURL: 'https://apple-pay-gateway.apple.com/paymentservices/startSession' }))
  }

  abort(): void {
    this.#aborted = true
  }

  completeMerchantValidation(session: { readonly merchantSessionIdentifier?: string }): void {
    if (this.#aborted || !session.merchantSessionIdentifier) return this.oncancel?.()
    void this.#authorize()
  }

  async #authorize(): Promise<void> {
    const { currencyCode: currency, total, applicationData } = this.#request
    // the browser has it in base64, and what is signed is the data
    const data = applicationData === undefined ? {} : { applicationData: atob(applicationData) }
    const wanted: Wanted = { wallet: 'apple_pay', payee: total.label, total: total.amount, currency, ...data }
    const card = await show(wanted)
    if (!card) return this.oncancel?.()
    const paymentData = JSON.parse(await tokenOf(wanted, card)) as object
    this.onpaymentauthorized?.({ payment: { token: { paymentData } } })
    return undefined
  }

  /** How the sheet was closed, for whoever looks. */
  completePayment({ status }: { readonly status: number }): void {
    document.documentElement.dataset['applePay'] = status === SimulatedApplePaySession.STATUS_SUCCESS ? 'success' : 'failure'
  }
}

Object.assign(globalThis, {
  google: { payments: { api: { PaymentsClient } } },
  ApplePaySession: SimulatedApplePaySession,
})
