import { fault } from '../errors.ts'
import { refusal } from '../session.ts'
import type { Attempt, CheckoutView } from '@holdfast/contract/types'
import type { Language } from '../i18n/index.ts'
import { AlipayMethod } from './alipay/alipay.ts'
import { AlipayStep } from './alipay/step.ts'
import { brandMark, brandName } from './card/brands.ts'
import { CardMethod } from './card/card.ts'
import type { BuyerStep, MethodHost, PaymentMethod, StepHost } from './method.ts'

type MethodView = CheckoutView['methods'][number]

/** The session's methods that this component knows, in the page's order; those it doesn't name follow. */
export function methodsOf(
  { methods }: CheckoutView, { host, order }: { host: MethodHost, order: readonly string[] },
): readonly PaymentMethod[] {
  const rank = ({ type }: { type: string }): number => (order.indexOf(type) + order.length + 1) % (order.length + 1)
  return [...methods].sort((one, other) => rank(one) - rank(other)).flatMap((view) => methodOf(host, view) ?? [])
}

/** The same methods, cards with those that the buyer saved; as they are, where that part can't be had. */
export async function withSaved(methods: readonly PaymentMethod[], host: MethodHost): Promise<readonly PaymentMethod[]> {
  try {
    const { withSavedCards } = await import('../saved/index.ts')
    return await Promise.all(methods.map((card) =>
      (card instanceof CardMethod ? withSavedCards({ host, card, brandMark, brandName, fault, refusal }) : card)))
  } catch {
    // the browser's console says what it refused, or couldn't get
    return methods
  }
}

function methodOf(host: MethodHost, view: MethodView): PaymentMethod | undefined {
  switch (view.type) {
    case 'card': return new CardMethod(host, view)
    case 'alipay': return new AlipayMethod(host, view)
    default: return undefined
  }
}

/** What is shown while an attempt waits for its buyer; undefined for a method that this component doesn't know. */
export function stepOf(host: StepHost, attempt: Attempt): BuyerStep | undefined {
  return attempt.method === 'alipay' ? new AlipayStep(host, attempt) : undefined
}

/** What an order was paid with, in a sentence. */
export function paidWith({ method, card }: Attempt, { text }: Language): string | undefined {
  if (method === 'alipay') return text('paidWithAlipay')
  return card ? text('paidWith', { brand: brandName(card.brand), last4: card.last4 }) : undefined
}
