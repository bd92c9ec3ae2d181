import type { SavedCard } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import { execute, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { removeSavedCard } from '../saved-cards/remove.ts'

const remove: Command<{ readonly id: string }, SavedCard> = {
  name: 'savedCards.remove',
  async run(tx, calls) {
    const answers: (SavedCard | Refusal)[] = []
    for (const { marketplace, input, now } of calls) answers.push(await removeSavedCard(tx, { marketplace, id: input.id, now }))
    return answers
  },
}

const removeRoute: Route<'savedCards.remove'> = route('savedCards.remove', (request, deps) => execute(deps, remove, {
  marketplace: request.marketplace.id, input: { id: request.params.id }, requestId: request.requestId, claim: request.idempotency,
}))

export default removeRoute
