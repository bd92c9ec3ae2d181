import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const page = readFileSync(join(root, 'docs/promises.md'), 'utf8')
const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line))
const shown = rows.flatMap((row) => [...row.matchAll(/`([^`]+\.ts)` “([^”]+)”/g)].map(([, file = '', words = '']) => [file, words] as const))

describe('the promises', () => {
  it('are sixty and more, numbered through, each shown by something or said to be missing', () => {
    expect(rows.map((row) => Number(/\d+/.exec(row)?.[0]))).toEqual(rows.map((_, index) => index + 1))
    expect(rows.length).toBeGreaterThanOrEqual(60)
    expect(rows.filter((row) => !/`[^`]+\.ts` “|`npm run|\*[^*]*not/.test(row))).toEqual([])
    expect([...page.matchAll(/`[^`\s]+\.(?:ts)`/g)]).toHaveLength(shown.length)
  })

  it.each(shown)('are shown by a test of this name: %s “%s”', (file, words) => {
    const path = join(root, file)
    expect(existsSync(path), file).toBe(true)
    expect(readFileSync(path, 'utf8')).toContain(words)
  })

  it.each([...page.matchAll(/`npm run (\w+)`/g)].map(([, name = '']) => name))('are shown by a command that there is: %s', (name) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    expect(Object.keys(scripts)).toContain(name)
  })
})
