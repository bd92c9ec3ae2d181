import { isFrameStyle, type FrameStyle } from '@holdfast/contract/frame'

/** What a merchant may change of the look; anything else is ignored. The card frame takes the same. */
export interface AppearanceVariables extends Omit<FrameStyle, 'scheme'> {
  /** #rrggbb; the pay button, links and the focus ring. The text on it is chosen for contrast. */
  colorAccent?: string
}

export interface Appearance {
  /** `auto`, the default, follows the buyer's system when the checkout starts. */
  theme?: 'auto' | 'light' | 'dark'
  variables?: AppearanceVariables
}

const properties: Readonly<Record<Exclude<keyof AppearanceVariables, 'fontFamily'>, string>> = {
  colorText: 'color-text',
  colorPlaceholder: 'color-quiet',
  colorError: 'color-error',
  colorBackground: 'color-background',
  colorBorder: 'color-border',
  colorFocus: 'color-focus',
  colorAccent: 'color-accent',
  fontSizePx: 'font-size',
  radiusPx: 'radius',
}

const fonts = {
  system: 'system-ui, sans-serif',
  serif: 'Georgia, "Times New Roman", "Songti SC", SimSun, serif',
  mono: 'ui-monospace, Menlo, Consolas, monospace',
}

/** Reads an `appearance` attribute: a theme's name, or JSON. */
export function appearanceOf(attribute: string | null): Appearance {
  const theme = themeOf(attribute)
  if (theme) return { theme }
  try {
    const value: unknown = JSON.parse(attribute ?? '{}')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

const themeOf = (value: unknown): 'auto' | 'light' | 'dark' | undefined =>
  value === 'auto' || value === 'light' || value === 'dark' ? value : undefined

/** The variables that are allowed and well-formed, each by itself. */
export function allowed(variables: unknown): AppearanceVariables {
  if (typeof variables !== 'object' || variables === null) return {}
  return Object.fromEntries(Object.entries(variables).filter(([name, value]) =>
    name !== 'scheme' && isFrameStyle({ [name === 'colorAccent' ? 'colorFocus' : name]: value })))
}

/** The custom properties of an appearance, as the text of a stylesheet: nothing in it was free text. */
export function sheetOf({ variables }: Appearance): string {
  const { fontFamily, ...rest } = allowed(variables)
  const lines = Object.entries(rest).map(([name, value]) => {
    const length = typeof value === 'number' ? 'px' : ''
    return `--holdfast-${properties[name as keyof typeof properties]}:${value}${length};`
  })
  if (fontFamily) lines.push(`--holdfast-font-family:${fonts[fontFamily]};`)
  if (rest.colorAccent) lines.push(`--holdfast-color-on-accent:${onto(rest.colorAccent)};`)
  return `:host{${lines.join('')}}`
}

/** White or near-black: whichever reads better on a colour, by WCAG's contrast. */
export function onto(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#0e1b26' : '#ffffff'
}

export function isDark({ theme }: Appearance): boolean {
  const wanted = themeOf(theme) ?? 'auto'
  return wanted === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : wanted === 'dark'
}

const resolved: Readonly<Record<string, keyof FrameStyle>> = {
  '--ink': 'colorText', '--quiet': 'colorPlaceholder', '--error': 'colorError', '--paper': 'colorBackground',
  '--border': 'colorBorder', '--focus': 'colorFocus',
}

/**
 * The look of a drawn checkout as the frame takes it: what the theme, the appearance and the page's own custom
 * properties came to. Colours that aren't plain are made so by a canvas; what it can't read is left out.
 */
export function frameStyle(base: Element, appearance: Appearance): FrameStyle {
  const { fontFamily = 'system' } = allowed(appearance.variables)
  const computed = getComputedStyle(base)
  const property = (name: string): string => computed.getPropertyValue(name)
  const style = {
    ...Object.fromEntries(Object.entries(resolved).map(([name, token]) => [token, plain(property(name))])),
    fontSizePx: parseFloat(computed.fontSize), radiusPx: parseFloat(property('--control')),
    fontFamily, scheme: isDark(appearance) ? 'dark' : 'light',
  }
  return Object.fromEntries(Object.entries(style).filter(([name, value]) => isFrameStyle({ [name]: value })))
}

function plain(colour: string): string | undefined {
  const canvas = document.createElement('canvas').getContext('2d')
  if (!canvas || !CSS.supports('color', colour.trim())) return undefined
  canvas.fillStyle = colour.trim()
  return canvas.fillStyle
}
