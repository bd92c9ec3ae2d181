import { html, type TemplateResult } from 'lit'
import type { AttemptAction } from '@holdfast/contract/types'

type Code = Extract<AttemptAction, { type: 'qr_code' }>

/** What scanners want around a code, in modules. */
const quiet = 4
const widestPx = 264

/** Whether a code has all its modules. One that hasn't can't be scanned, and isn't shown. */
export const isWhole = ({ size, modules }: Code): boolean => modules.length === size * size

/**
 * A code as the server reckoned it, one path for its dark modules. It is dark on light whatever the theme: many
 * scanners read nothing else.
 */
export function qrCode({ size, modules }: Code, name: string): TemplateResult {
  const wide = size + 2 * quiet
  // whole pixels a module, wherever there is room for them
  const widthPx = wide * Math.max(1, Math.floor(widestPx / wide))
  return html`<svg class="qr" role="img" aria-label=${name} viewBox="0 0 ${wide} ${wide}" width=${widthPx}
    shape-rendering="crispEdges">
    <rect width=${wide} height=${wide} fill="#fff"/><path d=${path(modules, size)} fill="#000"/></svg>`
}

/** Each run of dark modules as one bar, so that no hairline parts them. */
export function path(modules: string, size: number): string {
  return Array.from(modules.matchAll(/1/g), ({ index }) => index)
    .filter((at, nth, all) => at % size === 0 || all[nth - 1] !== at - 1)
    .map((at) => {
      const row = modules.slice(at, at - at % size + size)
      const run = row.search(/0|$/)
      return `M${at % size + quiet} ${Math.floor(at / size) + quiet}h${run}v1h-${run}`
    })
    .join('')
}
