import type { Command } from '../commands/execute.ts'
import { hashCanonical, type Claim } from '../commands/idempotency.ts'
import { stageEvents } from '../events.ts'
import type { Sealer } from '../seal.ts'

/** The plainest command there is, for tests of what surrounds commands: it makes a seller and stages its event. */
export const createThing: Command<{ readonly reference: string }, { id: string; reference: string }> = {
  name: 'sellers.create',
  async run(tx, calls) {
    const answers: { id: string; reference: string }[] = []
    for (const { marketplace, input: { reference }, now } of calls) {
      const id = `sel_${reference}`
      await tx.client.query(
        `insert into sellers (marketplace_id, id, reference, name, country, metadata, created_at, updated_at)
         values ($1, $2, $3, 'Thing', 'DE', '{}', $4, $4)`, [marketplace, id, reference, now],
      )
      stageEvents(tx, { marketplace, now }, [{ type: 'seller.created', subject: id, data: { id } }])
      answers.push({ id, reference })
    }
    return answers
  },
}

/** A claim of a key for that command. */
export function claimOf({ marketplace, key, sealer, body = null }: { marketplace: string; key: string; sealer: Sealer; body?: unknown }): Claim {
  return { marketplace, route: 'sellers.create', scope: 'sellers.create', key, bodyHash: hashCanonical(body), sealer }
}
