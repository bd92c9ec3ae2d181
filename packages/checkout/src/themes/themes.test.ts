import { themeGrounds } from '@holdfast/contract'
import { contrast } from '@holdfast/contract/colour'
import { describe, expect, test } from 'vitest'
import { allowed } from '../appearance.ts'
import { styles } from '../element/styles.ts'
import { dress, takes, themeNames } from './index.ts'
import { palettes, type Palette } from './palettes.ts'

/** Which colours are read on which, and how far apart WCAG 2.2 AA wants them: 1.4.3 for text, 1.4.11 for controls and marks. */
const pairs: readonly (readonly [front: keyof Palette, back: keyof Palette, least: number])[] = [
  ['text', 'background', 7], ['quiet', 'background', 4.5], ['error', 'background', 4.5], ['accent', 'background', 4.5],
  ['on-accent', 'accent', 4.5], ['border', 'background', 3], ['held', 'background', 3], ['released', 'background', 3],
  ['refunded', 'background', 3],
]

/** Harbour's colours are the fallbacks in the component's own rules. */
function own(scheme: 'light' | 'dark'): Palette {
  const [light = '', dark = ''] = styles.map(({ cssText }) => cssText).join('').split('.base.dark {')
  const found = (scheme === 'dark' ? dark : light).matchAll(/--holdfast-color-([\w-]+), (#\w+)\)/g)
  return Object.fromEntries(Array.from(found, ([, name, value = '']) =>
    [name, value.length === 4 ? value.replace(/[^#]/g, '$&$&') : value])) as unknown as Palette
}

const all: readonly (readonly [theme: string, scheme: string, palette: Palette])[] = [
  ['harbour', 'light', own('light')], ['harbour', 'dark', own('dark')],
  ...Object.entries(palettes).flatMap(([theme, { light, dark }]) => [[theme, 'light', light], [theme, 'dark', dark]] as const),
]

describe('every theme can be read', () => {
  for (const [theme, scheme, palette] of all) {
    test(`${theme}, ${scheme}`, () => {
      const short = pairs.map(([front, back, least]) => ({ front, back, least, is: contrast(palette[front], palette[back]) }))
        .filter(({ is, least }) => !(is >= least))
      expect(short).toEqual([])
    })
  }

  test('on the grounds that the API holds a marketplace’s own accent against', () => {
    const grounds = Object.fromEntries(Object.keys(themeGrounds).map((name) => [name, {}])) as Record<string, Record<string, string>>
    for (const [theme, scheme, { background }] of all) (grounds[theme] ??= {})[scheme] = background
    expect(grounds).toEqual(themeGrounds)
  })
})

const dressed = (name: string, variables: unknown = {}): { sheet: string, said: readonly string[] } => {
  const said: string[] = []
  const sheet = dress(name, { dark: false, variables, taken: allowed(variables), warn: (message) => said.push(message) })
  return { sheet, said }
}

describe('a theme', () => {
  test('is its colours as public custom properties, then its rules', () => {
    const { sheet, said } = dressed('ledger')
    expect(sheet).toContain(`:host{--holdfast-color-text:${palettes.ledger.light.text};--holdfast-color-background:#ffffff;`)
    expect(sheet).toContain('.base {')
    expect(said).toEqual([])
  })

  test('takes nothing from anywhere: its rules hold no address and no import', () => {
    for (const name of themeNames) expect(dressed(name).sheet).not.toMatch(/url\(|@import|https?:/)
  })

  for (const name of ['blue', 'constructor', 'Ledger', '{"theme":']) {
    test(`called ${name} is none: it shows harbour, and the developer reads which there are`, () => {
      const { sheet, said } = dressed(name)
      expect(sheet).toBe('')
      expect(said).toEqual([
        `there is no theme "${name}": it shows harbour. There are harbour, ledger, hearth, each with light, dark or auto after it.`,
      ])
    })
  }
})

describe('a variable that is ignored is told of', () => {
  test('with what it takes, where it is known', () => {
    expect(dressed('', { colorText: 'red', radiusPx: 4 }).said).toEqual(
      ['the appearance\'s colorText takes a colour as #rrggbb, and "red" is ignored.'])
  })

  test('with those that there are, where it is not', () => {
    expect(dressed('hearth', { colourText: '#000000' }).said).toEqual([
      'the appearance has no variable "colourText", which is ignored. There are colorAccent, colorText, colorPlaceholder, '
      + 'colorBackground, colorBorder, colorFocus, colorError, fontSizePx, radiusPx, fontFamily.',
    ])
  })

  test('and every one that is named is taken', () => {
    const good = (name: string): unknown => (name.startsWith('color') ? '#123456' : name === 'fontFamily' ? 'serif' : 14)
    const variables = Object.fromEntries(Object.keys(takes).map((name) => [name, good(name)]))
    expect(allowed(variables)).toEqual(variables)
  })
})
