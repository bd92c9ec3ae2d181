import { createHash } from 'node:crypto'
import { themeGrounds } from '@holdfast/contract'
import { closestLocale, directionOf } from '@holdfast/contract/locale'
import { escapeHtml } from '../http/html.ts'
import { accentsOf, logoPath, type StoredBranding } from './branding.ts'
import type { Shelf, Words } from './files.ts'

/* The hosted page's document: static HTML, and the policy under which it runs. */

export interface Branded {
  readonly id: string
  readonly name: string
  readonly branding: StoredBranding
}

export interface Document {
  readonly html: string
  readonly policy: string
}

export interface Making {
  readonly shelf: Shelf
  readonly words: Readonly<Record<string, Words>>
  /** The API's address, and what of it comes before our paths. */
  readonly publicUrl: string
  /** Where the card's fields come from. */
  readonly vaultOrigin: string
  /**
   * Where Google Pay is offered, for the styles that Google's script writes; null elsewhere. That script comes from Google
   * and is held by no hash: a page that has no use for it must not load it.
   */
  readonly nonce: string | null
  /** BCP 47. */
  readonly locale: string
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const fill = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

/** The first language of those wished for that is spoken here, with its region; wishes as browsers send them. */
export function localeOf(asked: string | undefined, accepted: string | undefined): string {
  const wishes = (accepted ?? '').slice(0, 400).split(',').map((wish) => wish.split(';q=') as [string, string?])
    .map(([tag, weight]) => ({ tag: tag.trim(), weight: Number(weight ?? 1) })).toSorted((a, b) => b.weight - a.weight)
  const found = [asked ?? '', ...wishes.map(({ tag }) => tag)].find((tag) => tag.length < 36 && closestLocale(tag) !== undefined)
  return found === undefined ? 'en' : new Intl.Locale(found).toString()
}

interface Spoken {
  readonly lang: string
  readonly direction: string
  readonly words: Words
}

function spoken({ words, locale }: Pick<Making, 'words' | 'locale'>): Spoken {
  const language = closestLocale(locale) ?? 'en'
  const known = words[language] === undefined ? 'en' : language
  return { lang: known === language ? locale : 'en', direction: directionOf(known), words: { ...words['en'], ...words[known] } }
}

/** What stands in the address after `/pay/`. */
export interface Subject {
  /** Null: a link that names none of ours, which its opening will say. */
  readonly marketplace: Branded | null
  /** A payment link's, which the page's script opens. */
  readonly link: string | null
}

/** The page on which a marketplace's sessions, or one payment link, are paid. */
export function paymentDocument(making: Making, { marketplace, link }: Subject): Document {
  const { shelf, publicUrl } = making
  const speech = spoken(making)
  const { words } = speech
  const branding = marketplace?.branding ?? {}
  const config = {
    apiUrl: publicUrl, vaultUrl: making.vaultOrigin, marketplace: marketplace?.id ?? null, link,
    theme: branding.theme ?? 'harbour', accent: accentsOf(branding), nonce: making.nonce, words,
  }
  const late = `<p class="late" role="alert">${escapeHtml(words['error_network'] ?? '')}</p>`
  return frame(making, {
    speech, marketplace, title: marketplace ? `${words['payment']} · ${marketplace.name}` : words['payment'] ?? '',
    // the card's frame comes from there: by the time the scripts are here, so is the connection
    head: `<link rel="preconnect" href="${making.vaultOrigin}">\n`
      + script(making, shelf.component.path, shelf.component.integrity) + script(making, shelf.script.path, shelf.script.integrity),
    body: `${marketplace ? header(making, marketplace) : ''}
<main>${late}<noscript><p>${escapeHtml(words['noScript'] ?? '')}</p></noscript></main>
${marketplace ? footer(branding, words) : ''}
<script type="application/json" id="page">${JSON.stringify(config).replaceAll('<', '\\u003c')}</script>`,
  })
}

/** What is shown where an address names no marketplace. */
export function unknownDocument(making: Making): Document {
  const speech = spoken(making)
  const { words } = speech
  return frame(making, {
    speech, marketplace: null, title: words['unknown'] ?? '', head: '',
    body: `<main><section class="state"><h1>${escapeHtml(words['unknown'] ?? '')}</h1><p>${escapeHtml(words['unknownText'] ?? '')}</p></section></main>`,
  })
}

const base = (publicUrl: string): string => URL.parse(publicUrl)?.pathname.replace(/\/+$/, '') ?? ''

const script = ({ publicUrl }: Making, path: string, integrity: string): string =>
  `<script type="module" src="${base(publicUrl)}${path}" integrity="${integrity}" crossorigin></script>\n`

function header({ publicUrl }: Making, { id, name, branding: { logo } }: Branded): string {
  const picture = logo === undefined ? '' : `<img src="${base(publicUrl)}${logoPath(id, logo)}" alt="" height="40">`
  return `<header>${picture}<h1>${escapeHtml(name)}</h1></header>`
}

function footer({ supportEmail, termsUrl, privacyUrl }: StoredBranding, words: Words): string {
  const links = [
    [termsUrl, words['terms']], [privacyUrl, words['privacy']],
    [supportEmail && `mailto:${encodeURIComponent(supportEmail).replace('%40', '@')}`, supportEmail && fill(words['contact'] ?? '', { email: supportEmail })],
  ].filter((link): link is [string, string] => link[0] !== undefined)
  if (links.length === 0) return ''
  const items = links.map(([href, text]) => `<li><a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a></li>`)
  return `<footer><ul>${items.join('')}</ul></footer>`
}

interface Frame {
  readonly speech: Spoken
  /** Null: nobody's page. */
  readonly marketplace: Branded | null
  readonly title: string
  /** HTML. */
  readonly head: string
  readonly body: string
}

function frame(making: Making, { speech, marketplace, title, head, body }: Frame): Document {
  const { shelf, publicUrl } = making
  const branding = marketplace?.branding ?? {}
  const style = colours(branding)
  const icon = marketplace?.branding.logo === undefined ? 'data:,' : `${base(publicUrl)}${logoPath(marketplace.id, marketplace.branding.logo)}`
  return {
    policy: policyOf(making, hashOf(style)),
    html: `<!doctype html>
<html lang="${speech.lang}" dir="${speech.direction}" class="${branding.theme ?? 'harbour'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${base(publicUrl)}${shelf.style.path}" integrity="${shelf.style.integrity}" crossorigin>
<style>${style}</style>
${head}</head>
<body>
${body}
</body>
</html>
`,
  }
}

/** The theme's grounds and the marketplace's accent, in both schemes: nothing in it is free text. */
function colours(branding: StoredBranding): string {
  const { light, dark } = themeGrounds[branding.theme ?? 'harbour']
  const accent = accentsOf(branding)
  const of = (scheme: 'light' | 'dark', ground: string): string => `:root{--paper:${ground};${accent ? `--accent:${accent[scheme]};` : ''}}`
  return `${of('light', light)}@media(prefers-color-scheme:dark){${of('dark', dark)}}`
}

function policyOf({ publicUrl, vaultOrigin, nonce }: Making, style: string): string {
  const own = URL.parse(publicUrl)?.origin ?? "'self'"
  const google = nonce !== null
  const wallet = google ? ' https://pay.google.com' : ''
  return [
    "default-src 'none'", `script-src 'self'${wallet}`, `style-src 'self' ${style}${google ? ` 'nonce-${nonce}'` : ''}`,
    `img-src 'self' data:${google ? ' https://www.gstatic.com' : ''}`,
    `connect-src 'self' ${own}${wallet}`, `frame-src ${vaultOrigin} ${own}${wallet}`,
    "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
    "require-trusted-types-for 'script'", `trusted-types lit-html holdfast${google ? ' holdfast-google-pay' : ''}`,
  ].join('; ')
}
