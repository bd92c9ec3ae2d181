/** What a list is asked for, with its defaults. */
export interface Paging {
  readonly limit: number
  /** The last id of the page before; null for the first page. */
  readonly after: string | null
}

const DEFAULT_LIMIT = 20

/** A list's query with its defaults: twenty, from the newest. */
export function pagingOf(query: { readonly limit?: number | undefined; readonly after?: string | undefined }): Paging {
  return { limit: query.limit ?? DEFAULT_LIMIT, after: query.after ?? null }
}

/** A page of a list, newest first. */
export interface Page<T> {
  object: 'list'
  data: T[]
  hasMore: boolean
}

/**
 * Renders one page.
 *
 * @param rows - up to `limit + 1` of them: the one too many says that there is more
 */
export function pageOf<R, T>(rows: readonly R[], { limit }: Paging, render: (row: R) => T): Page<T> {
  return { object: 'list', data: rows.slice(0, limit).map(render), hasMore: rows.length > limit }
}
