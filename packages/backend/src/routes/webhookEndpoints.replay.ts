import type { BodyOf, ResponseOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import type { Tx } from '../database.ts'
import { lockEndpoint } from '../webhooks/endpoints.ts'
import { replayFrom, replayOne } from '../webhooks/replay.ts'

type Replay = ResponseOf<'webhookEndpoints.replay'>
interface Input {
  readonly id: string
  readonly wanted: BodyOf<'webhookEndpoints.replay'>
  /** How far the clock is ahead of real time, in which ids are made. */
  readonly offsetMs: number
}

const replay: Command<Input, Replay> = {
  name: 'webhookEndpoints.replay',
  run: oneByOne(replayCall),
}

async function replayCall(tx: Tx, { marketplace, input: { id, wanted, offsetMs }, now }: Call<Input>): Promise<Replay | Refusal> {
  const locked = await lockEndpoint(tx, { marketplace, id, now })
  if (isRefusal(locked)) return locked
  const which = { marketplace, endpoint: id, now }
  const from = 'event' in wanted ? await replayOne(tx, { ...which, event: wanted.event }) : await replayFrom(tx, { ...which, wanted, offsetMs })
  return isRefusal(from) ? from : { object: 'webhook_replay', endpoint: id, from: from.event }
}

const replayRoute: Route<'webhookEndpoints.replay'> = route('webhookEndpoints.replay', (request, deps) =>
  execute(deps, replay, {
    marketplace: request.marketplace.id,
    input: { id: request.params.id, wanted: request.body, offsetMs: deps.clock.offsetMs },
    requestId: request.requestId, claim: request.idempotency,
  }))

export default replayRoute
