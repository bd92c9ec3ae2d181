import { globSync, readFileSync } from 'node:fs'
import { HoldfastCheckout } from '@holdfast/checkout'
import { describe, expect, test } from 'vitest'
import { inTree } from '../scripts/command.ts'
import { elementsManifest } from '../scripts/elements.ts'

/* The manifest is made of the classes and of what their comments say; these tests hold it against what the code does. */

const { modules } = elementsManifest()
const [declarations, exports] = [modules.flatMap((module) => module.declarations), modules.flatMap((module) => module.exports)]
const checkout = declarations.find(({ tagName }) => tagName === 'holdfast-checkout')!
const source = globSync('packages/checkout/src/**/*.ts', { cwd: inTree() })
  .filter(file => !/\.(?:test|wtr)\.ts$|\/testing\//.test(file))
  .map(file => readFileSync(inTree(file), 'utf8'))
  // what a comment says is no use of it
  .map(text => text.replace(/\/\*\*[\s\S]*?\*\//g, ''))
  .join('\n')
const names = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name).toSorted()
const documented = (kind: 'cssParts' | 'cssProperties'): readonly string[] =>
  [...new Set(declarations.flatMap(element => names(element[kind])))].toSorted()
const used = (pattern: RegExp): readonly string[] =>
  [...new Set([...source.matchAll(pattern)].flatMap(([, found = '']) => found.split(' ')))].toSorted()

describe('the custom-elements manifest', () => {
  test('names the element, and the module that has it', () => {
    expect(exports).toContainEqual({
      kind: 'custom-element-definition', name: 'holdfast-checkout',
      declaration: { name: 'HoldfastCheckout', module: 'dist/index.js' },
    })
    expect(exports).toContainEqual({
      kind: 'custom-element-definition', name: 'holdfast-order', declaration: { name: 'HoldfastOrder', module: 'dist/order.js' },
    })
  })

  test('has every attribute that the element observes, with words for each', () => {
    expect(names(checkout.attributes)).toEqual([...HoldfastCheckout.observedAttributes].toSorted())
    expect(checkout.attributes.filter(({ description }) => !description)).toEqual([])
  })

  test('has every property and method of the class, and nothing that is its own', () => {
    const own = Object.entries(Object.getOwnPropertyDescriptors(HoldfastCheckout.prototype))
    const methods = own.filter(([, { value }]) => typeof value === 'function').map(([name]) => name)
    const lifecycle = ['constructor', 'connectedCallback', 'disconnectedCallback', 'createRenderRoot', 'willUpdate', 'render', 'updated']
    const wanted = [...methods.filter(name => !lifecycle.includes(name)), ...HoldfastCheckout.elementProperties.keys(), 'hasReturned', 'addMethod']
    expect(names(checkout.members)).toEqual(wanted.map(String).toSorted())
    expect(checkout.members.filter(({ description }) => !description)).toEqual([])
  })

  test('has every event that is fired', () => {
    const fired = [...source.matchAll(/super\('(\w+)', (?:detail|error|outcome|\{)/g)].map(([, name = '']) => name)
    expect(fired.length).toBeGreaterThan(6)
    expect(declarations.flatMap(({ events }) => names(events)).toSorted()).toEqual(fired.toSorted())
  })

  test('has every part that is drawn, and none that isn’t', () => {
    // parts that are named after what their buttons do, and that of the iframe, which is made by hand
    const named = ['accept-button', 'dispute-button', 'card-frame']
    expect([...used(/\bpart="([^"$]+)"/g), ...named].toSorted()).toEqual(documented('cssParts'))
  })

  test('has every custom property that the styles read, and none that they don’t', () => {
    expect(used(/var\((--holdfast-[\w-]+)/g)).toEqual(documented('cssProperties'))
  })
})
