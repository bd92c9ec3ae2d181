import type { BodyOf } from '@holdfast/contract'
import { isRefusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { changeEndpoint, changing } from '../webhooks/change.ts'
import { checkUrl } from '../webhooks/endpoints.ts'

/** What is absent stays; null clears. At another URL it begins without the failures of the one before. */
const update = changing<BodyOf<'webhookEndpoints.update'>>('webhookEndpoints.update', async (tx, { url, description, eventTypes }, endpoint) => {
  await tx.db.updateTable('webhook_endpoints').set({
    updated_at: endpoint.now,
    ...(description !== undefined && { description }),
    ...(eventTypes !== undefined && { event_types: eventTypes && [...new Set(eventTypes)] }),
    ...(url !== undefined && { url, failures: 0, failing_since: null, paused_until: null }),
  }).where('marketplace_id', '=', endpoint.marketplace).where('id', '=', endpoint.id).execute()
})

const updateRoute: Route<'webhookEndpoints.update'> = route('webhookEndpoints.update', async (request, deps) => {
  const { url, ...rest } = request.body
  const checked = url === undefined ? {} : await checkUrl(deps.webhookGuard, url)
  if (isRefusal(checked)) return checked
  return changeEndpoint(deps, update, { request, input: { ...rest, ...checked } })
})

export default updateRoute
