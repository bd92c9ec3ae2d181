import type { BodyOf } from '@holdfast/contract'
import { sql } from 'kysely'
import { route, type Route } from '../http/route.ts'
import { changeEndpoint, changing } from '../webhooks/change.ts'

/** Goes on where it stopped, so that disabling loses nothing; or, when told so, with what happens from now on. */
const enable = changing<BodyOf<'webhookEndpoints.enable'>>('webhookEndpoints.enable', async (tx, { missed }, { now, marketplace, id }) => {
  await tx.db.updateTable('webhook_endpoints').set({
    state: 'enabled', disabled_reason: null, failures: 0, failing_since: null, paused_until: null, updated_at: now,
    ...(missed === 'skip' && {
      cursor_transaction: sql<string>`pg_snapshot_xmin(pg_current_snapshot())`, cursor_event: '',
      from_snapshot: sql<string>`pg_current_snapshot()`, replay_transaction: null, replay_event: null,
    }),
  }).where('marketplace_id', '=', marketplace).where('id', '=', id).where('state', '=', 'disabled').execute()
})

const enableRoute: Route<'webhookEndpoints.enable'> = route('webhookEndpoints.enable', (request, deps) =>
  changeEndpoint(deps, enable, { request, input: request.body }))

export default enableRoute
