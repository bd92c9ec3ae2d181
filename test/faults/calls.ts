import { randomUUID } from 'node:crypto'
import { cardToken } from '../../packages/backend/src/testing/http.ts'
import type { Ending } from './history.ts'

/** A command as a merchant's server or a buyer's page sends it: under one key, however often. */
export interface Command {
  readonly what: 'seller' | 'session' | 'confirm' | 'release' | 'refund' | 'capture' | 'void' | 'deliver' | 'accept' | 'dispute' | 'withdraw' | 'payout' | 'append' | 'top-up'
  readonly path: string
  readonly method: 'POST' | 'PATCH'
  readonly body: object
  readonly key: string
  /** What names the effect in the books; null: it has no row of its own. */
  readonly reference: string | null
  /** Instead of the marketplace's key. */
  readonly bearer?: string
}

export interface Answered {
  readonly ending: Ending
  readonly status: number
  readonly text: string
}

/** Where calls go, and as whom. */
export interface Target {
  readonly url: string
  readonly vaultUrl: string
  readonly secretKey: string
}

export const ORIGIN = 'http://shop.test'
const ANSWER_WITHIN_MS = 20_000

let count = 0
/** A command under a key and a reference of its own. */
export function command(what: Command['what'], path: string, body: object, { method = 'POST', bearer, named = true }: { method?: Command['method']; bearer?: string; named?: boolean } = {}): Command {
  count += 1
  const reference = named ? `${what}-${process.pid}-${count}` : null
  return { what, path, method, key: randomUUID(), reference, body: reference === null ? body : { ...body, reference }, ...(bearer !== undefined && { bearer }) }
}

/** Whether it may be done although the answer does not say so, or may yet be done by the same call. */
function isOpen(status: number, text: string): boolean {
  return status === 202 || status === 408 || status === 425 || status === 429 || status >= 500 || text.includes('"idempotency_in_progress"')
}

/** Sends a command once. */
export async function send(target: Target, { path, method, body, key, bearer }: Command): Promise<Answered> {
  try {
    const answer = await fetch(`${target.url}${path}`, {
      method, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        authorization: `Bearer ${bearer ?? target.secretKey}`, 'content-type': 'application/json', 'idempotency-key': key,
        ...(bearer !== undefined && { origin: ORIGIN }),
      },
    })
    const text = await answer.text()
    return { status: answer.status, text, ending: isOpen(answer.status, text) ? 'info' : answer.ok ? 'ok' : 'fail' }
  } catch {
    return { status: 0, text: '', ending: 'info' }
  }
}

/** Reads; null: no answer, which says nothing. */
export async function read<T>(target: Target, path: string): Promise<T | null> {
  try {
    const answer = await fetch(`${target.url}${path}`, { headers: { authorization: `Bearer ${target.secretKey}` }, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    return answer.ok ? ((await answer.json()) as T) : null
  } catch {
    return null
  }
}

const APPROVED = '4112344112344113'

/** A card's token for a session, as the frame gets it; null: it could not be had. */
export async function tokenFor(target: Target, clientSecret: string): Promise<string | null> {
  const from = { url: target.url, vaultInternalUrl: target.vaultUrl }
  return cardToken(from, { clientSecret, origin: ORIGIN, card: { number: APPROVED } }).catch(() => null)
}
