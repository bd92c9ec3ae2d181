import type { EndpointName } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Answer, Claim } from '../commands/idempotency.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { lockEndpoint, readEndpoint, type WebhookEndpoint, type WhichEndpoint } from './endpoints.ts'

/** What a change to one endpoint is told. */
interface Change<I> {
  readonly id: string
  readonly change: I
}

type Changing<I> = Command<Change<I>, WebhookEndpoint>

/** A command that locks an endpoint, changes it, and answers it as it then stands. */
export function changing<I>(name: EndpointName, change: (tx: Tx, input: I, endpoint: WhichEndpoint) => Promise<void>): Changing<I> {
  const one = async (tx: Tx, { marketplace, input, now }: Call<Change<I>>): Promise<WebhookEndpoint | Refusal> => {
    const which = { marketplace, id: input.id, now }
    const locked = await lockEndpoint(tx, which)
    if (isRefusal(locked)) return locked
    await change(tx, input.change, which)
    return readEndpoint(tx.db, which)
  }
  return {
    name,
    run: oneByOne(one),
  }
}

interface ChangeRequest<I> {
  readonly request: {
    readonly marketplace: { readonly id: string }
    readonly params: { readonly id: string }
    readonly requestId: string
    readonly idempotency: Claim | null
  }
  readonly input: I
}

/** Runs such a command for a call. */
export function changeEndpoint<I>(deps: Deps, command: Changing<I>, { request, input }: ChangeRequest<I>): Promise<Answer> {
  return execute(deps, command, {
    marketplace: request.marketplace.id, input: { id: request.params.id, change: input },
    requestId: request.requestId, claim: request.idempotency,
  })
}
