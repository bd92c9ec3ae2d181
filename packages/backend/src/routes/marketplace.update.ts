import type { BodyOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { stageEvents } from '../events.ts'
import { mergeBranding, readBranding, type BrandingChange } from '../hosted/branding.ts'
import { framingOrigins } from '../hosted/origin.ts'
import { route, type Route } from '../http/route.ts'
import { checkOrigins, readMarketplaceRow, renderMarketplace, type Marketplace, type MarketplaceRow } from '../marketplaces.ts'

type Change = Pick<BodyOf<'marketplace.update'>, 'name' | 'origins'> & { readonly branding: BrandingChange | undefined }
type Place = Pick<Deps, 'rails' | 'publicUrl'>

async function updateOne(tx: Tx, place: Place, { marketplace, input: { name, origins, branding }, now }: Call<Change>): Promise<Marketplace | Refusal> {
  const kept = await tx.db.selectFrom('marketplaces').select('branding').where('marketplace_id', '=', marketplace)
    .forNoKeyUpdate().executeTakeFirstOrThrow()
  const merged = branding && mergeBranding(kept.branding, branding)
  if (merged && isRefusal(merged)) return merged
  await tx.db.updateTable('marketplaces').set({
    ...(name !== undefined && { name }),
    ...(origins && { origins: [...new Set(origins)] }),
    branding: JSON.stringify(merged ?? kept.branding),
    ...(branding?.logo !== undefined && { logo: branding.logo }),
  }).where('marketplace_id', '=', marketplace).execute()
  const data = renderMarketplace(await readMarketplaceRow(tx.db, marketplace) as MarketplaceRow, place)
  stageEvents(tx, { marketplace, now }, [{ type: 'marketplace.updated', subject: marketplace, data }])
  return data
}

const update = (place: Place): Command<Change, Marketplace> => ({
  name: 'marketplace.update',
  run: oneByOne((tx, call) => updateOne(tx, place, call)),
})

/**
 * Changes the marketplace's name, origins or branding, then tells the vault which pages may frame it.
 *
 * The vault is told again at every start, so that one that is away for a moment catches up.
 */
const updateRoute: Route<'marketplace.update'> = route('marketplace.update', async (request, deps) => {
  const { name, origins, branding: wished } = request.body
  const wrong = checkOrigins(origins ?? [])
  if (wrong) return wrong
  const branding = wished && readBranding(wished)
  if (branding && isRefusal(branding)) return branding
  const answer = await execute(deps, update(deps), {
    marketplace: request.marketplace.id, input: { name, origins, branding }, requestId: request.requestId, claim: request.idempotency,
  })
  if (answer.status < 300) {
    const told = JSON.parse(answer.body) as Marketplace
    await deps.vault.putMarketplace(told.id, { name: told.name, origins: framingOrigins(deps, told.origins) })
  }
  return answer
})

export default updateRoute
