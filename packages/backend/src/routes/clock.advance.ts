import type { BodyOf, ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { advanceClock } from '../clock.ts'
import { execute, type Command } from '../commands/execute.ts'
import { refusalOf } from '../http/validation.ts'
import { route, type Route } from '../http/route.ts'

type Clock = ResponseOf<'clock.advance'>

const advance: Command<BodyOf<'clock.advance'>, Clock> = {
  name: 'clock.advance',
  async run(tx, calls) {
    const answers: (Clock | Refusal)[] = []
    for (const { input, now } of calls) {
      const byMs = 'byMs' in input ? input.byMs : new Date(input.to).getTime() - now.getTime()
      answers.push(byMs > 0 ? await advanceClock(tx.client, byMs) : backwards)
    }
    return answers
  },
}

const backwards = refusalOf([{ field: 'to', detail: 'expected an instant after the clock’s own: it only moves forward.' }], 'body')

/** Moves the clock forward and lets the worker do at once what has become due. */
const advanceRoute: Route<'clock.advance'> = route('clock.advance', async (request, deps) => {
  const answer = await execute(deps, advance, {
    marketplace: request.marketplace.id, input: request.body, requestId: request.requestId, claim: request.idempotency,
  })
  await deps.clock.refresh()
  if (answer.status === 200 && !answer.replayed) await deps.wakeWorker()
  return answer
})

export default advanceRoute
