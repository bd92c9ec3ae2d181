/* Colours as #rrggbb, and how well one is read on another: WCAG 2.2, contrast ratio (1.4.3). No library: browsers load this. */

/** The parts of red, green and blue: 0 to 255 each. */
export const channelsOf = (colour: string): readonly number[] => [0, 1, 2].map((place) => channelOf(colour, place))

const channelOf = (colour: string, place: number): number => Number.parseInt(colour.slice(2 * place + 1, 2 * place + 3), 16)

function linear(colour: string, place: number): number {
  const share = channelOf(colour, place) / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** From 0, black, to 1, white. */
export const luminance = (colour: string): number =>
  0.2126 * linear(colour, 0) + 0.7152 * linear(colour, 1) + 0.0722 * linear(colour, 2)

/** The contrast ratio: from 1, which can't be read, to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}
