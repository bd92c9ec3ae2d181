import type { Entry } from './history.ts'

/** What a history cannot be explained by: a name of the anomaly, and where it shows. */
export interface Anomaly {
  readonly kind: string
  readonly detail: string
}

/** One read of all balances in one snapshot. */
export interface BankRead {
  readonly balances: ReadonlyMap<string, bigint>
}

/**
 * The bank test: whatever moves between accounts, every read sees the same total, and no account that may not go below
 * zero is below it.
 *
 * @param guarded - the accounts that may not
 */
export function checkBank(
  reads: readonly Entry<BankRead>[], { total, guarded }: { readonly total: bigint; readonly guarded: (account: string) => boolean },
): Anomaly[] {
  return reads.filter(({ ending }) => ending === 'ok').flatMap(({ op: { balances }, invokedAt }) => {
    const sum = [...balances.values()].reduce((all, balance) => all + balance, 0n)
    const below = [...balances].filter(([account, balance]) => balance < 0n && guarded(account))
    return [
      ...(sum === total ? [] : [{ kind: 'wrong total', detail: `the read at ${invokedAt} sums to ${sum}, not to ${total}` }]),
      ...below.map(([account, balance]) => ({ kind: 'below zero', detail: `${account} is ${balance} in the read at ${invokedAt}` })),
    ]
  })
}

/** Appends a value to a list, or reads a list whole. Every value is appended once at most. */
export type ListOp =
  | { readonly do: 'append'; readonly key: string; readonly value: string }
  | { readonly do: 'read'; readonly key: string; readonly values: readonly string[] }

type Lists = readonly Entry<ListOp>[]

/**
 * Lists that are appended to and read, by many at once: each must behave as one list whose every operation took place at
 * one instant between being asked and being answered.
 *
 * The order of values is what the longest read shows. From it come the edges of a graph: an append precedes the next
 * one (ww) and the reads that see it (wr); a read precedes the first append that it doesn't see (rw); and what was
 * answered precedes what was asked afterwards (rt). A cycle is what no order explains.
 */
export function checkLists(history: Lists): Anomaly[] {
  const keys = Map.groupBy(history, ({ op }) => op.key)
  const single = [...keys].flatMap(([key, of]) => checkList(key, of))
  return single.length > 0 ? single : findCycle(history)
}

const appends = (of: Lists) => of.filter((entry): entry is Entry<Extract<ListOp, { do: 'append' }>> => entry.op.do === 'append')
const reads = (of: Lists) => of.filter((entry): entry is Entry<Extract<ListOp, { do: 'read' }>> => entry.op.do === 'read' && entry.ending === 'ok')

const longestOf = (of: Lists): readonly string[] =>
  reads(of).map(({ op }) => op.values).reduce((longest, values) => (values.length > longest.length ? values : longest), [])

function checkList(key: string, of: Lists): Anomaly[] {
  const order = longestOf(of)
  const found: Anomaly[] = []
  const say = (kind: string, detail: string): void => void found.push({ kind, detail: `${key}: ${detail}` })
  const known = new Map(appends(of).map(entry => [entry.op.value, entry]))
  for (const { op: { values }, invokedAt } of reads(of)) {
    if (new Set(values).size < values.length) say('doubled', `the read at ${invokedAt} shows a value twice`)
    if (values.some((value, index) => order[index] !== value)) say('reordered', `the read at ${invokedAt} is no beginning of the longest read`)
    for (const value of values) {
      const append = known.get(value)
      if (!append) say('invented', `${value} was never appended`)
      else if (append.ending === 'fail') say('aborted read', `${value} was refused, and is there`)
    }
  }
  const last = reads(of).reduce((latest, { invokedAt }) => Math.max(latest, invokedAt), 0)
  const there = new Set(order)
  for (const { op: { value }, ending, endedAt } of appends(of)) {
    if (ending === 'ok' && endedAt < last && !there.has(value)) say('lost', `${value} was acknowledged, and no later read shows it`)
  }
  return found
}

/** Operations are nodes 0 to n − 1; the instants of time are nodes after them, each before the next. */
interface Graph {
  readonly edges: readonly { readonly to: number; readonly why: string }[][]
  readonly count: number
}

