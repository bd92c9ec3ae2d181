import { html, type TemplateResult } from 'lit'
import { icon } from './icons.ts'

/** The heading of what replaces the form; it takes the focus when it appears. */
export const title = (words: string): TemplateResult => html`<h2 tabindex="-1">${words}</h2>`

export function notice(kind: 'error' | 'info', words: string): TemplateResult {
  return html`<div class="notice ${kind}" part="notice">${icon('alert')}<p>${words}</p></div>`
}
