import type { CheckoutView } from '@holdfast/server'
import { seen, type Component, type State } from './state.ts'

/* What a company is asked about its order. */

type Details = NonNullable<CheckoutView['details']>

const collect: Details['collect'] = { company: 'required', taxId: 'required', purchaseOrder: 'optional', deliveryAddress: 'required' }
const asked = (values: Partial<Details['values']>) => (real: CheckoutView): CheckoutView =>
  ({ ...real, details: { collect, values: { company: 'Brightwater Tool & Die', taxId: null, purchaseOrder: null, deliveryAddress: null, ...values } } })

/** As a buyer types it, and goes on. */
function write({ shadowRoot }: Component, field: string, value: string): void {
  const input = shadowRoot!.querySelector<HTMLInputElement>(`[id="${field}"]`)!
  input.value = value
  for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }))
}

const wrong = { field: 'taxId.number', reason: 'check_digits', example: '12-3456789', detail: 'Its check digits are wrong.' } as const

export const details: readonly State[] = [
  {
    name: 'details-asked', label: 'Details of the order',
    view: asked({
      purchaseOrder: 'PO-2026-1187', taxId: { country: 'DE', number: 'DE136695976', kind: 'VAT', checked: 'check_digits' },
      deliveryAddress: { country: 'DE', recipient: 'Wareneingang', line1: 'Hafenstr. 4', line2: null, district: null, city: 'Kiel', region: null, postalCode: '24103' },
    }),
  },
  {
    name: 'details-wrong', label: 'Details with errors', view: asked({}), keeps: { refused: 'validation_failed', status: 400, errors: [wrong] },
    act: async (checkout) => {
      await seen(checkout, '[id="taxId-number"]')
      write(checkout, 'taxId-number', '12-3456780')
      await seen(checkout, '#taxId-number-wrong')
      await checkout.validate()
    },
  },
]
