import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Marketplace } from './store.ts'

/** The frame's script and stylesheet, as they are served. */
export interface FrameAssets {
  readonly script: string
  readonly style: string
}

const bundle = fileURLToPath(new URL('../../card-frame/dist/', import.meta.url))

/** @throws Error - the bundle has not been built */
export function loadFrame(folder: string = bundle): FrameAssets {
  const [script, style] = [`${folder}/frame.js`, `${folder}/frame.css`]
  if (!existsSync(script) || !existsSync(style))
    throw new Error(`The card frame has not been built (no ${script}): run npm run build.`)
  return { script: readFileSync(script, 'utf8'), style: readFileSync(style, 'utf8') }
}

export interface FrameFiles {
  /** By path: what is served there, forever the same. */
  readonly files: Readonly<Record<string, { readonly type: string; readonly content: string }>>
  /** The page, and the policy under which it runs, for one marketplace. */
  page(options: {
    readonly origin: string
    readonly marketplace: Pick<Marketplace, 'origins'> | undefined
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

/** The files under paths that carry their hash, and the page that asks for exactly these. */
export function frameFiles({ script, style }: FrameAssets): FrameFiles {
  const scriptPath = `/frame/${versionOf(script)}/frame.js`
  const stylePath = `/frame/${versionOf(style)}/frame.css`
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Card</title>
<link rel="stylesheet" href="${stylePath}" integrity="${integrityOf(style)}" crossorigin>
<script type="module" src="${scriptPath}" integrity="${integrityOf(script)}" crossorigin></script>
</html>
`
  return {
    files: {
      [scriptPath]: { type: 'text/javascript; charset=utf-8', content: script },
      [stylePath]: { type: 'text/css; charset=utf-8', content: style },
    },
    page: ({ origin, marketplace }) => ({
      html,
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
