import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit'

export type IconName = 'hold' | 'check' | 'return' | 'turn' | 'alert' | 'wait' | 'clock' | 'cross'

const paths: Readonly<Record<IconName, SVGTemplateResult>> = {
  /** A shackle: the mark of money that is held. */
  hold: svg`<path d="M4.5 7V5.5a3.5 3.5 0 0 1 7 0V7"/><rect x="2.75" y="7" width="10.5" height="7" rx="1.5"/>`,
  check: svg`<path d="m3 8.5 3.25 3.25L13 4.75"/>`,
  return: svg`<path d="M6 3 2.75 6.25 6 9.5"/><path d="M3 6.25h6.5a3.5 3.5 0 0 1 0 7H6"/>`,
  turn: svg`<path d="m4 6 4 4 4-4"/>`,
  alert: svg`<circle cx="8" cy="8" r="6.25"/><path d="M8 4.75v4M8 11.25v.01"/>`,
  wait: svg`<path d="M8 1.75a6.25 6.25 0 1 1-6.25 6.25"/>`,
  clock: svg`<circle cx="8" cy="8" r="6.25"/><path d="M8 4.5V8l2.25 1.5"/>`,
  cross: svg`<path d="m4.5 4.5 7 7m0-7-7 7"/>`,
}

/** A mark beside a word; never instead of one. */
export function icon(name: IconName, classes = ''): TemplateResult {
  return html`<svg class="icon ${classes}" viewBox="0 0 16 16" aria-hidden="true">${paths[name]}</svg>`
}
