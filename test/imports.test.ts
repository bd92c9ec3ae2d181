import { describe, expect, it } from 'vitest'
import { cardNumbers, directions, undeclared } from '../scripts/imports.ts'
import { parseSource, readTree, say } from '../scripts/source.ts'

const tree = readTree()

/** Planted breaches: [the file that imports, its import, the rules that refuse it]. */
const breaches: readonly (readonly [string, string, readonly string[]])[] = [
  ['packages/contract/src/a.ts', 'import { step } from "@holdfast/core"', ['direction']],
  ['packages/core/src/a.ts', 'import { store } from "@holdfast/backend"', ['direction']],
  ['packages/core/src/a.ts', 'export { send } from "@holdfast/connector-bank"', ['direction']],
  ['packages/core/src/a.ts', 'const vault = await import("@holdfast/vault")', ['direction']],
  ['packages/core/src/a.ts', 'export type Vault = import("@holdfast/vault").Vault', ['direction']],
  ['packages/connectors/bank/src/a.ts', 'import { map } from "@holdfast/connector-jpmorgan"', ['direction']],
  [
    'packages/connectors/bank/src/a.ts',
    'import { map } from "../../jpmorgan/src/map.ts"',
    ['public-exports'],
  ],
  ['packages/connectors/bank/src/a.ts', 'import { rows } from "@holdfast/backend"', ['direction']],
  ['packages/connectors/jpmorgan/src/a.ts', 'import { clock } from "@holdfast/simulators"', ['direction']],
  ['packages/vault/src/a.ts', 'import { rows } from "@holdfast/backend"', ['direction']],
  ['packages/checkout/src/a.ts', 'import type { Order } from "@holdfast/server"', ['direction']],
  ['packages/checkout/src/a.ts', 'import { Order } from "@holdfast/contract"', ['light-in-browsers']],
  ['packages/card-frame/src/a.ts', 'import { checkInit } from "@holdfast/contract"', ['light-in-browsers']],
  ['packages/server/src/a.ts', 'import { step } from "@holdfast/core"', ['direction']],
  ['packages/simulators/src/a.ts', 'import { Money } from "@holdfast/contract"', ['direction']],
  [
    'packages/backend/src/routes/a.ts',
    'import { jpmorgan } from "@holdfast/connector-jpmorgan"',
    ['composed-once'],
  ],
  ['packages/backend/src/jobs/a.ts', 'import { createVault } from "@holdfast/vault"', ['composed-once']],
  ['packages/backend/src/a.ts', 'import { bank } from "@holdfast/simulators"', ['direction']],
  ['packages/backend/src/store/a.ts', 'import { capture } from "../commands/capture.ts"', ['store-below']],
  [
    'packages/backend/src/a.ts',
    'import { inTree } from "../../../scripts/command.ts"',
    ['inside-the-package'],
  ],
  [
    'packages/backend/src/a.ts',
    'import { waitFor } from "../../../test/support/wait.ts"',
    ['inside-the-package'],
  ],
  ['demo/src/a.ts', 'import { step } from "@holdfast/core"', ['direction']],
  ['demo/src/a.ts', 'import { main } from "../../packages/backend/src/main.ts"', ['public-exports']],
  ['test/api/a.test.ts', 'import { store } from "@holdfast/backend"', ['api-tests-outside']],
  ['test/browser/a.spec.ts', 'import { createVault } from "@holdfast/vault"', ['browser-tests-outside']],
  ['packages/core/src/a.ts', 'import { join } from "path"', ['node-prefix']],
]

const blameless: readonly (readonly [string, string])[] = [
  ['packages/core/src/a.ts', 'import { Money } from "@holdfast/contract"'],
  ['packages/checkout/src/a.ts', 'import { isFrameMessage } from "@holdfast/contract/frame"'],
  ['packages/checkout/src/a.ts', 'import type { Order } from "@holdfast/contract"'],
  ['packages/checkout/src/a.ts', 'import { type Order, type Payment } from "@holdfast/contract"'],
  ['packages/backend/src/main.ts', 'import { jpmorgan } from "@holdfast/connector-jpmorgan"'],
  ['packages/backend/src/routes/a.ts', 'import { rows } from "../store/rows.ts"'],
  ['packages/connectors/bank/src/a.test.ts', 'import { startBank } from "@holdfast/simulators"'],
  ['packages/backend/src/a.test.ts', 'import { waitFor } from "../../../test/support/wait.ts"'],
  ['packages/vault/src/a.test.ts', 'import { testDatabase } from "../../backend/src/testing/database.ts"'],
  ['test/api/a.test.ts', 'import { Holdfast } from "@holdfast/server"'],
]

const manifests: Readonly<Record<string, object>> = {
  'packages/core': {
    name: '@holdfast/core',
    dependencies: { '@holdfast/contract': '0.1.0', 'left-over': '1.0.0' },
  },
}
const manifest = (folder: string): { name: string } => ({ name: folder, ...manifests[folder] })

describe('who may import whom', () => {
  it('holds in every file of the tree', () => {
    expect(tree.length).toBeGreaterThan(20)
    expect(tree.flatMap(directions).map(say)).toEqual([])
  })

  it.each(breaches)('refuses in %s: %s', (path, text, expected) => {
    expect(directions(parseSource(path, text)).map(({ rule }) => rule)).toEqual(expected)
  })

  it.each(blameless)('lets %s write %s', (path, text) => {
    expect(directions(parseSource(path, text)).map(say)).toEqual([])
  })
})

describe('package.json', () => {
  it('declares what the source imports, and nothing else', () => {
    expect(undeclared(tree).map(say)).toEqual([])
  })

  it('is named when it lacks an import or declares an idle one', () => {
    const planted = [
      parseSource(
        'packages/core/src/a.ts',
        'import { z } from "zod"\nimport "@holdfast/contract"\nimport "vitest"',
      ),
    ]
    expect(
      undeclared(planted, manifest).map(({ path, rule, instead }) => [path, rule, instead.split(':')[0]]),
    ).toEqual([
      ['packages/core/src/a.ts', 'declared', 'zod'],
      ['packages/core/src/a.ts', 'declared', 'vitest'],
      ['packages/core/package.json', 'idle', 'left-over'],
    ])
  })

  it('counts what is only resolved as imported', () => {
    const text = 'import "@holdfast/contract"\nimport.meta.resolve("left-over/style.css")'
    expect(undeclared([parseSource('packages/core/src/a.ts', text)], manifest)).toEqual([])
  })

  it('lets a test take what the root declares', () => {
    const planted = [
      parseSource(
        'packages/core/src/a.test.ts',
        'import "vitest"\nimport "@holdfast/contract"\nimport "left-over"',
      ),
    ]
    expect(undeclared(planted, manifest).map(say)).toEqual([])
  })
})

describe('card numbers', () => {
  it('stand in no source outside the card-data environment', () => {
    expect(tree.flatMap(cardNumbers).map(say)).toEqual([])
  })

  it.each([
    ['packages/backend/src/a.ts', 'const card = "4111111111111111"', 1],
    ['packages/backend/src/a.ts', 'const card = `paid by 4111 1111 1111 1111`', 1],
    ['packages/checkout/src/a.ts', 'const card = 378282246310005', 1],
    ['packages/backend/src/a.ts', 'const id = "4111111111111112"', 0],
    ['packages/vault/src/a.ts', 'const card = "4111111111111111"', 0],
    ['test/api/a.test.ts', 'const card = "4111111111111111"', 0],
  ])('in %s: %s is found %i times', (path, text, times) => {
    expect(cardNumbers(parseSource(path, text))).toHaveLength(times)
  })
})
