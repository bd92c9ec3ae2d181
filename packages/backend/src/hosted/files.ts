import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { HOSTED_PATH } from '@holdfast/contract'

/** What the build of the checkout made for the hosted page. */
export interface PageFiles {
  /** The component's script, as merchants' pages load it. */
  readonly component: string
  /** The page's own script and stylesheet. */
  readonly script: string
  readonly style: string
  /** What the component loads beside its script, by the files' names, which have their hashes in them. */
  readonly chunks: ReadonlyMap<string, string>
  /** The page's own sentences, by language. */
  readonly words: Readonly<Record<string, Words>>
}

export type Words = Readonly<Record<string, string>>

const built = fileURLToPath(new URL('../../../checkout/dist/', import.meta.url))

/** The built files; null where they have not been built. */
export function loadPage(folder: string = built): PageFiles | null {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const names = ['holdfast.js', 'hosted/page.js', 'hosted/page.css', 'hosted/words.json']
  if (!names.every((name) => existsSync(join(folder, name)))) return null
  const [component, script, style, words] = names.map(read) as [string, string, string, string]
  const chunks = readdirSync(join(folder, 'chunks')).map((name) => [name, read(`chunks/${name}`)] as const)
  return { component, script, style, chunks: new Map(chunks), words: JSON.parse(words) as PageFiles['words'] }
}

/** A file under an address that changes with it, so that it may be kept forever. */
export interface Served {
  readonly type: string
  readonly text: string
  /** Compressed once, when it is first asked for. */
  readonly brotli: () => Buffer
}

/** A script or stylesheet, as the document asks for it. */
export interface Asked {
  readonly path: string
  readonly integrity: string
}

export interface Shelf {
  readonly served: ReadonlyMap<string, Served>
  readonly component: Asked
  readonly script: Asked
  readonly style: Asked
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', json: 'application/json; charset=utf-8',
}

/** Lays the files out under `/pay/assets/`. The component finds its chunks beside itself. */
export function shelve({ component, script, style, chunks }: Omit<PageFiles, 'words'>): Shelf {
  const served = new Map<string, Served>()
  const put = (name: string, text: string): Asked => {
    const path = `${HOSTED_PATH}/assets/${name}`
    let compressed: Buffer | undefined
    served.set(path, { type: types[name.split('.').at(-1) as string] as string, text, brotli: () => (compressed ??= compress(text)) })
    return { path, integrity: `sha384-${createHash('sha384').update(text).digest('base64')}` }
  }
  for (const [name, text] of chunks) put(`chunks/${name}`, text)
  const named = (name: string, text: string): Asked => put(name.replace('.', `.${versionOf(text)}.`), text)
  return { served, component: named('holdfast.js', component), script: named('page.js', script), style: named('page.css', style) }
}

const versionOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16)

const compress = (text: string): Buffer =>
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } })
