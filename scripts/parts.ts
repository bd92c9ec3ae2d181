// The parts of the component: what the script on the merchant's page loads when a buyer needs it. A part is a folder
// whose `index.ts` is imported dynamically; the script loads it by its hash, and gives it the Lit that it has itself.

import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve as resolvePath } from 'node:path'
import { rollup } from 'rollup'
import type { Plugin } from 'rollup'
import { inTree } from './command.ts'
import { chunkOf } from './locales.ts'
import type { Chunk } from './locales.ts'

const source = inTree('packages/checkout/src')
/** Modules of which the page must have one: a part gets what it needs of them from its host. */
const single = ['chunks.ts', 'parts.ts', 'api.ts', 'session.ts', 'i18n/index.ts', 'element/'].map(path => join(source, path))
const dynamicImport = /\bimport\('(\.{1,2}\/(?:[\w.-]+\/)*index\.ts)'\)/g

/** Every part, by the path of its `index.ts`. */
export function findParts(): readonly string[] {
  const files = globSync('**/*.ts', { cwd: source }).filter(file => !/\.(?:test|wtr)\.ts$/.test(file))
  const found = files.flatMap(file => {
    const from = join(source, file)
    return [...readFileSync(from, 'utf8').matchAll(dynamicImport)].map(([, path]) => resolvePath(dirname(from), path as string))
  })
  const parts = [...new Set(found)].sort()
  const names = parts.map(nameOf)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) throw new Error(`two parts are called ${twice}: name their folders apart`)
  return parts
}

export const nameOf = (part: string): string => basename(dirname(part))

/** Turns imports of parts into loads of them by hash. */
export function loadingParts(): Plugin {
  return {
    name: 'loading-parts',
    transform(code, id) {
      if (!id.startsWith(source)) return null
      const loading = code.replace(dynamicImport, (_, path: string) => `loadPart('${nameOf(path)}')`)
      if (loading === code) return null
      return { code: `import { loadPart } from '${join(source, 'parts.ts')}'\n${loading}`, map: null }
    },
  }
}

const lit = '\0lit'

/** Stands in for Lit in a part: what `receive` has been given. */
function givenLit(): Plugin {
  return {
    name: 'given-lit',
    resolveId(id, importer) {
      if (id === 'lit') return lit
      if (/^(?:lit|@lit)\//.test(id)) throw new Error(`${importer}: a part may import html, svg, css and nothing from 'lit', no more`)
      return null
    },
    load: id => (id === lit ? 'export let css, html, nothing, svg\nexport const receive = kit => { ({ css, html, nothing, svg } = kit) }' : null),
    moduleParsed({ id }) {
      const shared = single.find(path => id.startsWith(path))
      if (shared) throw new Error(`a part would bring a second ${shared}: import its types only`)
    },
  }
}

/** Gives a part the entry through which it is handed Lit. */
function receiving(part: string): Plugin {
  const entry = `${part}?received`
  return {
    name: 'receiving',
    resolveId: id => (id === entry ? id : null),
    load: id => (id === entry ? `export { receive } from 'lit'\nexport * from '${part}'` : null),
  }
}

/**
 * Builds every part, as a browser loads it.
 *
 * @param plugins - those that every script for browsers is built with
 */
export async function buildParts(plugins: readonly Plugin[]): Promise<readonly Chunk[]> {
  return Promise.all(findParts().map(async part => {
    const bundle = await rollup({
      input: `${part}?received`,
      plugins: [receiving(part), givenLit(), ...plugins],
      onwarn: ({ message }) => {
        throw new Error(`${part}: ${message}`)
      },
    })
    const { output: [{ code }] } = await bundle.generate({ format: 'es', inlineDynamicImports: true })
    return chunkOf(nameOf(part), { text: code, type: 'js' })
  }))
}
