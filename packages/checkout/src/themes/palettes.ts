/** A theme's colours in one scheme, by the custom property that each is: `line` is `--holdfast-color-line`. */
export interface Palette {
  readonly text: string
  readonly background: string
  /** Dividers: they mean nothing by themselves. */
  readonly line: string
  /** Of controls. */
  readonly border: string
  /** Secondary text. */
  readonly quiet: string
  readonly accent: string
  readonly 'on-accent': string
  readonly held: string
  readonly released: string
  readonly refunded: string
  readonly error: string
}

export const palettes: Readonly<Record<'ledger' | 'hearth', Readonly<Record<'light' | 'dark', Palette>>>> = {
  ledger: {
    light: {
      text: '#12161c', background: '#ffffff', line: '#dfe2e7', border: '#737a86', quiet: '#545b67', accent: '#2c3a8c',
      'on-accent': '#ffffff', held: '#8f5500', released: '#17713f', refunded: '#545b67', error: '#b01c2e',
    },
    dark: {
      text: '#e7e9ee', background: '#0f1216', line: '#2a2f38', border: '#7d8695', quiet: '#9aa3b2', accent: '#aab8ff',
      'on-accent': '#10142e', held: '#eab04f', released: '#55c48d', refunded: '#a3abb8', error: '#ff8d8d',
    },
  },
  hearth: {
    light: {
      text: '#2b1d21', background: '#fffaf4', line: '#eaddd0', border: '#8a746b', quiet: '#6b5850', accent: '#7a2f57',
      'on-accent': '#fffaf4', held: '#8f5200', released: '#226c41', refunded: '#6b5850', error: '#b3261e',
    },
    dark: {
      text: '#f6ece4', background: '#211a1c', line: '#40353a', border: '#a08f8c', quiet: '#b9a8a3', accent: '#eeaed0',
      'on-accent': '#33112a', held: '#f0b45c', released: '#6cc795', refunded: '#b3a6a2', error: '#ff9a8c',
    },
  },
}
