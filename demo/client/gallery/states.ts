import { banks } from './banks.ts'
import { checkouts } from './checkouts.ts'
import { details } from './details.ts'
import { orders } from './orders.ts'
import { savedCards } from './saved-cards.ts'
import type { State } from './state.ts'

/** States that belong together. */
interface Group {
  readonly name: string
  readonly label: string
  readonly states: readonly State[]
}

/** Everything that a buyer may see. To show another, add it to one of these: the page, its tests and the pictures take it from there. */
export const groups: readonly Group[] = [
  { name: 'checkouts', label: 'The checkout', states: checkouts },
  { name: 'details', label: 'Details of an order', states: details },
  { name: 'saved-cards', label: 'Saved cards', states: savedCards },
  { name: 'banks', label: '3-D Secure', states: banks },
  { name: 'orders', label: 'The order, once it is paid', states: orders },
]

export const states: readonly State[] = groups.flatMap(({ states: own }) => own)

/** Those that a choice stands for: all, a group's, or one. What takes the whole window is shown by itself. */
export function chosenBy(choice: string): readonly State[] {
  const group = groups.find(({ name }) => name === choice)?.states ?? states
  return group === states && choice !== 'all' ? states.filter(({ name }) => name === choice) : group.filter(({ alone }) => !alone)
}
