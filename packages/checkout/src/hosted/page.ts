import { ownNow } from '../clock.ts'
import type { CheckoutState } from '../events.ts'
import { drop, keep, kept, lend, named, sweep } from './keeping.ts'

/*
 * The hosted page: finds what opens the session, takes it out of the address, and shows the component. It goes nowhere by
 * itself; where the component's links and wallets lead is the API's word.
 */

interface Config {
  readonly apiUrl: string
  readonly vaultUrl: string
  /** Null on the page of a payment link that names none. */
  readonly marketplace: string | null
  readonly link: string | null
  readonly theme: string
  /** Null: the theme's own. */
  readonly accent: { readonly light: string, readonly dark: string } | null
  readonly nonce: string | null
  readonly words: Readonly<Record<string, string>>
}

const config = JSON.parse(document.querySelector('#page')!.textContent) as Config
const main = document.querySelector('main')!
const text = (key: string): string => config.words[key] ?? ''
const query = new URLSearchParams(location.search)

/** As the buyer was addressed before going to a wallet, whose way back knows nothing of it. */
function sameLanguage(): boolean {
  const asked = query.get('locale')
  const key = 'holdfast:locale'
  try {
    const before = sessionStorage.getItem(key)
    if (asked) sessionStorage.setItem(key, asked)
    if (asked || !before || before === document.documentElement.lang) return true
    query.set('locale', before)
  } catch {
    return true
  }
  location.replace(`${location.pathname}?${query}${location.hash}`)
  return false
}

/** Takes the secret out of the address: it is not to be read over a shoulder, or sent on with the page. */
function takeSecret(): string | null {
  const given = location.hash.slice(1)
  const back = query.get('holdfast_session')
  const asked = query.get('locale')
  history.replaceState(null, '', location.pathname + (asked ? `?locale=${encodeURIComponent(asked)}` : ''))
  return named(given) ? given : back ? kept(back) : kept()
}

function say(title: string, words: string, retry?: () => void): void {
  const section = document.createElement('section')
  section.className = 'state'
  const heading = document.createElement(document.querySelector('header h1') ? 'h2' : 'h1')
  heading.textContent = title
  heading.tabIndex = -1
  const paragraph = document.createElement('p')
  paragraph.textContent = words
  section.append(heading, paragraph)
  if (retry) {
    const button = document.createElement('button')
    button.textContent = text('retry')
    button.addEventListener('click', retry)
    section.append(button)
  }
  main.replaceChildren(section)
  heading.focus()
}

function appearance(): string {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const { theme, accent } = config
  return JSON.stringify({
    theme: `${theme} ${dark ? 'dark' : 'light'}`, ...(accent && { variables: { colorAccent: dark ? accent.dark : accent.light } }),
  })
}

const over = ['complete', 'expired', 'canceled']

function show(secret: string): void {
  keep(secret)
  const element = document.createElement('holdfast-checkout')
  const attributes = {
    'client-secret': secret, 'api-url': config.apiUrl, 'vault-url': config.vaultUrl, locale: document.documentElement.lang,
    appearance: appearance(),
  }
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  if (config.nonce) element.setAttribute('nonce', config.nonce)
  const follow = ({ detail: { phase } }: CustomEvent<CheckoutState>): void => {
    lend(secret, { away: phase === 'paying' || phase === 'processing', now: ownNow() })
    // a payment link is opened anew once what it had opened came to nothing
    if (config.link !== null && over.includes(phase) && phase !== 'complete') drop()
  }
  element.addEventListener('ready', follow as EventListener)
  element.addEventListener('change', follow as EventListener)
  // the element has no slots: this is seen while its script isn't here
  element.append(...main.querySelectorAll('.late'))
  main.replaceChildren(element)
}

const refusals: Readonly<Record<string, string>> = {
  payment_link_unknown: 'link_unknown', payment_link_inactive: 'link_inactive', payment_link_expired: 'link_expired',
  payment_link_unavailable: 'link_inactive', payment_link_used_up: 'link_used_up',
}

/** Asks for the link's session: by a press of the buyer's script alone, since previews and scanners read links too. */
async function open(link: string): Promise<void> {
  const answer = await fetch(`${config.apiUrl}/v1/payment-links/${encodeURIComponent(link)}/open`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}', credentials: 'omit', redirect: 'error',
  }).then(async (response) => ({ ok: response.ok, body: await response.json() as { clientSecret?: string, code?: string } })).catch(() => null)
  const refused = refusals[answer?.body.code ?? '']
  if (answer?.body.code === 'payment_link_busy') say(text('link_busy'), text('link_busyText'), () => void open(link))
  else if (refused) say(text(refused), text('linkText'))
  else if (answer?.ok && named(answer.body.clientSecret ?? '')) show(answer.body.clientSecret!)
  else say(text('loadErrorTitle'), text('error_network'), () => void open(link))
}

function start(): void {
  sweep(ownNow())
  const secret = takeSecret()
  // another marketplace's session under this one's name and colours would be a lie
  const fits = secret !== null && (config.marketplace === null || named(secret)?.marketplace === config.marketplace)
  if (fits) show(secret)
  else if (config.link !== null) void open(config.link)
  else say(text('incomplete'), text('incompleteText'))
}

if (sameLanguage()) start()
// another link of the same page, put into the address of this one
addEventListener('hashchange', () => location.reload())
