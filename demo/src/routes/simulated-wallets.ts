import type { FastifyInstance } from 'fastify'
import type { WalletCards, WalletPayment } from '../wallet-cards.ts'

/** Where the simulated sheets have their tokens made, as a real wallet asks its own company. */
export function addSimulatedWallets(app: FastifyInstance, { token }: Pick<WalletCards, 'token'>): void {
  app.post<{ Body: WalletPayment }>('/simulated-wallets/token', {
    schema: {
      body: {
        type: 'object', required: ['wallet', 'card', 'total', 'currency'],
        properties: {
          wallet: { enum: ['google_pay', 'apple_pay'] }, card: { type: 'string' }, total: { type: 'string', pattern: '^\\d{1,10}(\\.\\d{2})?$' },
          currency: { type: 'string', pattern: '^[A-Z]{3}$' }, applicationData: { type: 'string', maxLength: 400 },
        },
      },
    },
  }, async ({ body }, reply) => {
    const made = token(body)
    return made === null ? reply.code(404).send({}) : { token: made }
  })
}
