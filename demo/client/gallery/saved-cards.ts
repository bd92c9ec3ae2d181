import type { CheckoutView } from '@holdfast/server'
import { seen, type Component, type State } from './state.ts'

/* Saved cards. They are made up, and so is none of them in the vault: the form for a security code stays on its way. */

type Saved = NonNullable<CheckoutView['savedCards']>

const idOf = (nth: number): string => `pm_01jd${String(nth).padStart(22, '0')}`
const own: Saved['cards'][number] = { id: idOf(1), brand: 'visa', last4: '1111', expMonth: 12, expYear: 2030, expired: false, own: true }
const cards: Saved['cards'] = [
  own,
  { ...own, id: idOf(2), brand: 'mastercard', last4: '4444', expMonth: 3, expYear: 2029, own: false },
  { ...own, id: idOf(3), brand: 'amex', last4: '0005', expMonth: 8, expYear: 2025, expired: true },
]

const saved = (changes: Partial<Saved> = {}) => (real: CheckoutView): CheckoutView =>
  ({ ...real, savedCards: { securityCode: 'never', shareable: true, cards, ...changes } })

const press = ({ shadowRoot }: Component, selector: string): void => shadowRoot?.querySelector<HTMLElement>(selector)?.click()

export const savedCards: readonly State[] = [
  { name: 'saved', label: 'Saved cards', view: saved() },
  {
    name: 'saved-code', label: 'A saved card, its security code’s form on its way', view: saved({ securityCode: 'always' }), tickets: 'silence',
    act: (checkout) => seen(checkout, '.coded iframe'),
  },
  { name: 'saved-removing', label: 'A saved card to be removed', view: saved(), act: (checkout) => press(checkout, '.kept button') },
  {
    name: 'saved-another', label: 'A new card, to be saved and shared', view: saved(),
    act: async (checkout) => {
      press(checkout, '.kept > div:last-child input')
      await seen(checkout, '.frame[data-ready]')
      press(checkout, '.tick input')
    },
  },
]
