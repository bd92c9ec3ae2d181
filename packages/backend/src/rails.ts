import type { PaymentConnector, PayoutConnector } from '@holdfast/core'
import type { Rails } from './deps.ts'

function only<T>(connectors: ReadonlyMap<string, T>, what: string): T {
  const [first] = connectors.values()
  if (!first) throw new Error(`no connector for ${what} is configured`)
  return first
}

/** The connector that takes cards. */
export function cardConnector(rails: Rails): PaymentConnector {
  return only(rails.payments, 'cards')
}

/** The connector that pays sellers. */
export function payoutConnector(rails: Rails): PayoutConnector {
  return only(rails.payouts, 'payouts')
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
