// The custom-elements manifest: what editors and documentation tools read about the elements of @holdfast/checkout,
// taken from their source and its comments.

import { globSync, readFileSync } from 'node:fs'
import { create, ts } from '@custom-elements-manifest/analyzer'
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js'
import { inTree } from './command.ts'

interface Named {
  readonly name: string
  readonly description?: string
}

interface Member extends Named {
  readonly kind: 'field' | 'method'
  readonly privacy?: 'public' | 'protected' | 'private'
  readonly attribute?: string
}

export interface Element extends Named {
  readonly kind: 'class'
  readonly tagName: string
  readonly customElement?: boolean
  readonly attributes: readonly Named[]
  readonly members: readonly Member[]
  readonly events: readonly Named[]
  readonly cssParts: readonly Named[]
  readonly cssProperties: readonly Named[]
}

interface Module {
  readonly kind: 'javascript-module'
  readonly path: string
  readonly declarations: readonly Element[]
  readonly exports: readonly object[]
}

export interface Manifest {
  readonly schemaVersion: string
  readonly readme: string
  readonly modules: readonly Module[]
}

const source = 'packages/checkout/src'
/** The manifest of the published package: its elements, and of each what a page may use. */
export function elementsManifest(): Manifest {
  const files = globSync(`${source}/**/*.ts`, { cwd: inTree() }).filter(
    file => !/\.(?:test|wtr|d)\.ts$|\/testing\//.test(file),
  )
  const modules = files
    .sort()
    .map(file => ts.createSourceFile(file, readFileSync(inTree(file), 'utf8'), ts.ScriptTarget.ES2022, true))
  const found = create({ modules, plugins: litPlugin(), context: { dev: false } }) as Manifest
  const elements = found.modules.flatMap(({ path: file, declarations }) =>
    declarations
      .filter(({ customElement }) => customElement)
      .map(element => ({ path: file.includes('/order/') ? 'dist/order.js' : 'dist/index.js', element: published(element) })),
  )
  return { schemaVersion: found.schemaVersion, readme: 'README.md', modules: elements.map(moduleOf) }
}

/** The published module that has an element, and defines it. */
function moduleOf({ path, element }: { readonly path: string; readonly element: Element }): Module {
  const declaration = { name: element.name, module: path }
  const exports = [
    { kind: 'js', name: element.name, declaration },
    { kind: 'custom-element-definition', name: element.tagName, declaration },
  ]
  return { kind: 'javascript-module', path, declarations: [element], exports }
}

/** An element without what is nobody else's business, and each property in the words of its attribute. */
function published(element: Element): Element {
  const { attributes = [], members = [], events = [], cssParts = [], cssProperties = [] } = element as Partial<Element>
  const wordsOf = (member: Member): string | undefined =>
    member.description ?? attributes.find(({ name }) => name === member.attribute)?.description
  const open = members
    .filter(({ name, privacy }) => !name.startsWith('#') && privacy !== 'private' && privacy !== 'protected')
    .map(member => {
      const description = wordsOf(member)
      return description ? { ...member, description } : member
    })
  // what the analyzer makes of a call to dispatchEvent is no event's name: those have words
  const told = events.filter(({ description }) => description)
  return { ...element, attributes, members: open, events: told, cssParts, cssProperties }
}
