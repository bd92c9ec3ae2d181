import type { Offer } from '../methods/method.ts'

/* Stands in for the browser's Apple Pay and for Google's script, as far as a page can see them. */

export const googleOffer: Offer<'google_pay'> = {
  type: 'google_pay', environment: 'TEST', merchantId: null, country: 'US', brands: ['visa', 'mastercard', 'diners'],
  authMethods: ['CRYPTOGRAM_3DS'], tokenization: { type: 'PAYMENT_GATEWAY', parameters: { gateway: 'holdfast', gatewayMerchantId: 'm' } },
}
export const appleOffer: Offer<'apple_pay'> = { type: 'apple_pay', merchantId: 'merchant.test', country: 'US', brands: ['visa', 'unionpay', 'diners'] }

type Global = Record<string, unknown>
const page = globalThis as unknown as Global

/** What the buyer does in Google's sheet: gives a token, closes it, or the script fails. */
export class StandInGoogle {
  options: Record<string, unknown> = {}
  asked: Record<string, unknown>[] = []
  ready: boolean | 'never' = true
  does: 'approves' | 'closes' | 'fails' = 'approves'
  /** Runs while the sheet is open. */
  meanwhile: (() => Promise<unknown>) | undefined

  install(): void {
    page['google'] = { payments: { api: { PaymentsClient: googleClient(this) } } }
  }

  async sheet(request: Record<string, unknown>): Promise<object> {
    this.asked.push(request)
    await this.meanwhile?.()
    // as Google's script has it: an object that is no error
    if (this.does !== 'approves') return Promise.reject({ statusCode: this.does === 'closes' ? 'CANCELED' : 'DEVELOPER_ERROR' } as unknown as Error)
    return { paymentMethodData: { tokenizationData: { token: '{"google":1}' } } }
  }
}

export class StandInApple {
  able: boolean | 'throws' = true
  does: 'approves' | 'closes' = 'approves'
  readonly asked: Record<string, unknown>[] = []
  readonly merchantSessions: unknown[] = []
  readonly completed: number[] = []
  aborted = 0
  /** Whether each sheet was opened while its button was being pressed. */
  pressing = false
  readonly inPress: boolean[] = []

  install(): void {
    page['ApplePaySession'] = appleSession(this)
  }
}

export function uninstallWallets(): void {
  delete page['google']
  delete page['ApplePaySession']
}

const googleClient = (stand: StandInGoogle): unknown => class {
  constructor(options: Record<string, unknown>) { stand.options = options }
  isReadyToPay = (): Promise<object> => stand.ready === 'never' ? new Promise(() => {}) : Promise.resolve({ result: stand.ready })
  loadPaymentData = (request: Record<string, unknown>): Promise<object> => stand.sheet(request)
  createButton({ onClick }: { onClick: () => void }): HTMLElement {
    const button = document.createElement('button')
    button.textContent = 'Google Pay'
    button.onclick = onClick
    return button
  }
}

const appleSession = (stand: StandInApple): unknown => class {
  static readonly STATUS_SUCCESS = 0
  static readonly STATUS_FAILURE = 1
  onvalidatemerchant: ((event: object) => void) | undefined
  onpaymentauthorized: ((event: object) => void) | undefined
  oncancel: (() => void) | undefined

  constructor(version: number, request: Record<string, unknown>) {
    stand.asked.push({ version, ...request })
  }

  static supportsVersion(version: number): boolean {
    return version <= 3
  }

  static canMakePayments(): boolean {
    if (stand.able === 'throws') throw new DOMException('insecure', 'InvalidAccessError')
    return stand.able
  }

  begin(): void {
    stand.inPress.push(stand.pressing)
    queueMicrotask(() => this.onvalidatemerchant?.({}))
  }

  abort(): void {
    stand.aborted++
  }

  completeMerchantValidation(session: unknown): void {
    stand.merchantSessions.push(session)
    if (stand.does === 'closes') this.oncancel?.()
    else this.onpaymentauthorized?.({ payment: { token: { paymentData: { apple: 1 } } } })
  }

  completePayment({ status }: { status: number }): void {
    stand.completed.push(status)
  }
}
