import { DatabaseError } from 'pg'
import type { Pool } from 'pg'
import { beforeEach, describe, expect, test } from 'vitest'
import { gather, MAX_BATCH, observeBatches, type Gathering } from './lane.ts'
import { DatabaseBusy } from './transaction.ts'

/* Lanes by themselves; what they do on PostgreSQL stands in commands/gathered.test.ts. */

/** A lane whose transactions end when the test says so. */
function openLane(over: Partial<Gathering<number, string>> = {}) {
  const pool = {} as Pool
  const sizes: number[] = []
  const commits: (() => void)[] = []
  const batches: number[][] = []
  observeBatches(pool, ({ size }) => sizes.push(size))
  const transaction = async (items: readonly number[]): Promise<string[]> => {
    batches.push([...items])
    await new Promise<void>((resolve) => commits.push(resolve))
    return items.map((item) => `did ${item}`)
  }
  const gathering: Gathering<number, string> = {
    lane: 'mkt releases', command: 'releases', together: transaction, singly: async (item) => (await transaction([item]))[0]!, ...over,
  }
  const submit = (...items: number[]) => items.map((item) => gather(pool, gathering, item))
  const turn = () => new Promise<void>((resolve) => { setImmediate(resolve) })
  const commit = async () => {
    commits.shift()?.()
    await turn()
  }
  return { submit, commit, turn, batches, sizes }
}

let lane: ReturnType<typeof openLane>
beforeEach(() => { lane = openLane() })

test('an idle lane begins with what this turn brings, and what arrives meanwhile shares the next transaction', async () => {
  const answers = lane.submit(1, 2, 3)
  await lane.turn()
  expect(lane.batches).toEqual([[1, 2, 3]])
  answers.push(...lane.submit(4, 5))
  await lane.turn()
  expect(lane.batches).toHaveLength(1)
  await lane.commit()
  await lane.turn()
  expect(lane.batches).toEqual([[1, 2, 3], [4, 5]])
  await lane.commit()
  expect(await Promise.all(answers)).toEqual(['did 1', 'did 2', 'did 3', 'did 4', 'did 5'])
  expect(lane.sizes).toEqual([3, 2])
})

const numbers = (length: number, from = 0) => Array.from({ length }, (_, index) => from + index)

test('a second transaction is under way only while enough wait, and never a third', async () => {
  const answers = lane.submit(0)
  await lane.turn()
  answers.push(...lane.submit(...numbers(30, 1)))
  await lane.turn()
  expect(lane.batches.map(({ length }) => length)).toEqual([1, 30])
  answers.push(...lane.submit(...numbers(30, 31)))
  await lane.turn()
  expect(lane.batches).toHaveLength(2)
  for (let round = 0; round < 3; round += 1) { await lane.commit(); await lane.turn() }
  expect(lane.batches.map(({ length }) => length)).toEqual([1, 30, 30])
  expect(await Promise.all(answers)).toEqual(numbers(61).map((item) => `did ${item}`))
})

test('a second transaction that waits for the first one’s locks too long comes again after it, and no more beside it', async () => {
  const lockTimeout = new DatabaseBusy('busy', { cause: Object.assign(new DatabaseError('no lock', 1, 'error'), { code: '55P03' }) })
  const own = openLane({
    together: async (items) => {
      own.batches.push([...items])
      if (items.length === 30) throw lockTimeout
      return items.map((item) => `did ${item}`)
    },
  })
  const answers = own.submit(0)
  await own.turn()
  answers.push(...own.submit(...numbers(30, 1)))
  await own.turn()
  answers.push(...own.submit(...numbers(30, 31)))
  await own.turn()
  expect(own.batches.map(({ length }) => length)).toEqual([1, 30])
  await own.commit()
  expect(await Promise.all(answers)).toEqual(numbers(61).map((item) => `did ${item}`))
  expect(own.batches.map(({ length }) => length)).toEqual([1, 30, 60])
})

test('a second transaction that gets no connection waits for the first, as if there had been none', async () => {
  let [free, done] = [false, () => {}]
  const own = openLane({
    together: async (items) => {
      if (!free) throw new DatabaseBusy('busy', { cause: new Error('timeout exceeded when trying to connect') })
      return items.map((item) => `did ${item}`)
    },
    singly: async (item) => {
      await new Promise<void>((resolve) => { done = resolve })
      return `did ${item}`
    },
  })
  const answers = own.submit(0)
  await own.turn()
  answers.push(...own.submit(...numbers(30, 1)))
  await own.turn()
  await own.turn()
  free = true
  done()
  expect(await Promise.all(answers)).toEqual(numbers(31).map((item) => `did ${item}`))
})

