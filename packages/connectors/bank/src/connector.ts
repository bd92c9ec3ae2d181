import type { CallOptions, Inquiry, Outcome, PayoutChange, PayoutChanges, PayoutConnector } from '@holdfast/core'
import { send, type Answer } from './http.ts'
import { readOptions, type BankOptions } from './options.ts'
import { RequestRefused, readChanges, readInquiry, readOutcome, transferBody, transferIdOf, unknown } from './wire.ts'

/** The longest that a submission may take, whatever its caller allows. */
const longestCallMs = 50_000
/** The bank keeps what it acknowledges; twice the longest call is beyond any request still under way. */
const notFoundFinalAfterMs = 2 * longestCallMs
const eventsPerPage = 500
const mostPages = 20

/** The bank's feed cannot be had now; ask again later, from the same cursor. */
export class ChangesUnavailable extends Error {
  override readonly name = 'ChangesUnavailable'
}

/**
 * Pays sellers by bank transfer. The request id is the bank's own key of a transfer: sent twice, it is one transfer.
 *
 * - A transfer that the bank takes is `approved` with the bank's reference; whether it completes, fails or comes back
 *   is told by `changes`. One that it rejects at once is `declined`.
 * - 400 and 422 left no transfer: `declined`, `fix_data` where the seller's account is at fault. 409, 5xx, time-outs
 *   and resets are `unknown`; a connection that never stood, and 401, are `not_sent`.
 *
 * @throws BankOptionsError - names each option that cannot be used
 */
export function createBankConnector(options: BankOptions): PayoutConnector {
  const { baseUrl, token, debtorAccount } = readOptions(options)
  const get = (path: string, timeoutMs: number): Promise<Answer> => send({ method: 'GET', url: `${baseUrl}${path}`, token }, timeoutMs)
  return {
    name: 'bank',
    capabilities: { notFoundFinalAfterMs },
    submit: (request, options) => refusable('not_sent', async () => {
      const body = transferBody(request, debtorAccount)
      const answer = await send({ method: 'POST', url: `${baseUrl}/transfers`, token, body }, bounded(options))
      return answer.kind === 'answered' ? readOutcome(answer, request) : { outcome: answer.kind, reason: answer.reason }
    }),
    inquire: (request, options) => refusable<Inquiry>('unknown', async () => {
      const answer = await get(`/transfers/${transferIdOf(request.requestId)}`, bounded(options))
      return answer.kind === 'answered' ? readInquiry(answer, request) : unknown(`the inquiry failed: ${answer.reason}`)
    }),
    changes: (cursor, options) => readFeed(cursor, { get, options }),
  }
}

function bounded({ timeoutMs }: CallOptions): number {
  return Math.min(timeoutMs, longestCallMs)
}

/** What cannot be said to the bank is not sent. */
async function refusable<O extends Inquiry>(refused: 'not_sent' | 'unknown', call: () => Promise<O>): Promise<O | Outcome> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof RequestRefused) return { outcome: refused, reason: error.message }
    throw error
  }
}

interface Feed {
  readonly get: (path: string, timeoutMs: number) => Promise<Answer>
  readonly options: CallOptions
}

/** Reads on until the feed ends, time runs out or a page fails; what was read by then stands. @throws ChangesUnavailable */
async function readFeed(from: string | null, { get, options }: Feed): Promise<PayoutChanges> {
  const end = performance.now() + options.timeoutMs
  const changes: PayoutChange[] = []
  let cursor = from
  for (let page = 0; page < mostPages; page += 1) {
    const after = cursor === null ? '' : `&after=${encodeURIComponent(cursor)}`
    const answer = await get(`/transfers/events?limit=${eventsPerPage}${after}`, Math.floor(end - performance.now()))
    const read = answer.kind === 'answered' ? readChanges(answer) : undefined
    if (!read && page === 0) throw new ChangesUnavailable(`the bank’s feed cannot be had: ${answer.kind === 'answered' ? answer.status : answer.reason}`)
    if (!read) break
    changes.push(...read.changes)
    cursor = read.cursor
    if (!read.hasMore) break
  }
  return { changes, cursor }
}
