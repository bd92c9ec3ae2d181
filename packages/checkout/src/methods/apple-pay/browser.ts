/* As much of the browser's Apple Pay as is used here. */

export interface Session {
  onvalidatemerchant: ((event: object) => void) | null
  onpaymentauthorized: ((event: { readonly payment: { readonly token: { readonly paymentData: object } } }) => void) | null
  oncancel: (() => void) | null
  begin(): void
  abort(): void
  completeMerchantValidation(session: unknown): void
  completePayment(result: { readonly status: number }): void
}

export interface Sessions {
  new (version: number, request: object): Session
  readonly STATUS_SUCCESS: number
  readonly STATUS_FAILURE: number
  supportsVersion(version: number): boolean
  canMakePayments(): boolean
}

/** The browser's Apple Pay, where this device can pay with it. Elsewhere than on a secure page asking is an error. */
export function sessions(): Sessions | undefined {
  const { ApplePaySession } = globalThis as { ApplePaySession?: Sessions }
  try {
    return ApplePaySession?.canMakePayments() ? ApplePaySession : undefined
  } catch {
    return undefined
  }
}
