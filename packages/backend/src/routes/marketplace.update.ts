import { execute, type Command } from '../commands/execute.ts'
import type { Deps } from '../deps.ts'
import { stageEvents } from '../events.ts'
import { route, type Route } from '../http/route.ts'
import { checkOrigins, readMarketplaceRow, renderMarketplace, type Marketplace, type MarketplaceRow } from '../marketplaces.ts'
import type { BodyOf } from '@holdfast/contract'

const update = ({ rails }: Pick<Deps, 'rails'>): Command<BodyOf<'marketplace.update'>, Marketplace> => ({
  name: 'marketplace.update',
  async run(tx, calls) {
    const answers: Marketplace[] = []
    for (const { marketplace, input: { name, origins }, now } of calls) {
      await tx.client.query(
        `update marketplaces set name = coalesce($2, name), origins = coalesce($3, origins) where marketplace_id = $1`,
        [marketplace, name ?? null, origins ? [...new Set(origins)] : null],
      )
      const data = renderMarketplace(await readMarketplaceRow(tx.db, marketplace) as MarketplaceRow, rails)
      stageEvents(tx, { marketplace, now }, [{ type: 'marketplace.updated', subject: marketplace, data }])
      answers.push(data)
    }
    return answers
  },
})

/**
 * Changes the marketplace's name or origins, then tells the vault which pages may frame it.
 *
 * The vault is told again at every start, so that one that is away for a moment catches up.
 */
const updateRoute: Route<'marketplace.update'> = route('marketplace.update', async (request, deps) => {
  const wrong = checkOrigins(request.body.origins ?? [])
  if (wrong) return wrong
  const answer = await execute(deps, update(deps), {
    marketplace: request.marketplace.id, input: request.body, requestId: request.requestId, claim: request.idempotency,
  })
  if (answer.status < 300) {
    const { id, name, origins } = JSON.parse(answer.body) as Marketplace
    await deps.vault.putMarketplace(id, { name, origins })
  }
  return answer
})

export default updateRoute
