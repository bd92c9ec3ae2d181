import { randomUUID } from 'node:crypto'
import type { Outcome, PaymentConnector, PayoutConnector } from '@holdfast/core'

/* Rails that approve whatever they are asked, a turn of the event loop later. */

const approve = async ({ amount }: { readonly amount: bigint }): Promise<Outcome> => {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
  return { outcome: 'approved', railReference: randomUUID(), amount }
}

const refuse = async (): Promise<never> => {
  throw new Error('the load never asks a rail about anything')
}

export const quickPayments: PaymentConnector = {
  name: 'jpmorgan',
  capabilities: {
    methods: new Set(['card']),
    authorize: true,
    multiCapture: true,
    notFoundFinalAfterMs: 70_000,
    authorizationDays: { default: 7 },
    currencies: 'any',
  },
  charge: approve,
  followUp: approve,
  inquire: refuse,
  settlementReports: async () => [],
}

export const quickPayouts: PayoutConnector = {
  name: 'bank',
  capabilities: { notFoundFinalAfterMs: 70_000 },
  submit: approve,
  inquire: refuse,
  changes: async (cursor) => ({ changes: [], cursor }),
}
