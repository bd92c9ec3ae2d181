/*
 * What the build lays beside the script: languages, and parts of the component that few buyers need. The script knows
 * one hash, that of their list; the list has theirs, and that of the list of each part's languages (`order.index`).
 */

/** Where the chunks are. */
export const shelf: { base: string, list: string, ahead: boolean, patienceMs: number } = {
  /** The folder; beside the script unless the merchant serves it from elsewhere. */
  base: new URL('chunks/', import.meta.url).href,
  /** SHA-384 of the list, as base64: set by the build. */
  list: '__HOLDFAST_CHUNKS__',
  /** A checkout that starts asks for the list, before it is known to need it. */
  ahead: false,
  /** How long a buyer is let wait for a chunk and the list before it. */
  patienceMs: 4000,
}

type Texts = Readonly<Record<string, string>>

/** @throws Error - missing, late, or changed by a bit */
export async function readTexts(name: string, signal: AbortSignal): Promise<Texts> {
  return fetchTexts(name, await digestOf(name, signal), signal)
}

/** A chunk's SHA-384 as base64, by the list. */
export async function digestOf(name: string, signal: AbortSignal): Promise<string> {
  const [part, language = 'index'] = name.split('.')
  const list = language === 'index' ? await readList(signal) : await readTexts(`${part}.index`, signal)
  return list[name] as string
}

let reading: Promise<Texts> | undefined

/** The list of all chunks: read once, and again after it couldn't be. Asked for early, it is there when it is needed. */
export function readList(signal: AbortSignal = AbortSignal.timeout(shelf.patienceMs)): Promise<Texts> {
  reading ??= fetchTexts('index', shelf.list, signal)
  reading.catch(() => { reading = undefined })
  return reading
}

/** The browser refuses a file that differs by a bit; what it lets through is data and never run. */
async function fetchTexts(name: string, digest: string, signal: AbortSignal): Promise<Texts> {
  const response = await fetch(addressOf(name, digest, 'json'), {
    integrity: `sha384-${digest}`, credentials: 'omit', redirect: 'error', signal,
  })
  return await response.json() as Texts
}

export const addressOf = (name: string, digest: string, type: 'js' | 'json'): string =>
  new URL(`${name}.${digest.slice(0, 10).replace(/\W/g, '-')}.${type}`, shelf.base).href
