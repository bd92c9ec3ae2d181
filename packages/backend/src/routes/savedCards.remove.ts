import type { SavedCard } from '@holdfast/contract/types'
import { execute, oneByOne, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { removeSavedCard } from '../saved-cards/remove.ts'

const remove: Command<{ readonly id: string }, SavedCard> = {
  name: 'savedCards.remove',
  run: oneByOne((tx, { marketplace, input, now }) => removeSavedCard(tx, { marketplace, id: input.id, now })),
}

const removeRoute: Route<'savedCards.remove'> = route('savedCards.remove', (request, deps) => execute(deps, remove, {
  marketplace: request.marketplace.id, input: { id: request.params.id }, requestId: request.requestId, claim: request.idempotency,
}))

export default removeRoute
