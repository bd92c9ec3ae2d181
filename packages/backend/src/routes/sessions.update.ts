import { isRefusal } from '@holdfast/core'
import { execute } from '../commands/execute.ts'
import { updateSession } from '../commands/sessions.ts'
import { takeDetails } from '../details/details.ts'
import { route, type Route } from '../http/route.ts'
import { openingOf } from '../store/render/sessions.ts'

const update: Route<'sessions.update'> = route('sessions.update', async ({ marketplace, params, body, requestId, idempotency }, deps) => {
  const details = await takeDetails(body.details, 'details.')
  if (isRefusal(details)) return details
  return execute(deps, updateSession, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { ...body, details, id: params.id, ...openingOf(deps) },
  })
})

export default update
