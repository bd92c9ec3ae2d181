import { isDeepStrictEqual } from 'node:util'
import { problemSchema, type Endpoint } from '@holdfast/contract'
import type { Answer } from '../commands/idempotency.ts'

/**
 * Holds an answer against the contract: its status, its shape, and that it says nothing which the contract
 * doesn't list. On in tests, so that document and behaviour agree.
 *
 * @throws Error - the answer is not what the contract promises
 */
export function checkResponse(endpoint: Endpoint, answer: Answer): void {
  const isProblem = answer.status >= 400
  const schema = isProblem ? problemSchema : endpoint.response
  const body: unknown = JSON.parse(answer.body)
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw new Error(`${endpoint.method} ${endpoint.path} answered what the contract doesn't have: ${parsed.error.message}`)
  if (!isDeepStrictEqual(parsed.data, body)) throw new Error(`${endpoint.method} ${endpoint.path} answered fields that the contract doesn't list: ${answer.body}`)
  if (!isProblem && answer.status !== endpoint.status && !(endpoint.awaitsRail && answer.status === 202)) {
    throw new Error(`${endpoint.method} ${endpoint.path} answered ${answer.status}, not ${endpoint.status}`)
  }
}
