import type { CardBrand, CardField, FieldError } from '@holdfast/contract/frame'
import { brandRules } from './cards.ts'
import { brandMark } from './brand-mark.ts'
import { editExpiry, editNumber, editSecurityCode } from './editing.ts'
import type { Edit, Text } from './editing.ts'
import { fieldOrder } from './validation.ts'
import type { Entries } from './validation.ts'
import type { Words } from './words.ts'

/** The form as it stands on the page. It shows and reads; it decides nothing. */
export interface View {
  readonly root: HTMLElement
  /** The number's field with its label and its brand's mark. */
  readonly numberBox: HTMLElement
  /** Shows it, and tells what the buyer does. */
  open(events: ViewEvents): void
  entries(): Entries
  focus(field: CardField): void
  showTotal(text: string): void
  showBrand(brand: CardBrand): void
  /** Leaves the security code alone, of the card that is named beside it. */
  showCodeOf(card: { readonly brand: string; readonly last4: string }): void
  /** Shows an error under its field, or takes it away. */
  showError(field: CardField, error: FieldError | undefined): void
  hasError(field: CardField): boolean
  /** Read aloud, once. */
  announce(text: string): void
  /** While the page submits: what was typed stays to be read, and can't be changed. */
  lock(locked: boolean): void
  /** Forgets all that was typed. */
  clear(): void
}

export interface ViewEvents {
  readonly edited: (field: CardField) => void
  readonly focused: (field: CardField) => void
  readonly left: (field: CardField) => void
  /** Enter was pressed in a field. */
  readonly submitted: () => void
}

interface FieldSetting {
  readonly autocomplete: AutoFill
  readonly inputMode: 'numeric' | 'text'
  readonly edit?: (edit: Edit) => Text
}

const settings: Readonly<Record<CardField, FieldSetting>> = {
  number: { autocomplete: 'cc-number', inputMode: 'numeric', edit: editNumber },
  expiry: { autocomplete: 'cc-exp', inputMode: 'numeric', edit: editExpiry },
  securityCode: { autocomplete: 'cc-csc', inputMode: 'numeric', edit: editSecurityCode },
  name: { autocomplete: 'cc-name', inputMode: 'text' },
}

interface Field {
  readonly box: HTMLElement
  readonly input: HTMLInputElement
  readonly hint: HTMLElement
  readonly error: HTMLElement
}

