import type { detailReasons } from '@holdfast/contract'
import type { EdgeRefusal, FieldProblem } from '../http/problem.ts'

/** One thing that is wrong with one detail. It never quotes what was given: that is personal, and may be logged. */
export interface DetailProblem extends FieldProblem {
  readonly reason: (typeof detailReasons)[number]
  readonly example?: string
}

/** Whether a check came to problems. */
export function areProblems<T>(checked: T | readonly DetailProblem[]): checked is readonly DetailProblem[] {
  return Array.isArray(checked)
}

/** Refuses details by all that is wrong with them; `under` is where they stand in the request. */
export function refuseDetails(problems: readonly DetailProblem[], under: string): EdgeRefusal {
  const errors = problems.map((problem) => ({ ...problem, field: `${under}${problem.field}` }))
  const [first] = errors
  return { refused: 'validation_failed', field: first!.field, detail: `${first!.field}: ${first!.detail}`, errors }
}
