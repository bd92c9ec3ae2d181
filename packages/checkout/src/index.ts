import { HoldfastCheckout } from './element/checkout.ts'
import { shelf } from './chunks.ts'

export { HoldfastCheckout }
export type { Appearance, AppearanceVariables } from './appearance.ts'
export type { ThemeName } from './themes/index.ts'
export type { CheckoutError, ErrorCode, ErrorType } from './errors.ts'
export {
  ChangeEvent, CompleteEvent, FailedEvent, LoadErrorEvent, PaymentMethodChangeEvent, PendingEvent, ReadyEvent,
} from './events.ts'
export type { Drawing, Method, MethodHost, MethodSource, Offer, PaymentMethod } from './methods/method.ts'
export type { CheckoutState, HoldfastCheckoutEventMap, Outcome, Phase } from './events.ts'

/**
 * Registers `<holdfast-checkout>`, once however often it is called. On a server it does nothing: importing this
 * package and calling it there are both safe.
 *
 * @param options.apiUrl - the API's origin, for elements without `api-url`
 * @param options.chunksUrl - the folder of the languages and parts (`dist/chunks`); by default beside this module's file
 * @returns the element's class, or null where there is no document
 */
export async function loadHoldfast(
  { apiUrl, chunksUrl }: { apiUrl?: string, chunksUrl?: string } = {},
): Promise<typeof HoldfastCheckout | null> {
  if (typeof document === 'undefined') return null
  if (chunksUrl) shelf.base = new URL(chunksUrl, document.baseURI).href.replace(/\/?$/, '/')
  if (apiUrl) HoldfastCheckout.defaultApiUrl = apiUrl
  if (!customElements.get('holdfast-checkout')) customElements.define('holdfast-checkout', HoldfastCheckout)
  return customElements.get('holdfast-checkout') as typeof HoldfastCheckout
}