function graphOf(history: Lists): Graph {
  const ended = history.filter(({ ending }) => ending !== 'fail')
  const edges: { to: number; why: string }[][] = ended.map(() => [])
  const link = (from: number, to: number, why: string): void => void (from === to || edges[from]!.push({ to, why }))
  const places = new Map(ended.map((entry, index) => [entry, index]))
  for (const of of Map.groupBy(ended, ({ op }) => op.key).values()) linkList(of, { places, link })
  linkTime(ended, edges)
  return { edges, count: ended.length }
}

interface Linking {
  readonly places: ReadonlyMap<Entry<ListOp>, number>
  readonly link: (from: number, to: number, why: string) => void
}

function linkList(of: Lists, { places, link }: Linking): void {
  const order = longestOf(of)
  const writers = new Map(appends(of).map(entry => [entry.op.value, places.get(entry) as number]))
  const seen = new Set(order)
  const unseen = appends(of).filter(({ op, ending }) => ending === 'ok' && !seen.has(op.value))
  for (const [index, value] of order.entries()) {
    const next = order[index + 1]
    if (next !== undefined) link(writers.get(value) as number, writers.get(next) as number, 'ww')
  }
  for (const read of reads(of)) {
    const place = places.get(read) as number
    const lastSeen = read.op.values.at(-1)
    if (lastSeen !== undefined) link(writers.get(lastSeen) as number, place, 'wr')
    const next = order[read.op.values.length]
    if (next !== undefined) link(place, writers.get(next) as number, 'rw')
    for (const append of unseen) link(place, places.get(append) as number, 'rw')
  }
}

/** A chain of instants carries "answered before it was asked" with an edge or two for each operation. */
function linkTime(ended: Lists, edges: { to: number; why: string }[][]): void {
  const instants = [...new Set(ended.flatMap(({ invokedAt, endedAt }) => [invokedAt, endedAt]))].filter(Number.isFinite).toSorted((a, b) => a - b)
  const first = ended.length
  const node = new Map(instants.map((at, index) => [at, first + index]))
  for (const index of instants.keys()) edges.push(index + 1 < instants.length ? [{ to: first + index + 1, why: 'rt' }] : [])
  for (const [index, { invokedAt, endedAt }] of ended.entries()) {
    edges[node.get(invokedAt) as number]!.push({ to: index, why: 'rt' })
    if (Number.isFinite(endedAt)) edges[index]!.push({ to: node.get(endedAt) as number, why: 'rt' })
  }
}

/** One cycle, if there is any, named by the edges in it: only writes (G0), with reads (G1c), with one or more rw (G-single, G2). */
function findCycle(history: Lists): Anomaly[] {
  const { edges } = graphOf(history)
  const colour = new Uint8Array(edges.length)
  for (const start of edges.keys()) {
    const cycle = colour[start] === 0 ? walk(edges, colour, start) : null
    if (cycle) return [{ kind: nameOf(cycle), detail: cycle.filter(why => why !== 'rt').join(' → ') || 'in real time alone' }]
  }
  return []
}

/** Depth first, without recursion; answers why of each edge on the first cycle. */
function walk(edges: Graph['edges'], colour: Uint8Array, start: number): string[] | null {
  const path: { node: number; next: number; why: string }[] = [{ node: start, next: 0, why: '' }]
  colour[start] = 1
  while (path.length > 0) {
    const top = path.at(-1)!
    const edge = edges[top.node]![top.next]
    top.next += 1
    if (!edge) {
      colour[top.node] = 2
      path.pop()
    } else if (colour[edge.to] === 1) {
      const from = path.findIndex(({ node }) => node === edge.to)
      return [...path.slice(from + 1).map(({ why }) => why), edge.why]
    } else if (colour[edge.to] === 0) {
      colour[edge.to] = 1
      path.push({ node: edge.to, next: 0, why: edge.why })
    }
  }
  return null
}

function nameOf(cycle: readonly string[]): string {
  const rw = cycle.filter(why => why === 'rw').length
  const base = rw > 1 ? 'G2' : rw === 1 ? 'G-single' : cycle.includes('wr') ? 'G1c' : 'G0'
  return cycle.includes('rt') ? `${base}, in real time` : base
}
