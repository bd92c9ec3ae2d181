import type { PaymentConnector } from '@holdfast/core'
import type { TestBackend } from './backend.ts'

/**
 * Puts parts of a backend's card rail in the place of the real ones: for what no fault of the simulator can say.
 *
 * @returns what restores the rail
 */
export function changeRail(backend: TestBackend, part: (rail: PaymentConnector) => Partial<PaymentConnector>): () => void {
  const rails = backend.deps.rails.payments as Map<string, PaymentConnector>
  const rail = rails.get('jpmorgan') as PaymentConnector
  rails.set('jpmorgan', {
    name: rail.name, capabilities: rail.capabilities, charge: rail.charge.bind(rail), followUp: rail.followUp.bind(rail),
    inquire: rail.inquire.bind(rail), settlementReports: rail.settlementReports.bind(rail), ...part(rail),
  })
  return () => void rails.set('jpmorgan', rail)
}
