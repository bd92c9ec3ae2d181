import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closestLocale, directionOf } from '@holdfast/contract/locale'
import type { Marketplace } from './store.ts'

/** The frame's script and stylesheet, as they are served. */
export interface FrameAssets {
  readonly script: string
  readonly style: string
  /** The frame's sentences as JSON, by language; English is in the script. */
  readonly words?: Readonly<Record<string, string>>
}

const bundle = fileURLToPath(new URL('../../card-frame/dist/', import.meta.url))

/** @throws Error - the bundle has not been built */
export function loadFrame(folder: string = bundle): FrameAssets {
  const [script, style] = [`${folder}/frame.js`, `${folder}/frame.css`]
  if (!existsSync(script) || !existsSync(style))
    throw new Error(`The card frame has not been built (no ${script}): run npm run build.`)
  return { script: readFileSync(script, 'utf8'), style: readFileSync(style, 'utf8'), words: loadWords(`${folder}/words`) }
}

function loadWords(folder: string): Record<string, string> {
  const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.json')) : []
  return Object.fromEntries(files.map(name => [name.slice(0, -'.json'.length), readFileSync(join(folder, name), 'utf8')]))
}

export interface FrameFiles {
  /** By path: what is served there, forever the same. */
  readonly files: Readonly<Record<string, { readonly type: string; readonly content: string }>>
  /** The page, and the policy under which it runs, for one marketplace. */
  page(options: {
    readonly origin: string
    readonly marketplace: Pick<Marketplace, 'origins'> | undefined
    /** BCP 47, from the address: anything at all. The page is in the language closest to it. */
    readonly locale?: unknown
  }): FramePage
}

export interface FramePage {
  readonly html: string
  readonly policy: string
}

const versionOf = (content: string): string =>
  createHash('sha256').update(content).digest('base64url').slice(0, 16)
const integrityOf = (content: string): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`

/** A block of data, which no policy has to allow, because nothing runs it. */
function wordsIn(json: string | undefined): string {
  return json ? `<script type="application/json" id="words">${json.replaceAll('<', '\\u003c')}</script>` : ''
}

/** The files under paths that carry their hash, and the page that asks for exactly these. */
export function frameFiles({ script, style, words = {} }: FrameAssets): FrameFiles {
  const scriptPath = `/frame/${versionOf(script)}/frame.js`
  const stylePath = `/frame/${versionOf(style)}/frame.css`
  const html = (lang: string): string => `<!doctype html>
<html lang="${lang}" dir="${directionOf(lang)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Card</title>
<link rel="stylesheet" href="${stylePath}" integrity="${integrityOf(style)}" crossorigin>
<script type="module" src="${scriptPath}" integrity="${integrityOf(script)}" crossorigin></script>
<body>${wordsIn(words[lang])}</body>
</html>
`
  const spoken = (locale: unknown): string => {
    const lang = typeof locale === 'string' ? closestLocale(locale) : undefined
    return lang && words[lang] ? lang : 'en'
  }
  return {
    files: {
      [scriptPath]: { type: 'text/javascript; charset=utf-8', content: script },
      [stylePath]: { type: 'text/css; charset=utf-8', content: style },
    },
    page: ({ origin, marketplace, locale }) => ({
      html: html(spoken(locale)),
      policy: [
        `default-src 'none'`,
        `script-src ${origin}${scriptPath}`,
        `style-src ${origin}${stylePath}`,
        `connect-src ${origin}/v1/`,
        `base-uri 'none'`,
        `form-action 'none'`,
        `frame-ancestors ${marketplace && marketplace.origins.length > 0 ? marketplace.origins.join(' ') : `'none'`}`,
        `require-trusted-types-for 'script'`,
        `trusted-types 'none'`,
      ].join('; '),
    }),
  }
}
