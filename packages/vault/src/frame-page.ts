import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { closestLocale, directionOf } from '@holdfast/contract/locale'
import { VaultConfigError } from './config-error.ts'
import type { Marketplace } from './store.ts'

/** What the frame's page is made of. */
export interface FrameAssets {
  readonly script: string
  readonly style: string
  /** The frame's sentences as JSON, by language; English is in the script. */
  readonly words?: Readonly<Record<string, string>>
}

const bundle = fileURLToPath(new URL('../../card-frame/dist/', import.meta.url))

/** @throws VaultConfigError - the bundle has not been built */
export function loadFrame(folder: string = bundle): FrameAssets {
  const [script, style] = [`${folder}/frame.js`, `${folder}/frame.css`]
  if (!existsSync(script) || !existsSync(style))
    throw new VaultConfigError(`The card frame has not been built (no ${script}): run npm run build.`)
  return { script: readFileSync(script, 'utf8'), style: readFileSync(style, 'utf8'), words: loadWords(`${folder}/words`) }
}

function loadWords(folder: string): Record<string, string> {
  const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.json')) : []
  return Object.fromEntries(files.map(name => [name.slice(0, -'.json'.length), readFileSync(join(folder, name), 'utf8')]))
}

export interface FrameRequest {
  readonly origin: string
  readonly marketplace: Pick<Marketplace, 'origins'> | undefined
  /** BCP 47, from the address: anything at all. The page is in the language closest to it. */
  readonly locale?: unknown
}

export interface FramePage {
  readonly html: string
  /** The same, a third of its size. */
  readonly brotli: Buffer
  readonly policy: string
}

/** What a policy allows one inline script or stylesheet by: every byte of it. */
const sourceOf = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`

/** @throws Error - the browser would read something else than what stands there */
function inline(content: string, tag: 'script' | 'style'): string {
  if (/<(?:\/(?:script|style)|!--|script)|[\r\0]/i.test(content)) throw new Error(`The card frame’s ${tag} can’t stand in a page: it has a tag or a comment of HTML in it, or a control character.`)
  return `<${tag}>${content}</${tag}>`
}

/** A block of data, which no policy has to allow, because nothing runs it. */
function wordsIn(json: string | undefined): string {
  return json ? `<script type="application/json" id="words">${json.replaceAll('<', '\\u003c')}</script>` : ''
}

interface InOneLanguage {
  readonly html: string
  readonly brotli: Buffer
}

function inOneLanguage(html: string): InOneLanguage {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
  return { html, brotli: brotliCompressSync(html, { params }) }
}

/**
 * The frame's page with all that is in it, so that a buyer waits for one answer and not for three, and the policy
 * under which it runs, for one marketplace.
 */
export function framePage({ script, style, words = {} }: FrameAssets): (request: FrameRequest) => FramePage {
  const [styled, running] = [inline(style, 'style'), inline(script, 'script')]
  const fixed = `default-src 'none'; script-src ${sourceOf(script)}; style-src ${sourceOf(style)}`
  const made = new Map<string, InOneLanguage>()
  const html = (lang: string): string => `<!doctype html>
<html lang="${lang}" dir="${directionOf(lang)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Card</title>
${styled}
<body>${wordsIn(words[lang])}${running}</body>
</html>
`
  const spoken = (locale: unknown): string => {
    const lang = typeof locale === 'string' ? closestLocale(locale) : undefined
    return lang && words[lang] ? lang : 'en'
  }
  // each language once, when somebody first asks for it: nothing in it is anyone's own
  const pageIn = (lang: string): InOneLanguage => {
    const known = made.get(lang) ?? inOneLanguage(html(lang))
    made.set(lang, known)
    return known
  }
  return ({ origin, marketplace, locale }) => ({
    ...pageIn(spoken(locale)),
    policy: [
      fixed,
      `connect-src ${origin}/v1/`,
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors ${marketplace && marketplace.origins.length > 0 ? marketplace.origins.join(' ') : `'none'`}`,
      `require-trusted-types-for 'script'`,
      `trusted-types 'none'`,
    ].join('; '),
  })
}
