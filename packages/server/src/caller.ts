import { HoldfastError } from './error.ts'
import type { List } from './list.ts'
import { describe, type CallOptions, type WriteOptions } from './options.ts'

/** What a resource asks of the wire. Here alone, so that the public types say nothing of sockets or keys. */
export interface Caller {
  get<T>(path: string, options?: CallOptions): Promise<T>
  /** Without the API key: what anyone may read. */
  getPublic<T>(path: string, options?: CallOptions): Promise<T>
  post<T>(path: string, params: object, options?: WriteOptions): Promise<T>
  patch<T>(path: string, params: object, options?: WriteOptions): Promise<T>
  delete<T>(path: string, options?: WriteOptions): Promise<T>
  list<T>(path: string, filters?: object, options?: CallOptions): List<T>
}

/**
 * A path with ids in it: path`/v1/orders/${id}`.
 *
 * @throws HoldfastError `params_invalid` - not an id; so that a missing one never becomes another call
 */
export function path(texts: TemplateStringsArray, ...ids: readonly string[]): string {
  for (const id of ids) {
    if (typeof id === 'string' && /^[a-z]{2,8}_[0-9a-z]{26}$/.test(id)) continue
    const message = `id is ${describe(id)}: expected the id of an object, such as ord_…`
    throw new HoldfastError({ code: 'params_invalid', field: 'id', message })
  }
  return String.raw({ raw: texts }, ...ids)
}
