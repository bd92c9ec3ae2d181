import type { FrameStyle } from '@holdfast/contract/frame'

/*
 * A page may style the frame by tokens, and never so that a buyer can't read it: a colour that would not stand
 * out from the ground behind it gives way to our own.
 */

interface Palette {
  readonly background: string
  readonly text: string
  readonly placeholder: string
  readonly error: string
  readonly border: string
  readonly focus: string
}

const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    background: '#ffffff',
    text: '#0e1b26',
    placeholder: '#5a6b78',
    error: '#b3261e',
    border: '#5a6b78',
    focus: '#0b5c78',
  },
  dark: {
    background: '#0e161d',
    text: '#e8eef2',
    placeholder: '#93a4b0',
    error: '#ff8a80',
    border: '#93a4b0',
    focus: '#4fb3d1',
  },
}

/** WCAG 2.2, 1.4.3 and 1.4.11. */
const TEXT_CONTRAST = 4.5
const CONTROL_CONTRAST = 3

const families: Readonly<Record<NonNullable<FrameStyle['fontFamily']>, string>> = {
  system: 'system-ui, sans-serif',
  serif: 'ui-serif, Georgia, serif',
  mono: 'ui-monospace, monospace',
}

/** The custom properties that a style comes to. */
export function propertiesOf(style: FrameStyle): Readonly<Record<string, string>> {
  const { background, ...colours } = paletteOf(style)
  return {
    '--background': background,
    ...Object.fromEntries(Object.entries(colours).map(([name, value]) => [`--${name}`, value])),
    '--size': `${style.fontSizePx ?? 16}px`,
    '--radius': `${style.radiusPx ?? 6}px`,
    '--family': families[style.fontFamily ?? 'system'],
    '--scheme': style.scheme ?? 'light',
  }
}

function paletteOf(style: FrameStyle): Palette {
  const own = palettes[style.scheme ?? 'light']
  const given = style.colorBackground ?? own.background
  const readable = [style.colorText, own.text].some(
    text => text !== undefined && contrast(text, given) >= TEXT_CONTRAST,
  )
  const background = readable ? given : own.background
  const pick = (wanted: string | undefined, ours: string, least: number): string =>
    [wanted, ours].find(colour => colour !== undefined && contrast(colour, background) >= least) ?? text
  const text =
    contrast(style.colorText ?? own.text, background) >= TEXT_CONTRAST
      ? (style.colorText ?? own.text)
      : own.text
  return {
    background,
    text,
    placeholder: pick(style.colorPlaceholder, own.placeholder, TEXT_CONTRAST),
    error: pick(style.colorError, own.error, TEXT_CONTRAST),
    border: pick(style.colorBorder, own.border, CONTROL_CONTRAST),
    focus: pick(style.colorFocus, own.focus, CONTROL_CONTRAST),
  }
}

/** The contrast ratio of two colours of the form #rrggbb: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
