/* Colours as #rrggbb, and how well one is read on another: WCAG 2.2, contrast ratio (1.4.3). */

/** What text needs at least. */
export const READABLE = 4.5

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1, which can't be read, to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const STEPS = 32

/** A colour as it is where it can be read on a ground; else as little darker or lighter as makes it so. */
export function readable(colour: string, ground: string): string {
  const end = luminance(ground) > 0.179 ? 0 : 255
  const from = channels(colour)
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = from.map((value) => Math.round(value + ((end - value) * step) / STEPS).toString(16).padStart(2, '0'))
    const candidate = `#${mixed.join('')}`
    if (contrast(candidate, ground) >= READABLE) return candidate
  }
  return end === 0 ? '#000000' : '#ffffff'
}
