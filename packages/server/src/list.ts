import { HoldfastError } from './error.ts'
import { describe } from './options.ts'

/** One page of a list, newest first. */
export interface Page<T> {
  object: 'list'
  data: T[]
  /** Whether there is another after it. */
  hasMore: boolean
}

type ReadPage<T> = (after: string | undefined) => Promise<Page<T>>

/**
 * The objects of a list, read page by page as they are asked for: `for await (const order of orders.list())`.
 * Nothing is sent before the first is asked for.
 */
export class List<T> {
  readonly #read: ReadPage<T>

  constructor(read: ReadPage<T>) {
    this.#read = read
  }

  /** One page, beginning where the filters say; the next is that with `after` = the last object's id. */
  page(): Promise<Page<T>> {
    return this.#read(undefined)
  }

  /**
   * The first objects of the list, `count` at most.
   *
   * @throws HoldfastError `params_invalid` - not a whole number: without one it would read the whole list
   */
  async take(count: number): Promise<T[]> {
    if (!Number.isInteger(count)) {
      throw new HoldfastError({ code: 'params_invalid', field: 'count', message: `count is ${describe(count)}: expected a whole number` })
    }
    const taken: T[] = []
    if (count < 1) return taken
    for await (const item of this) {
      taken.push(item)
      if (taken.length >= count) break
    }
    return taken
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let after: string | undefined; ;) {
      const { data, hasMore } = await this.#read(after)
      yield* data
      if (!hasMore) return
      after = idOfLast(data, after)
    }
  }
}

/** @throws HoldfastError `response_invalid` - "more", without a place to go on from: it would never end */
function idOfLast(data: readonly unknown[], before: string | undefined): string {
  const { id } = (data.at(-1) ?? {}) as { id?: unknown }
  if (typeof id === 'string' && id !== before) return id
  throw notAList('it has more after it, and no last id to go on from')
}

/** @throws HoldfastError `response_invalid` - not a page */
export function readPage<T>(value: unknown): Page<T> {
  const { object, data, hasMore } = value as Page<T>
  if (object === 'list' && Array.isArray(data) && typeof hasMore === 'boolean') return { object, data, hasMore }
  throw notAList('expected { object: "list", data, hasMore }')
}

function notAList(why: string): HoldfastError {
  return new HoldfastError({ code: 'response_invalid', message: `the answer is not a page of a list: ${why}` })
}
