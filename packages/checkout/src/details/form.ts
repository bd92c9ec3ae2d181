import { html, nothing, type TemplateResult } from 'lit'
import type { AddressFormat } from '@holdfast/contract/types'
import type { Details, Key } from './index.ts'

/** In which way a field is wrong, before it is put into words. */
export interface Problem {
  readonly reason: 'missing' | 'form' | 'check_digits' | 'not_listed' | 'not_used'
  readonly example?: string | undefined
}

type AddressField = AddressFormat['required'][number]

interface Input {
  readonly field: string
  readonly label: string
  readonly required: boolean
  /** The token that tells a browser what to fill in. */
  readonly autocomplete: string
  /** What is written leftwards to rightwards everywhere, in capitals. */
  readonly code?: boolean
  readonly digits?: boolean
  readonly options?: readonly (readonly [value: string, name: string])[]
}

export function drawDetails(details: Details): TemplateResult {
  const { text } = details
  const lone = (name: 'company' | 'purchaseOrder', autocomplete: string): TemplateResult | typeof nothing => {
    const asked = details.asked(name)
    return asked ? control(details, { field: name, label: text(name), required: asked === 'required', autocomplete }) : nothing
  }
  return html`<fieldset class="details" part="details">
    <legend>${text('details')}</legend>
    ${lone('company', 'organization')}${details.asked('taxId') ? taxId(details) : nothing}${lone('purchaseOrder', 'off')}
    ${details.asked('deliveryAddress') ? address(details) : nothing}
    <p class="sr" role="status">${details.spoken}</p>
  </fieldset>`
}

function taxId(details: Details): TemplateResult {
  const { text, countries } = details
  return html`<div class="row">
    ${control(details, { field: 'taxId.country', label: text('taxCountry'), required: true, autocomplete: 'off', options: countries })}
    ${control(details, { field: 'taxId.number', label: text('taxId'), required: details.asked('taxId') === 'required', autocomplete: 'off', code: true })}
  </div>`
}

function address(details: Details): TemplateResult {
  const { text, countries, format: { rows } } = details
  return html`<fieldset>
    <legend>${details.asked('deliveryAddress') === 'required' ? text('deliveryAddress') : text('optional', { label: text('deliveryAddress') })}</legend>
    ${control(details, { field: 'deliveryAddress.country', label: text('country'), required: true, autocomplete: 'shipping country', options: countries })}
    ${rows.map((row) => html`<div class="row">${row.map((field) => control(details, inputOf(details, field)))}</div>`)}
  </fieldset>`
}

const tokens: Readonly<Record<AddressField, string>> = {
  recipient: 'name', line1: 'address-line1', line2: 'address-line2', district: 'address-level3', city: 'address-level2',
  region: 'address-level1', postalCode: 'postal-code',
}

/** Codes that go by their own names in every language. */
const codeNames: Readonly<Record<string, string>> = { zip: 'ZIP', pin: 'PIN', eircode: 'Eircode' }

/** Regions that go by a word of another. */
const regionWords: Readonly<Partial<Record<string, Key>>> = { district: 'district', island: 'region_area', parish: 'region_area' }

function labelOf({ format: { names }, text }: Details, field: AddressField): string {
  switch (field) {
    case 'postalCode': {
      const own = codeNames[names.postalCode]
      return own ? `${text('postalCode')} (${own})` : text('postalCode')
    }
    case 'region': return text(regionWords[names.region] ?? (`region_${names.region}` as Key))
    case 'city': return text(names.city === 'post_town' ? 'city' : names.city)
    case 'district': return text(names.district === 'suburb' || names.district === 'neighborhood' ? names.district : 'district')
    default: return text(field satisfies Key)
  }
}

function inputOf(details: Details, field: AddressField): Input {
  const { format: { required, postalCode, regions } } = details
  return {
    field: `deliveryAddress.${field}`, label: labelOf(details, field), required: required.includes(field), autocomplete: `shipping ${tokens[field]}`,
    ...(field === 'postalCode' && { code: true, digits: postalCode?.digits === true }),
    ...(field === 'region' && regions.length > 0 && { options: regions.map(({ value, name }) => [value, name] as const) }),
  }
}

function control(details: Details, input: Input): TemplateResult {
  const { field, label, required } = input
  const problem = details.problems.get(field)
  const id = field.replace('.', '-')
  return html`<div>
    <label for=${id}>${required ? label : details.text('optional', { label })}</label>
    ${input.options ? select(details, input, id) : text(details, input, id)}
    ${problem ? html`<p class="wrong" id="${id}-wrong">${details.say(field, problem)}</p>` : nothing}
  </div>`
}

const valueOf = ({ target }: Event): string => (target as HTMLInputElement).value

/** What the API takes at most, where it isn't 120 characters. */
const longest: Readonly<Partial<Record<string, number>>> = {
  'purchaseOrder': 40, 'taxId.number': 40, 'deliveryAddress.recipient': 100, 'deliveryAddress.district': 80,
  'deliveryAddress.city': 80, 'deliveryAddress.region': 80, 'deliveryAddress.postalCode': 16,
}

function text(details: Details, { field, required, autocomplete, code, digits }: Input, id: string): TemplateResult {
  const wrong = details.problems.has(field)
  return html`<input id=${id} name=${id} autocomplete=${autocomplete} dir=${code ? 'ltr' : 'auto'} maxlength=${longest[field] ?? 120}
    inputmode=${digits ? 'numeric' : 'text'} autocapitalize=${code ? 'characters' : 'words'} spellcheck="false" enterkeyhint="next"
    aria-required=${required} aria-invalid=${wrong} aria-describedby=${wrong ? `${id}-wrong` : nothing}
    .value=${details.values[field] ?? ''}
    @input=${(event: Event) => details.type(field, valueOf(event))} @change=${() => details.leave(field)}>`
}

function select(details: Details, { field, required, autocomplete, options = [] }: Input, id: string): TemplateResult {
  const value = details.values[field] ?? ''
  const wrong = details.problems.has(field)
  const choose = (event: Event): void => {
    details.type(field, valueOf(event))
    details.leave(field)
  }
  return html`<select id=${id} name=${id} autocomplete=${autocomplete}
    aria-required=${required} aria-invalid=${wrong} aria-describedby=${wrong ? `${id}-wrong` : nothing} @change=${choose}>
    ${options.some(([code]) => code === value) ? nothing : html`<option value="" selected>${details.text('choose')}</option>`}
    ${options.map(([code, name]) => html`<option value=${code} ?selected=${code === value}>${name}</option>`)}
  </select>`
}
