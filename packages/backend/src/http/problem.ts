import { errorCodes, problemType, type Problem } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Answer } from '../commands/idempotency.ts'

/** One thing that was wrong with one field. */
export interface FieldProblem {
  readonly field: string
  readonly detail: string
}

/** A refusal of the HTTP edge, which may name several fields. */
export interface EdgeRefusal extends Refusal {
  readonly errors?: readonly FieldProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** The problem document of a refusal (RFC 9457). */
export function problemOf(refusal: EdgeRefusal, requestId: string): Problem {
  const { status, title } = errorCodes[refusal.refused]
  return {
    type: problemType(refusal.refused),
    title,
    status,
    code: refusal.refused,
    detail: refusal.detail,
    requestId,
    ...(refusal.field !== undefined && { field: refusal.field }),
    ...(refusal.errors && { errors: [...refusal.errors] }),
    ...(refusal.remaining && { remaining: { amount: Number(refusal.remaining.amount), currency: refusal.remaining.currency } }),
    ...(refusal.existing !== undefined && { existing: refusal.existing }),
  }
}

/** A refusal as it goes out. */
export function renderProblem(refusal: EdgeRefusal, requestId: string): Answer {
  return {
    answer: true,
    status: errorCodes[refusal.refused].status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problemOf(refusal, requestId)),
    ...(refusal.headers && { headers: refusal.headers }),
  }
}
