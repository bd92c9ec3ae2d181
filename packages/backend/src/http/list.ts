import { pageOf, type Page, type Paging } from './paging.ts'

/** A query that selects ids; its tables and filters are the caller's. */
interface IdQuery {
  orderBy(column: 'id', direction: 'desc'): IdQuery
  where(column: 'id', operator: '<', id: string): IdQuery
  limit(count: number): IdQuery
  execute(): Promise<{ readonly id: string }[]>
}

/** Reads one page of a list: ids first, newest first, then the objects of that page in one go. */
export async function listIds<T>(
  ids: unknown,
  paging: Paging,
  read: (ids: readonly string[]) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const query = ids as IdQuery
  const after = paging.after === null ? query : query.where('id', '<', paging.after)
  const rows = await after.orderBy('id', 'desc').limit(paging.limit + 1).execute()
  const page = pageOf(rows, paging, ({ id }) => id)
  return { ...page, data: [...await read(page.data)] }
}

