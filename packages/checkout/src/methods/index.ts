import type { CheckoutView } from '@holdfast/contract/types'
import { CardMethod } from './card/card.ts'
import type { MethodHost, PaymentMethod } from './method.ts'

/** The session's methods that this component knows, in the page's order; those it doesn't name follow. */
export function methodsOf(
  { methods }: CheckoutView, { host, order }: { host: MethodHost, order: readonly string[] },
): readonly PaymentMethod[] {
  const rank = ({ type }: { type: string }): number => (order.indexOf(type) + order.length + 1) % (order.length + 1)
  return [...methods]
    .sort((one, other) => rank(one) - rank(other))
    .flatMap((method) => method.type === 'card' ? [new CardMethod(host, method)] : [])
}