test('a batch has its bound; the rest waits for the one after it', async () => {
  const answers = lane.submit(...numbers(MAX_BATCH + 5))
  for (let round = 0; round < 3; round += 1) { await lane.turn(); await lane.commit() }
  expect(lane.batches.map(({ length }) => length)).toEqual([MAX_BATCH, 5])
  expect(await Promise.all(answers)).toHaveLength(MAX_BATCH + 5)
})

test('a lane in which too many wait refuses more at once', async () => {
  const answers = lane.submit(...numbers(5_001))
  await expect(answers.at(-1)).rejects.toThrow(DatabaseBusy)
  for (let round = 0; round < 100; round += 1) { await lane.turn(); await lane.commit() }
  expect((await Promise.allSettled(answers)).filter(({ status }) => status === 'fulfilled')).toHaveLength(5_000)
})

test('lanes of two marketplaces don’t wait for each other', async () => {
  const pool = {} as Pool
  const gathering = (name: string): Gathering<number, string> =>
    ({ lane: name, command: 'releases', together: async () => [], singly: async () => name })
  const never = gather(pool, { ...gathering('a'), singly: () => new Promise<string>(() => {}) }, 1)
  expect(await gather(pool, gathering('b'), 1)).toBe('b')
  expect(await Promise.race([never, 'still waiting'])).toBe('still waiting')
})

describe('a batch that fails', () => {
  const lockTimeout = () => new DatabaseBusy('busy', { cause: Object.assign(new DatabaseError('no lock', 1, 'error'), { code: '55P03' }) })
  const failing: readonly (readonly [string, unknown, boolean])[] = [
    ['by a decision that broke', new Error('broken promise'), true],
    ['by a constraint', Object.assign(new DatabaseError('taken', 1, 'error'), { code: '23505' }), true],
    ['by a lock that wasn’t to be had', lockTimeout(), true],
    ['because the database is away', new DatabaseBusy('away', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }), false],
    ['because no connection was free', new DatabaseBusy('too many calls wait for a database connection'), false],
  ]
  test.each(failing)('%s: %j is run singly: %s', async (_why, error, singly) => {
    let first = true
    const own = openLane({
      together: async () => { throw error },
      singly: async (item) => {
        if (first) { first = false; await own.turn() }
        if (item === 3) throw new Error('the third')
        return `did ${item}`
      },
    })
    const begun = own.submit(1)
    await own.turn()
    const outcomes = (await Promise.allSettled([...begun, ...own.submit(2, 3, 4)]))
      .map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message))
    const { message } = error as Error
    expect(outcomes).toEqual(singly ? ['did 1', 'did 2', 'the third', 'did 4'] : ['did 1', message, message, message])
  })

  test('keeps no call that comes after it from being done', async () => {
    const waits = new Promise<string>(() => {})
    const own = openLane({
      together: async (items) => { if (items.includes(3)) throw new Error('poison'); return items.map((item) => `did ${item}`) },
      singly: async (item) => (item === 3 ? waits : `did ${item}`),
    })
    const [first] = own.submit(1)
    await own.turn()
    const [, , fourth] = own.submit(2, 3, 4)
    expect(await first).toBe('did 1')
    expect(await fourth).toBe('did 4')
    expect(await Promise.all(own.submit(5, 6))).toEqual(['did 5', 'did 6'])
  })
})

test('however many batches fail, few of their calls are run at a time', async () => {
  const pool = {} as Pool
  const turn = () => new Promise<void>((resolve) => { setImmediate(resolve) })
  const waiting: (() => void)[] = []
  let most = 0
  const gathering: Gathering<number, number> = {
    lane: 'mkt releases', command: 'releases',
    together: async () => {
      await turn()
      throw new DatabaseError('a lock was not to be had', 0, 'error')
    },
    singly: async (item) => {
      await new Promise<void>((resolve) => { most = Math.max(most, waiting.push(resolve)) })
      return item
    },
  }
  const answers = [gather(pool, gathering, 0)]
  await turn()
  waiting.pop()!()
  for (let batch = 0; batch < 5; batch += 1) {
    answers.push(...Array.from({ length: 8 }, (_, item) => gather(pool, gathering, item)))
    for (let turns = 0; turns < 4; turns += 1) await turn()
  }
  expect(most).toBeLessThanOrEqual(5)
  for (let left = 0; left < 60; left += 1) {
    waiting.shift()?.()
    await turn()
  }
  expect(await Promise.all(answers)).toHaveLength(41)
})
