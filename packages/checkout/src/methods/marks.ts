import { svg, type SVGTemplateResult } from 'lit'

/* Marks are drawn for this component: enough to be recognized by, none a copy of a logo. */

/** A method's mark on its plate, which is light in dark mode too. */
export function plate(mark: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg class="mark" viewBox="0 0 32 20" width="32" height="20" aria-hidden="true">
    <rect width="32" height="20" rx="3" fill="#fff"/>${mark}</svg>`
}

export const letters = (text: string, fill: string, size: number): SVGTemplateResult => svg`<text
  x="16" y="10.5" dominant-baseline="central" text-anchor="middle"
  font-weight="700" font-size=${size} fill=${fill}>${text}</text>`
