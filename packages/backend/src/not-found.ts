import type { Refusal } from '@holdfast/core'

/** Says that this marketplace has no such object: the same words for one that another marketplace has. */
export function notFound(kind: string, id: string): Refusal<'not_found'> {
  return { refused: 'not_found', detail: `There is no ${kind} ${id} in this marketplace.`, field: 'id' }
}
