import { route, type Route } from '../http/route.ts'
import { changeEndpoint, changing } from '../webhooks/change.ts'

/** What happens from now on waits, as does what was not delivered yet. */
const disable = changing<object>('webhookEndpoints.disable', async (tx, _input, endpoint) => {
  await tx.db.updateTable('webhook_endpoints').set({ state: 'disabled', disabled_reason: 'requested', updated_at: endpoint.now })
    .where('marketplace_id', '=', endpoint.marketplace).where('id', '=', endpoint.id).where('state', '=', 'enabled').execute()
})

const disableRoute: Route<'webhookEndpoints.disable'> = route('webhookEndpoints.disable', (request, deps) =>
  changeEndpoint(deps, disable, { request, input: {} }))

export default disableRoute
