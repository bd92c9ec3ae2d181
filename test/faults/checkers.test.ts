import { describe, expect, test } from 'vitest'
import { checkBank, checkLists, type ListOp } from './checkers.ts'
import type { Ending, Entry } from './history.ts'
import { randomFrom } from './random.ts'

/* The checker itself: histories with a planted anomaly, each found by its name, and true ones that pass. */

type Row = readonly [invokedAt: number, endedAt: number, op: ListOp, ending?: Ending]

const append = (value: string, key = 'x'): ListOp => ({ do: 'append', key, value })
const read = (values: string, key = 'x'): ListOp => ({ do: 'read', key, values: values === '' ? [] : values.split(' ') })
const history = (rows: readonly Row[]): Entry<ListOp>[] =>
  rows.map(([invokedAt, endedAt, op, ending = 'ok'], client) => ({ client, invokedAt, endedAt: ending === 'info' ? Infinity : endedAt, op, ending }))
const kinds = (rows: readonly Row[]): string[] => [...new Set(checkLists(history(rows)).map(({ kind }) => kind))]

describe('lists', () => {
  test.each<[string, readonly Row[], readonly string[]]>([
    ['nothing', [], []],
    ['one after another', [[1, 2, append('a')], [3, 4, append('b')], [5, 6, read('a b')]], []],
    ['at once, in either order', [[1, 4, append('a')], [2, 3, append('b')], [5, 6, read('a b')]], []],
    ['a read beside an append that it does not see', [[1, 6, append('a')], [2, 3, read('')], [7, 8, read('a')]], []],
    ['nobody knows, and it is there', [[1, 0, append('a'), 'info'], [2, 3, read('a')]], []],
    ['nobody knows, and it is not there', [[1, 0, append('a'), 'info'], [2, 3, read('')]], []],
    ['nobody knows, and it comes late', [[1, 0, append('a'), 'info'], [2, 3, read('')], [4, 5, read('a')]], []],
    ['refused, and not there', [[1, 2, append('a'), 'fail'], [3, 4, read('')]], []],
    ['acknowledged, and lost', [[1, 2, append('a')], [3, 4, append('b')], [5, 6, read('a')]], ['lost']],
    ['done twice', [[1, 2, append('a')], [3, 4, read('a a')]], ['doubled']],
    ['refused, and there', [[1, 2, append('a'), 'fail'], [3, 4, read('a')]], ['aborted read']],
    ['there, and nobody asked', [[1, 2, append('a')], [3, 4, read('a z')]], ['invented']],
    ['two reads in two orders', [[1, 4, append('a')], [1, 4, append('b')], [5, 6, read('a b')], [5, 6, read('b a')]], ['reordered']],
    ['a later one comes first', [[1, 2, append('a')], [3, 4, append('b')], [5, 6, read('b a')]], ['G0, in real time']],
    ['a read before it was asked for', [[1, 2, read('a')], [3, 4, append('a')]], ['G1c, in real time']],
    ['a read that misses what was acknowledged', [[1, 2, append('a')], [3, 4, read('')], [5, 6, read('a')]], ['G-single, in real time']],
    ['a read that goes back in time', [[1, 9, append('a')], [2, 3, read('a')], [4, 5, read('')]], ['G-single, in real time']],
    ['two lists that are each right', [[1, 2, append('a', 'x')], [3, 4, append('b', 'y')], [5, 6, read('b', 'y')], [5, 6, read('a', 'x')]], []],
    ['two lists, seen in opposite orders', [
      [1, 4, append('a', 'x')], [1, 4, append('b', 'y')], [2, 3, read('a', 'x')], [5, 6, read('', 'y')], [7, 8, read('b', 'y')],
    ], ['G-single, in real time']],
  ])('%s', (_what, rows, anomalies) => {
    expect(kinds(rows)).toEqual(anomalies)
  })

  /** A true history: each takes effect at one instant between being asked and being answered. */
  function lived(seed: number): Row[] {
    const random = randomFrom(seed)
    const points = Array.from({ length: 200 }, (_, index) => ({ at: 10 * index + 10, key: `k${random.whole(3)}`, index }))
    const lists = new Map<string, string[]>()
    return points.map(({ at, key, index }) => {
      const times = [at - random.whole(60) - 1, at + random.whole(60) + 1] as const
      const list = lists.get(key) ?? []
      lists.set(key, list)
      if (random.whole(2) === 0) return [...times, read(list.join(' '), key)]
      list.push(`v${index}`)
      return [...times, append(`v${index}`, key), random.whole(10) === 0 ? 'info' : 'ok']
    })
  }

  test('what really took place one at a time passes, and with one value moved it fails', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const rows = lived(seed)
      expect(kinds(rows), `seed ${seed}`).toEqual([])
      const late = rows.findLastIndex(([, , op]) => op.do === 'read' && op.values.length > 12)
      const [from, to, op] = rows[late] as [number, number, Extract<ListOp, { do: 'read' }>]
      const planted = rows.with(late, [from, to, { ...op, values: op.values.slice(0, -12) }])
      expect(kinds(planted), `seed ${seed}, an old read`).not.toEqual([])
    }
  })
})

describe('bank', () => {
  const reading = (balances: Record<string, bigint>, ending: Ending = 'ok'): Entry<{ balances: Map<string, bigint> }> =>
    ({ client: 0, invokedAt: 7, endedAt: 8, ending, op: { balances: new Map(Object.entries(balances)) } })
  const rules = { total: 10n, guarded: (account: string) => account !== 'open' }

  test.each<[string, ReturnType<typeof reading>, readonly string[]]>([
    ['the total is there', reading({ a: 4n, b: 6n }), []],
    ['money in no account', reading({ a: 4n, b: 5n }), ['wrong total']],
    ['money in two accounts', reading({ a: 4n, b: 10n }), ['wrong total']],
    ['a guarded account below zero', reading({ a: -1n, b: 11n }), ['below zero']],
    ['another may be', reading({ open: -1n, b: 11n }), []],
    ['a read that failed says nothing', reading({ a: 1n }, 'fail'), []],
  ])('%s', (_what, entry, anomalies) => {
    expect(checkBank([entry], rules).map(({ kind }) => kind)).toEqual(anomalies)
  })
})
