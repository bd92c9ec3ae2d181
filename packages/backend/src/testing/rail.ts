import type { PaymentConnector } from '@holdfast/core'
import type { TestBackend } from './backend.ts'

/**
 * Puts parts of a backend's rail, the one for cards unless another is named, in the place of the real ones: for what
 * no fault of the simulator can say.
 *
 * @returns what restores the rail
 */
export function changeRail(
  backend: TestBackend, part: (rail: PaymentConnector) => Partial<PaymentConnector>, name = 'jpmorgan',
): () => void {
  const rails = backend.deps.rails.payments as Map<string, PaymentConnector>
  const rail = rails.get(name) as PaymentConnector
  const { close, notifications } = rail
  rails.set(name, {
    name: rail.name, capabilities: rail.capabilities, charge: rail.charge.bind(rail), followUp: rail.followUp.bind(rail),
    inquire: rail.inquire.bind(rail), settlementReports: rail.settlementReports.bind(rail),
    ...(close && { close: close.bind(rail) }), ...(notifications && { notifications }), ...part(rail),
  })
  return () => void rails.set(name, rail)
}
