import { describe, expect, it } from 'vitest'
import { parseSource, readTree, say } from '../scripts/source.ts'
import { measure, rules, spread, tidy, unusedExceptions } from '../scripts/tidy.ts'

const tree = readTree()
const long = (lines: number): string => Array.from({ length: lines }, (_, at) => `  step(${at})`).join('\n')

/** Planted breaches: [rule, path, text, the line that is named]. */
const breaches: readonly (readonly [string, string, string, number])[] = [
  ['function-length', 'packages/core/src/a.ts', `\nfunction f() {\n${long(69)}\n}`, 2],
  ['function-length', 'packages/core/src/a.ts', `class A {\n  run() {\n${long(69)}\n  }\n}`, 2],
  ['function-length', 'test/api/a.test.ts', `it('holds', () => {\n${long(69)}\n})`, 1],
  ['file-length', 'packages/core/src/a.ts', long(501), 1],
  ['no-any', 'packages/core/src/a.ts', 'const a = 1\nconst b = a as any', 2],
  ['no-any', 'test/api/a.test.ts', 'function f(rows: any[]) { return rows }', 1],
  ['no-ts-ignore', 'packages/core/src/a.ts', '\n// @ts-ignore\nstep()', 2],
  ['no-ts-ignore', 'packages/core/src/a.ts', '// @ts-nocheck\nstep()', 1],
  ['no-console', 'packages/backend/src/a.ts', 'console.log(1)', 1],
  ['no-console', 'scripts/a.ts', 'const { log } = console.error', 1],
  ['no-clock', 'packages/backend/src/a.ts', 'const now = Date.now()', 1],
  ['no-clock', 'packages/checkout/src/a.ts', '\nconst now = new Date()', 2],
  ['no-clock', 'demo/src/a.ts', 'const now = Date()', 1],
  ['no-any-origin', 'packages/checkout/src/a.ts', 'frame.contentWindow.postMessage(init, "*")', 1],
  ['no-any-origin', 'packages/card-frame/src/a.ts', 'postMessage(init, { targetOrigin: "*" })', 1],
  ['no-should', 'packages/core/src/a.test.ts', 'it("should release", () => {})', 1],
  ['no-should', 'test/browser/a.spec.ts', 'test.describe(`should pay`, () => {})', 1],
  ['no-should', 'packages/core/src/a.test.ts', 'it.each(rows)("it should %s", () => {})', 1],
  ['no-sleep', 'test/api/a.test.ts', 'await new Promise(done => setTimeout(done, 100))', 1],
  ['no-sleep', 'test/api/a.test.ts', 'await new Promise<void>(done => { setTimeout(done, 100) })', 1],
  ['no-sleep', 'test/browser/a.spec.ts', 'await page.waitForTimeout(500)', 1],
  ['no-sleep', 'test/api/a.test.ts', 'import { setTimeout } from "node:timers/promises"', 1],
  ['no-only', 'test/api/a.test.ts', 'it.only("refuses", () => {})', 1],
  ['no-url-path', 'test/api/a.test.ts', "const folder = new URL('.', import.meta.url).pathname", 1],
  ['no-float', 'demo/src/a.ts', 'const total = parseFloat(text)', 1],
]

/** Neighbours of the breaches that are right as they are. */
const blameless: readonly (readonly [string, string])[] = [
  ['packages/core/src/a.ts', `function f() {\n${long(68)}\n}`],
  ['packages/core/src/a.ts', long(499)],
  ['test/api/a.test.ts', `describe('release', () => {\n${long(100)}\n})`],
  ['packages/backend/src/clock.ts', 'export const now = () => Date.now()'],
  ['packages/core/src/a.ts', 'const then = new Date(now)'],
  ['packages/core/src/a.ts', 'const text = "@ts-ignore and console.log and any"'],
  ['packages/checkout/src/a.ts', 'frame.contentWindow.postMessage(init, origin)'],
  ['packages/core/src/a.test.ts', 'it("refuses what nobody owes", step)'],
  ['packages/core/src/a.ts', 'say("you should see your bank")'],
  ['packages/simulators/src/a.ts', 'await new Promise(done => setTimeout(done, slow))'],
  ['packages/checkout/src/a.ts', 'const path = new URL(address, base).pathname'],
  ['test/api/a.test.ts', 'const timer = setTimeout(abort, 100)'],
]

describe('house style', () => {
  it('holds in every file of the tree', () => {
    expect(tree.flatMap(tidy).map(say)).toEqual([])
  })

  it('grants no exception that nothing needs', () => {
    expect(unusedExceptions(tree)).toEqual([])
  })

  it('keeps most functions and files short', () => {
    const sizes = measure(tree)
    const over = Object.entries(spread).filter(([name, most]) => sizes[name as keyof typeof spread] > most)
    expect(
      over.map(([name, most]) => `${name} is ${sizes[name as keyof typeof spread]} lines, over ${most}`),
    ).toEqual([])
  })

  it.each(breaches)('finds %s in %s', (rule, path, text, line) => {
    expect(tidy(parseSource(path, text)).map(found => [found.rule, found.line])).toEqual([[rule, line]])
  })

  it.each(blameless)('finds nothing in %s: %j', (path, text) => {
    expect(tidy(parseSource(path, text)).map(say)).toEqual([])
  })

  it('has a planted breach for every rule', () => {
    expect(rules.map(({ name }) => name).filter(name => !breaches.some(([rule]) => rule === name))).toEqual(
      [],
    )
  })
})
