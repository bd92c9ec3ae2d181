import { luminance } from '@holdfast/contract/colour'
import { isFrameStyle, type FrameStyle } from '@holdfast/contract/frame'
import type { ThemeName } from './themes/index.ts'
import { warnOnce } from './warn.ts'

/** What a merchant may change of the look; anything else is ignored. The card frame takes the same. */
export interface AppearanceVariables extends Omit<FrameStyle, 'scheme'> {
  /** #rrggbb; the pay button, links and the focus ring. The text on it is chosen for contrast. */
  colorAccent?: string
}

/** `auto`, the default, follows the buyer's system when the checkout starts. */
type Scheme = 'auto' | 'light' | 'dark'

export interface Appearance {
  /** A theme, a scheme, or both apart by a space. `harbour` is the default. */
  theme?: ThemeName | Scheme | `${ThemeName} ${Scheme}`
  variables?: AppearanceVariables
}

/** `colorText` is `--holdfast-color-text`; the placeholder's colour is that of all secondary text. */
const propertyOf = (variable: string): string =>
  `--holdfast-${variable.replace('Placeholder', 'Quiet').replace('Px', '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** As the card frame has them. */
const fonts = {
  system: 'system-ui, sans-serif',
  serif: 'ui-serif, Georgia, serif',
  mono: 'ui-monospace, monospace',
}

/** Reads an `appearance` attribute: JSON, or a theme's name, a scheme or both. */
export function appearanceOf(attribute: string | null): Appearance {
  try {
    const value: unknown = JSON.parse(attribute ?? '{}')
    return Object(value) as Appearance
  } catch {
    // a theme, or what is taken for one and warned of
    return { theme: attribute as ThemeName }
  }
}

const schemes = /\b(?:auto|light|dark)\b/

/** The variables that are allowed and well-formed, each by itself. */
export function allowed(variables: unknown): AppearanceVariables {
  return Object.fromEntries(Object.entries(Object(variables) as object).filter(([name, value]) =>
    name !== 'scheme' && isFrameStyle({ [name === 'colorAccent' ? 'colorFocus' : name]: value })))
}

/** What a component has on: a merchant's variables at once, a theme when it has come. */
export class Look {
  readonly sheet: CSSStyleSheet = new CSSStyleSheet()
  declare dark: boolean
  /** A theme is on its way, without which what is drawn would be seen to change. */
  declare coming: Promise<void> | undefined

  /** @param arrived - called when a theme that was on its way is on */
  put(appearance: Appearance, arrived: () => void): void {
    const own = sheetOf(appearance)
    const coming = this.coming = themeOf(appearance)?.then((rules) => {
      if (coming !== this.coming) return
      this.sheet.replaceSync(`${rules}${own}`)
      this.coming = undefined
      arrived()
    })
    this.dark = isDark(appearance)
    this.sheet.replaceSync(own)
  }
}

/**
 * The rules of the theme that an appearance names; undefined where the script has all there is to it. What isn't known
 * is left out, and the console told. Never rejects.
 */
export function themeOf(appearance: Appearance): Promise<string> | undefined {
  const { theme = '', variables } = appearance
  const name = `${theme}`.replace(schemes, '').trim()
  const taken = allowed(variables)
  const all = Object.keys(Object(variables)).length === Object.keys(taken).length
  if (all && /^(harbour)?$/.test(name)) return undefined
  return import('./themes/index.ts')
    .then(({ dress }) => dress(name, { dark: isDark(appearance), variables, taken, warn: warnOnce }))
    .catch((error: unknown) => {
      warnOnce(`${error}`)
      return ''
    })
}

/** The custom properties of an appearance, as the text of a stylesheet: nothing in it was free text. */
export function sheetOf({ variables }: Appearance): string {
  const { fontFamily, ...rest } = allowed(variables)
  const lines = Object.entries(rest).map(([name, value]) => {
    const length = typeof value === 'number' ? 'px' : ''
    return `${propertyOf(name)}:${value}${length};`
  })
  if (fontFamily) lines.push(`--holdfast-font-family:${fonts[fontFamily]};`)
  if (rest.colorAccent) lines.push(`--holdfast-color-on-accent:${onto(rest.colorAccent)};`)
  return `:host{${lines.join('')}}`
}

/** White or near-black: whichever reads better on a colour, by WCAG's contrast. */
export function onto(colour: string): string {
  return luminance(colour) > 0.179 ? '#0e1b26' : '#ffffff'
}

export function isDark({ theme }: Appearance): boolean {
  const [scheme] = schemes.exec(`${theme} auto`) as RegExpExecArray
  return scheme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : scheme === 'dark'
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
    fontSizePx: Math.min(parseInt(computed.fontSize), 32), radiusPx: parseFloat(property('--control')),
    fontFamily, scheme: isDark(appearance) ? 'dark' : 'light',
  }
  return Object.fromEntries(Object.entries(style).filter(([name, value]) => isFrameStyle({ [name]: value })))
}

function plain(colour: string): string | undefined {
  if (/^#[\da-f]{6}$/i.test(colour)) return colour
  const canvas = document.createElement('canvas').getContext('2d')
  if (!canvas || !CSS.supports('color', colour.trim())) return undefined
  canvas.fillStyle = colour.trim()
  return canvas.fillStyle
}
