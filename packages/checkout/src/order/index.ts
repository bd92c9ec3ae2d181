import { shelf } from '../chunks.ts'
import { HoldfastOrder, OrderEvent } from './element.ts'

export { HoldfastOrder, OrderEvent }
export type { Appearance, AppearanceVariables } from '../appearance.ts'

/**
 * Registers `<holdfast-order>`, once however often it is called. On a server it does nothing: importing this module
 * and calling it there are both safe.
 *
 * @param options.apiUrl - the API's origin, for elements without `api-url`
 * @param options.chunksUrl - the folder of the languages (`dist/chunks`); by default beside this module's file
 * @returns the element's class, or null where there is no document
 */
export async function loadHoldfastOrder(
  { apiUrl, chunksUrl }: { apiUrl?: string, chunksUrl?: string } = {},
): Promise<typeof HoldfastOrder | null> {
  if (typeof document === 'undefined') return null
  if (chunksUrl) shelf.base = new URL(chunksUrl, document.baseURI).href.replace(/\/?$/, '/')
  if (apiUrl) HoldfastOrder.defaultApiUrl = apiUrl
  if (!customElements.get('holdfast-order')) customElements.define('holdfast-order', HoldfastOrder)
  return customElements.get('holdfast-order') as typeof HoldfastOrder
}
