import { loadHoldfast } from '../index.ts'
import { checkoutView } from './views.ts'

/* Draws a checkout under the page's policy, and reports what the policy had to stop. */

const violations: string[] = []
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`)
})

const ticket = { object: 'frame_ticket', ticket: 'tick_1_1', frameUrl: '', expiresAt: '' }
globalThis.fetch = async (address) =>
  new Response(JSON.stringify(String(address).endsWith('frame-ticket') ? ticket : checkoutView()))

await loadHoldfast({ apiUrl: location.origin })
const element = document.createElement('holdfast-checkout')
element.setAttribute('client-secret', 'cs_01_secret_x')
element.setAttribute('appearance', 'light')
element.addEventListener('ready', () => {
  const button = element.renderRoot.querySelector('.pay') as HTMLElement
  parent.postMessage({ violations, background: getComputedStyle(button).backgroundColor }, '*')
})
document.body.append(element)
