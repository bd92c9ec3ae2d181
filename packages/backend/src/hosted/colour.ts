import { channelsOf, contrast, luminance } from '@holdfast/contract/colour'

/** The contrast that text needs at least: WCAG 2.2, 1.4.3. */
export const READABLE = 4.5

const STEPS = 32

/** A colour as it is where it can be read on a ground; else as little darker or lighter as makes it so. */
export function readable(colour: string, ground: string): string {
  const end = luminance(ground) > 0.179 ? 0 : 255
  const from = channelsOf(colour)
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = from.map((value) => Math.round(value + ((end - value) * step) / STEPS).toString(16).padStart(2, '0'))
    const candidate = `#${mixed.join('')}`
    if (contrast(candidate, ground) >= READABLE) return candidate
  }
  return end === 0 ? '#000000' : '#ffffff'
}
