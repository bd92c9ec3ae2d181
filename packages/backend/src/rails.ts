import { paymentMethods, type PaymentMethodType } from '@holdfast/contract'
import type { PaymentConnector, PayoutConnector } from '@holdfast/core'
import type { Rails } from './deps.ts'

function only<T>(connectors: ReadonlyMap<string, T>, what: string): T {
  const [first] = connectors.values()
  if (!first) throw new Error(`no connector for ${what} is configured`)
  return first
}

/** The connector that takes cards. */
export function cardConnector(rails: Rails): PaymentConnector {
  return only(new Map([...rails.payments].filter(([, { capabilities }]) => capabilities.methods.has('card'))), 'cards')
}

/** The connector that pays sellers. */
export function payoutConnector(rails: Rails): PayoutConnector {
  return only(rails.payouts, 'payouts')
}

/** What a session is paid in, as far as it says which rails can. */
export interface Terms {
  readonly currency: string
  readonly captureMode: 'automatic' | 'manual'
}

/** The rail that a way to pay goes over: the first one configured that has it for this currency. Null: none. */
export function railFor(rails: Rails, method: PaymentMethodType, { currency, captureMode }: Terms): PaymentConnector | null {
  return [...rails.payments.values()].find(({ capabilities: { methods, currencies, authorize } }) =>
    methods.has(method) && (currencies === 'any' || currencies.has(currency)) && (authorize || captureMode === 'automatic')) ?? null
}

/** The ways to pay that a session offers. */
export function offeredMethods(rails: Rails, terms: Terms): PaymentMethodType[] {
  return paymentMethods.filter((method) => railFor(rails, method, terms) !== null)
}

/** The ways to pay that the configured rails have, in whatever currency. */
export function methodsOf(rails: Rails): PaymentMethodType[] {
  return paymentMethods.filter((method) => [...rails.payments.values()].some(({ capabilities }) => capabilities.methods.has(method)))
}

/** The rail that a new session is planned for: the one for cards, else whichever takes its currency. */
export function railOfSession(rails: Rails, terms: Terms): PaymentConnector {
  const [method] = offeredMethods(rails, terms)
  return (method && railFor(rails, method, terms)) ?? cardConnector(rails)
}

/** The connector that an operation was sent by. */
export function paymentConnectorOf(rails: Rails, name: string): PaymentConnector {
  const connector = rails.payments.get(name)
  if (!connector) throw new Error(`the connector '${name}' of an earlier operation is not configured`)
  return connector
}

/** The connector that a payout was sent by. */
export function payoutConnectorOf(rails: Rails, name: string): PayoutConnector {
  const connector = rails.payouts.get(name)
  if (!connector) throw new Error(`the connector '${name}' of an earlier payout is not configured`)
  return connector
}
