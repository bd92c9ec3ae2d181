import { describe, expect, test, vi } from 'vitest'
import { allowed, appearanceOf, isDark, onto, sheetOf, themeOf, type Appearance } from './appearance.ts'

describe('an appearance attribute', () => {
  const rows: readonly [attribute: string | null, appearance: object][] = [
    [null, {}], ['dark', { theme: 'dark' }], ['auto', { theme: 'auto' }], ['hearth dark', { theme: 'hearth dark' }],
    ['null', {}], ['{"theme":', { theme: '{"theme":' }],
    ['{"theme":"light","variables":{"radiusPx":4}}', { theme: 'light', variables: { radiusPx: 4 } }],
  ]
  for (const [attribute, appearance] of rows) {
    test(`${attribute} is read as ${JSON.stringify(appearance)}`, () => expect(appearanceOf(attribute)).toEqual(appearance))
  }
})

describe('a variable', () => {
  const refused: readonly [name: string, value: unknown][] = [
    ['colorText', 'red'], ['colorText', '#0e1b26;} * {display:none'], ['colorBackground', 'url(https://evil.example)'],
    ['fontSizePx', 8], ['fontSizePx', '16px'], ['radiusPx', 99], ['fontFamily', 'Comic Sans'], ['opacity', 0], ['scheme', 'dark'],
    ['constructor', '#000000'], ['__proto__', '#000000'],
  ]
  for (const [name, value] of refused) {
    test(`${name}: ${String(value)} is ignored, and the others stand`, () => {
      const variables = JSON.parse(JSON.stringify({ colorAccent: '#0b5c78' }).replace('}', `,"${name}":${JSON.stringify(value)}}`))
      expect(allowed(variables)).toEqual({ colorAccent: '#0b5c78' })
    })
  }

  test('becomes a custom property of the element, and text on the accent is what reads best on it', () => {
    const sheet = sheetOf({ variables: { colorText: '#112233', radiusPx: 0, colorAccent: '#ffd166' } })
    expect(sheet).toBe(':host{--holdfast-color-text:#112233;--holdfast-radius:0px;'
      + '--holdfast-color-accent:#ffd166;--holdfast-color-on-accent:#0e1b26;}')
  })
})

describe('a theme', () => {
  const rows = [
    ['dark', true], ['light', false], ['ledger dark', true], ['light hearth', false], ['lighthouse dark', true],
  ] as const
  for (const [theme, dark] of rows) {
    test(`${theme} is ${dark ? 'dark' : 'light'}`, () => expect(isDark({ theme: theme as 'dark' })).toBe(dark))
  }

  for (const theme of ['harbour', 'light', 'dark', 'harbour dark', 'auto', undefined] as const) {
    test(`${theme} needs nothing but the script`, () => expect(themeOf({ ...(theme && { theme }) })).toBe(undefined))
  }

  test('of another name is fetched, with the colours of its scheme', async () => {
    expect(await themeOf({ theme: 'ledger dark' })).toContain('--holdfast-color-background:#0f1216;')
    expect(await themeOf({ theme: 'ledger light' })).toContain('--holdfast-color-background:#ffffff;')
  })

  test('that is none falls back, and the console says so once', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const appearance = { theme: 'blue light', variables: { opacity: 0 } } as unknown as Appearance
    expect([await themeOf(appearance), await themeOf(appearance)]).toEqual(['', ''])
    expect(said.mock.calls.flat().map((line) => String(line).slice(0, 60))).toEqual([
      'holdfast-checkout: the appearance has no variable "opacity",', 'holdfast-checkout: there is no theme "blue": it shows harbou',
    ])
    said.mockRestore()
  })
})

describe('text on an accent', () => {
  for (const [accent, text] of [['#0b5c78', '#ffffff'], ['#4fb3d1', '#0e1b26'], ['#000000', '#ffffff'], ['#ffffff', '#0e1b26']] as const) {
    test(`${accent} is ${text}`, () => expect(onto(accent)).toBe(text))
  }
})
