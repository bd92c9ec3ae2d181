import { contrast } from '@holdfast/contract/colour'
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
