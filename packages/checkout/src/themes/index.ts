import { palettes } from './palettes.ts'
import { hearth, ledger } from './rules.ts'

/** The finished looks. `harbour` is the script's own; the others come with this part. */
export type ThemeName = 'harbour' | keyof typeof palettes

export const themeNames: readonly ThemeName[] = ['harbour', 'ledger', 'hearth']

const colour = 'a colour as #rrggbb'

/** What each variable takes, for the developer who gave it something else. */
export const takes: Readonly<Record<string, string>> = {
  colorAccent: colour, colorText: colour, colorPlaceholder: colour, colorBackground: colour, colorBorder: colour,
  colorFocus: colour, colorError: colour, fontSizePx: 'a whole number from 12 to 32', radiusPx: 'a whole number from 0 to 16',
  fontFamily: 'system, serif or mono',
}

export interface Dressing {
  readonly dark: boolean
  /** As the page gave them. */
  readonly variables: unknown
  /** Those of them that are used. */
  readonly taken: object
  /** Tells the page's developer, once. */
  readonly warn: (message: string) => void
}

/** The stylesheet of a theme: its colours as the public custom properties, so that variables and the page's own go before. */
export function dress(name: string, { dark, variables, taken, warn }: Dressing): string {
  for (const [variable, value] of Object.entries(Object(variables) as object)) {
    if (!Object.hasOwn(taken, variable)) warn(refusalOf(variable, value))
  }
  if (isTheme(name)) return name === 'harbour' ? '' : sheetOf(name, dark)
  if (name) warn(`there is no theme "${name}": it shows harbour. There are ${themeNames.join(', ')}, each with light, dark or auto after it.`)
  return ''
}

const rules = { hearth, ledger }

const isTheme = (name: string): name is ThemeName => (themeNames as readonly string[]).includes(name)

function sheetOf(name: keyof typeof palettes, dark: boolean): string {
  const colours = Object.entries(palettes[name][dark ? 'dark' : 'light'])
  return `:host{${colours.map(([token, value]) => `--holdfast-color-${token}:${value};`).join('')}}${rules[name]}`
}

function refusalOf(variable: string, value: unknown): string {
  const given = JSON.stringify(value)
  return Object.hasOwn(takes, variable)
    ? `the appearance's ${variable} takes ${takes[variable]}, and ${given} is ignored.`
    : `the appearance has no variable "${variable}", which is ignored. There are ${Object.keys(takes).join(', ')}.`
}
