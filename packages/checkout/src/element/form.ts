import { html, nothing, type TemplateResult } from 'lit'
import { moneyParts } from '@holdfast/contract/amount'
import { messageOf, type Fault } from '../errors.ts'
import type { Phase } from '../events.ts'
import type { Language, StringKey } from '../i18n/index.ts'
import type { PaymentMethod } from '../methods/method.ts'
import { icon } from './icons.ts'
import { notice } from './parts.ts'
import { heldPanel, money, type Drawn } from './shares.ts'

export interface FormState extends Drawn {
  /** The panel of shares is drawn with what is in it. */
  readonly whole: boolean
  readonly phase: Phase
  readonly fault: Fault | undefined
  /** The total has changed since the buyer first saw it. */
  readonly amountChanged: boolean
  readonly methods: readonly PaymentMethod[]
  readonly chosen: PaymentMethod | undefined
  readonly payButton: boolean
  readonly details: TemplateResult | undefined
  /** Of a session that soon runs out. */
  readonly minutesLeft: number | undefined
  readonly slow: boolean
  readonly choose: (method: PaymentMethod) => void
  readonly pay: () => void
}

/** Who is paid for what, and how much. */
export function header({ view, language: { text, locale } }: Drawn): TemplateResult {
  const parts = moneyParts(view, locale).filter(({ type }) => type !== 'literal')
  const figure = parts.map(({ type, value }) => (type === 'currency' ? '' : value)).join('')
  const code = html`<small>${view.currency}</small>`
  const leads = parts[0]?.type === 'currency'
  return html`<header part="header">
    <div class="head">
      <div><strong><bdi>${view.marketplaceName}</bdi></strong><p>${text('order', { reference: view.reference })}</p></div>
      ${view.mode === 'test' ? html`<span class="test" part="test-mode">${text('testMode')}<span class="sr">.
        ${text('testModeHint')}</span></span>` : nothing}
    </div>
    <div class="total" part="total"><span class="sr">${text('total')}: </span>${leads ? code : nothing}
      <span>${figure}</span>${leads ? nothing : code}</div>
  </header>`
}

export function formView(form: FormState): TemplateResult {
  const { language: { text }, view } = form
  return html`${header(form)}${heldPanel(form)}${form.details}
    <fieldset class="methods" part="methods">
      <legend class="sr">${text('methods')}</legend>
      ${form.methods.map((method) => methodRow(form, method))}
    </fieldset>
    <div role="alert">${form.fault ? notice('error', messageOf(form.fault, form.language)) : nothing}</div>
    ${form.amountChanged && !form.fault
      ? notice('info', text('totalChanged', { amount: money(form, view.amount) })) : nothing}
    ${form.minutesLeft ? notice('info', text('minutesLeft', { minutes: form.minutesLeft })) : nothing}
    ${form.payButton ? payButton(form) : nothing}
    ${form.slow ? slowLine(form.language) : nothing}
    <p class="footnote" part="footnote">${text('footnote', { marketplace: view.marketplaceName })}</p>`
}

function methodRow({ chosen, choose, language: { text } }: FormState, method: PaymentMethod): TemplateResult {
  return html`<div class="method" part="method">
    <label><input type="radio" name="method" ?disabled=${method.ready === undefined} .checked=${method === chosen} @change=${() => choose(method)}>
      <span>${text(method.name as StringKey)}</span><span class="marks">${method.marks?.()}</span></label>
    ${method === chosen && method.form ? html`<div class="body" part="method-body">${method.form()}</div>` : nothing}
  </div>`
}

/** `aria-disabled` and not `disabled`, so that focus stays where the buyer left it. */
function payButton(form: FormState): TemplateResult {
  const { phase, language: { text }, view, chosen } = form
  const paying = phase === 'paying'
  if (!paying && chosen?.button) return html`${chosen.button()}`
  return html`<button class="pay" part="pay-button" aria-disabled=${paying || !chosen?.ready} @click=${form.pay}>
    ${paying ? icon('wait', 'spin') : icon('hold')}
    <span>${text(paying ? 'paying' : (chosen?.payWords ?? 'pay') as StringKey, { amount: money(form, view.amount) })}</span></button>`
}

/** The form's own shape before anything is known, so that nothing jumps when it is. */
export function skeleton(language: Language, shown: { slow: boolean, payButton: boolean }): TemplateResult {
  const { text } = language
  // the room of the words, without words that anyone could read
  const blank = (words: string): TemplateResult => html`<span class="blank">${words.replace(/./g, '\u2002')}</span>`
  return html`<div aria-hidden="true" part="skeleton">
      <div class="head"><div><strong>${blank('Marketplace')}</strong><p>${blank('Order 0000')}</p></div></div>
      <div class="total">${blank('USD 00,000.00')}</div>
      <details class="held"><summary tabindex="-1">${blank(text('heldLine'))}</summary></details>
      <div class="methods"><div class="method"><label>${blank(text('card'))}</label>
        <div class="body"><div class="frame wait"><div class="fields"><i></i><i></i><i></i><i></i></div></div></div>
      </div></div>
      ${shown.payButton ? html`<div class="pay blank">&nbsp;</div>` : nothing}
      <p class="footnote">${blank(text('footnote', { marketplace: 'Marketplace' }))}</p>
    </div>
    <p class="sr" role="status">${text(shown.slow ? 'slow' : 'loading')}</p>
    ${shown.slow ? slowLine(language) : nothing}`
}

const slowLine = ({ text }: Language): TemplateResult => html`<p class="slow" aria-hidden="true">${text('slow')}</p>`
