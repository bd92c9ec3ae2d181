import * as z from 'zod'
import { idOf, type IdKind } from './ids.ts'

/** Newest first; `after` is the id of the last object that was read. Whatever else stood there would end the list unseen. */
export const pagingFieldsOf = (kind: IdKind) => ({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  after: idOf(kind).optional(),
})

/** The query of a list that has no filters. */
export const listQueryOf = (kind: IdKind) => z.strictObject(pagingFieldsOf(kind))
