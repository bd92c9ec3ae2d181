import { css, html, nothing, svg } from 'lit'
import { addressOf, digestOf, shelf } from './chunks.ts'

/** The script's own Lit, so that there is one on the page: what a part imports from `lit` is this. */
interface Kit {
  readonly css: typeof css
  readonly html: typeof html
  readonly nothing: typeof nothing
  readonly svg: typeof svg
}

interface Part {
  receive(lit: Kit): void
}

interface Policy {
  createScriptURL(url: string): string
}
/** Not in every browser; where there is none, an element of the page can have taken the name. */
declare const trustedTypes: { readonly createPolicy?: (name: string, rules: Policy) => Policy } | undefined

const rules: Policy = { createScriptURL: (url) => url }
/** Made once: a page with Trusted Types allows each name one policy. */
let policy: Policy | undefined

const loaded = new Map<string, Promise<Part>>()
let tries = 0

/**
 * Loads a part from beside the script. The build puts this in the place of `import('…/<name>/index.ts')`.
 *
 * @throws Error - it is missing, late, blocked, or changed by a bit; the next call tries again
 */
export function loadPart(name: string): Promise<Part> {
  const part = loaded.get(name) ?? load(name)
  loaded.set(name, part)
  part.catch(() => loaded.delete(name))
  return part
}

async function load(name: string): Promise<Part> {
  const signal = AbortSignal.timeout(shelf.patienceMs)
  const digest = await digestOf(name, signal)
  const part = await importVerified(addressOf(name, digest, 'js'), `sha384-${digest}`, signal) as Part
  part.receive({ css, html, nothing, svg })
  return part
}

/**
 * Imports a module that is what its hash says.
 *
 * @throws Error - it is missing, late, blocked, or changed by a bit; the next call tries again
 */
export async function importVerified(
  url: string, integrity: string, signal: AbortSignal = AbortSignal.timeout(shelf.patienceMs),
): Promise<unknown> {
  // a module that failed has failed for good under its address
  const address = `${new URL(url, document.baseURI).href}#${tries += 1}`
  await verified(address, { integrity, signal })
  return import(address)
}

/**
 * Has the browser fetch a module and compare its hash, which import() can't be given without an import map in the
 * page; import() then finds the module that was let through.
 */
async function verified(address: string, { integrity, signal }: { integrity: string, signal: AbortSignal }): Promise<void> {
  const script = document.createElement('script')
  policy ??= (typeof trustedTypes === 'undefined' ? undefined : trustedTypes.createPolicy?.('holdfast', rules)) ?? rules
  Object.assign(script, { type: 'module', crossOrigin: 'anonymous', integrity, src: policy.createScriptURL(address) })
  try {
    await new Promise((resolve, reject) => {
      Object.assign(script, { onload: resolve, onerror: reject })
      signal.onabort = reject
      document.head.append(script)
    })
  } catch {
    throw new Error(`${address} did not come as it was built`)
  } finally {
    script.remove()
  }
}
