/* Google's script, and as much of what it puts into the page as is used here. */

export interface CardParameters {
  readonly allowedAuthMethods: readonly string[]
  readonly allowedCardNetworks: readonly string[]
}

export interface PaymentsClient {
  isReadyToPay(request: object): Promise<{ readonly result: boolean }>
  loadPaymentData(request: object): Promise<{ readonly paymentMethodData: { readonly tokenizationData: { readonly token: string } } }>
  createButton(options: object): HTMLElement
}

export interface GooglePayments {
  readonly PaymentsClient: new (options: object) => PaymentsClient
}

interface Policy {
  createScriptURL(url: string): string
}
declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined

const address = 'https://pay.google.com/gp/p/js/pay.js'

const present = (): GooglePayments | undefined =>
  (globalThis as { google?: { payments?: { api?: GooglePayments } } }).google?.payments?.api

/** Asked for once a page, and again only after it failed. */
let coming: Promise<GooglePayments> | undefined

/**
 * Google's script, which the page may have loaded itself. Google changes it at will, so that no hash can hold it.
 *
 * @throws Error - it is blocked, late, or not there
 */
export function script(timeoutMs: number): Promise<GooglePayments> {
  const api = present()
  if (api) return Promise.resolve(api)
  coming ??= load(timeoutMs).catch((error: unknown) => {
    coming = undefined
    throw error
  })
  return coming
}

async function load(timeoutMs: number): Promise<GooglePayments> {
  const element = document.createElement('script')
  const rules: Policy = { createScriptURL: () => address }
  const policy = typeof trustedTypes === 'undefined' ? rules : trustedTypes.createPolicy('holdfast-google-pay', rules)
  Object.assign(element, { async: true, src: policy.createScriptURL(address) })
  await new Promise((resolve, reject) => {
    Object.assign(element, { onload: resolve, onerror: () => reject(new Error(`${address} did not load`)) })
    setTimeout(() => reject(new Error(`${address} did not load in time`)), timeoutMs)
    document.head.append(element)
  })
  const api = present()
  if (!api) throw new Error(`${address} brought no Google Pay`)
  return api
}