/** Builds the form into the page, where it isn't seen before it is opened. */
export function buildView(words: Words): View {
  document.documentElement.lang = words.lang
  document.title = words.title
  const fields = Object.fromEntries(fieldOrder.map(name => [name, buildField(name, words)])) as Record<
    CardField,
    Field
  >
  const total = element('p', 'total')
  const mark = element('span', 'mark')
  const live = element('p', 'live')
  live.setAttribute('role', 'status')
  fields.number.input.after(mark)
  const pair = element('div', 'pair', fields.expiry.box, fields.securityCode.box)
  const form = element('form', 'card', total, fields.number.box, pair, fields.name.box, live)
  form.noValidate = form.inert = true
  form.setAttribute('aria-label', words.title)
  form.addEventListener('submit', event => event.preventDefault())
  document.body.replaceChildren(form)
  const view = viewOf({ form, fields, total, mark, live, words })
  view.showBrand('unknown')
  return view
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: Node[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  made.className = className
  made.append(...children)
  return made
}

function buildField(name: CardField, words: Words): Field {
  const { autocomplete, inputMode } = settings[name]
  const label = element('label', 'label')
  label.htmlFor = name
  label.textContent = words.labels[name]
  const input = element('input', 'input')
  Object.assign(input, {
    id: name,
    name,
    type: 'text',
    autocomplete,
    inputMode,
    spellcheck: false,
    required: true,
  })
  input.setAttribute('autocapitalize', name === 'name' ? 'words' : 'off')
  input.setAttribute('autocorrect', 'off')
  input.setAttribute('aria-describedby', `${name}-hint ${name}-error`)
  const hint = element('p', 'hint')
  hint.id = `${name}-hint`
  const error = element('p', 'error')
  error.id = `${name}-error`
  error.hidden = true
  return {
    box: element('div', `field ${name}`, label, element('div', 'control', input), hint, error),
    input,
    hint,
    error,
  }
}

function listen({
  name,
  field: { input },
  events,
}: {
  name: CardField
  field: Field
  events: ViewEvents
}): void {
  let previous = ''
  const { edit } = settings[name]
  const settle = (event: Event): void => {
    // an input method is at work: its digits come when it ends
    if (event instanceof InputEvent && event.isComposing) return
    if (edit)
      applyEdit(
        input,
        edit({ ...textOf(input), previous, inputType: event instanceof InputEvent ? event.inputType : '' }),
      )
    previous = input.value
    events.edited(name)
  }
  input.addEventListener('input', settle)
  input.addEventListener('compositionend', settle)
  input.addEventListener('focus', () => events.focused(name))
  input.addEventListener('blur', () => events.left(name))
  // a form of several fields without a button of its own has no submission for Enter to cause
  input.addEventListener('keydown', ({ key, repeat, isComposing }) => {
    if (key === 'Enter' && !repeat && !isComposing && !input.readOnly) events.submitted()
  })
}

const textOf = ({ value, selectionStart }: HTMLInputElement): Text => ({
  value,
  caret: selectionStart ?? value.length,
})

function applyEdit(input: HTMLInputElement, { value, caret }: Text): void {
  if (input.value === value) return
  input.value = value
  if (document.activeElement === input) input.setSelectionRange(caret, caret)
}

interface Parts {
  readonly form: HTMLFormElement
  readonly fields: Readonly<Record<CardField, Field>>
  readonly total: HTMLElement
  readonly mark: HTMLElement
  readonly live: HTMLElement
  readonly words: Words
}

function viewOf({ form, fields, total, mark, live, words }: Parts): View {
  return {
    root: form,
    numberBox: fields.number.box,
    open(events) {
      for (const name of fieldOrder) listen({ name, field: fields[name], events })
      form.inert = false
    },
    entries: () =>
      Object.fromEntries(fieldOrder.map(name => [name, fields[name].input.value])) as Record<
        CardField,
        string
      >,
    focus: field => fields[field].input.focus(),
    showTotal(text) {
      total.textContent = text
    },
    showBrand(brand) {
      const rule = brandRules.find(candidate => candidate.brand === brand)
      mark.replaceChildren(brandMark(brand, rule?.name ?? ''))
      fields.number.hint.textContent = rule?.name ?? ''
      fields.expiry.hint.textContent = words.hints.expiry
      fields.securityCode.hint.textContent =
        rule?.codeLength === 4 ? words.hints.codeFront : words.hints.codeBack
    },
    showCodeOf({ brand, last4 }) {
      for (const name of fieldOrder) fields[name].box.hidden = name !== 'securityCode'
      const { hints } = words
      const front = brandRules.find(rule => rule.brand === brand)?.codeLength === 4
      fields.securityCode.hint.textContent = `\u2066•••• ${last4}\u2069 · ${front ? hints.codeFront : hints.codeBack}`
    },
    showError: (field, error) => showError(fields[field], error),
    hasError: field => !fields[field].error.hidden,
    announce(text) {
      live.textContent = text
    },
    lock(locked) {
      form.setAttribute('aria-busy', String(locked))
      for (const name of fieldOrder) fields[name].input.readOnly = locked
    },
    clear() {
      for (const name of fieldOrder) {
        fields[name].input.value = ''
        showError(fields[name], undefined)
      }
    },
  }
}

function showError({ box, input, error }: Field, shown: FieldError | undefined): void {
  box.classList.toggle('wrong', shown !== undefined)
  input.setAttribute('aria-invalid', String(shown !== undefined))
  error.hidden = shown === undefined
  error.textContent = shown?.message ?? ''
}
