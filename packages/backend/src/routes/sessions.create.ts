import { isRefusal } from '@holdfast/core'
import { createSession } from '../commands/new-session.ts'
import { execute } from '../commands/execute.ts'
import { takeDetails } from '../details/details.ts'
import { route, type Route } from '../http/route.ts'
import { openingOf } from '../store/render/sessions.ts'
import { railOfSession } from '../rails.ts'

const create: Route<'sessions.create'> = route('sessions.create', async ({ marketplace, body, requestId, idempotency }, deps) => {
  const details = await takeDetails(body.details, 'details.')
  if (isRefusal(details)) return details
  return execute(deps, createSession, {
    marketplace: marketplace.id, requestId, claim: idempotency,
    input: { ...body, details, ...openingOf(deps), connector: railOfSession(deps.rails, { currency: body.currency, captureMode: body.captureMode ?? 'automatic' }) },
  })
})

export default create
