import type { ErrorCode } from '../errors.ts'

const said = new Set<string>()

/** What a merchant's developer can do about a checkout that does not work; buyers never read it. Once each. */
export function advise(code: ErrorCode, baseUrl: string): void {
  const advice = adviceOf(code, baseUrl)
  if (!advice || said.has(advice)) return
  said.add(advice)
  // oxlint-disable-next-line no-console
  console.error(`holdfast-checkout: ${advice}`)
}

function adviceOf(code: ErrorCode, baseUrl: string): string | undefined {
  switch (code) {
    case 'origin_not_allowed': return `this page's origin, ${location.origin}, is not registered with the marketplace. `
      + `Register it from your server: PATCH /v1/marketplace { "origins": ["${location.origin}", …] }, with every origin that stays.`
    case 'session_unknown': return 'the API does not know this client secret, or takes no more attempts with it. Give the element the clientSecret '
      + `that sessions.create has just returned, whole and unchanged, from the same API as ${baseUrl} (api-url) and of the same mode, test or live.`
    case 'internal': return `${baseUrl} does not answer as the API of Holdfast does. Check api-url: it is the API's own origin, `
      + 'such as https://pay.example.com, and not that of your shop.'
    case 'network': return `${baseUrl} could not be reached, or one of the files beside the script. If it is up: check api-url, whether the `
      + "page's Content-Security-Policy lists it under connect-src and the script's place under script-src and connect-src, and whether an extension blocks it."
    case 'card_form_failed': return 'the card frame did not answer. Check that the page’s Content-Security-Policy lists the vault’s origin under '
      + `frame-src, and that the marketplace has registered ${location.origin}: the vault lets no other page frame it.`
    default: return undefined
  }
}
