import type { QueryConfig } from 'pg'

/*
 * Statements that nobody waits for become one: each costs both sides a message, a snapshot and an answer, which for a
 * release of one call was most of what it cost.
 */

/** A statement that writes, whose result nobody looks at before the commit. */
export interface Write extends QueryConfig {
  /** Of the table or the kind of row that it writes: two of one name are never one statement. */
  readonly name: string
  /** The rows that it writes, where others write them too: two such are never one statement either. */
  readonly over?: string
  /** How many rows it must have written; the commit fails where it wrote others. Its text then ends in `returning 1`. */
  readonly rows?: number
}

/** Joins writes, in order, into as few statements as may be: the parts of one see what was there before all of them. */
export function joinWrites(writes: readonly Write[]): QueryConfig[] {
  const groups: Write[][] = []
  for (const write of writes) {
    const group = groups.at(-1)
    if (group && !group.some((other) => collide(other, write))) group.push(write)
    else groups.push([write])
  }
  return groups.map((group) => group.map(asOneRow)).map((group) => (group.length === 1 && group[0]!.rows === undefined ? plain(group[0]!) : joined(group)))
}

/** Lists that stand for rows: `unnest($3::text[], $4::bigint[]) as r (id, amount)`. */
const lists = /\bunnest\(((?:\$\d+::\w+\[\](?:,\s*)?)+)\)(?=\s+as\s+\w+\s*\()/g

interface OneRow {
  readonly text: string
  /** The parameters that are a row's, each a list of one. */
  readonly places: ReadonlySet<number>
}

const oneRow = new Map<string, OneRow>()

function oneRowOf(text: string): OneRow {
  const known = oneRow.get(text)
  if (known) return known
  const places = new Set([...text.matchAll(lists)].flatMap(([list]) => [...list.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place))))
  const form = { places, text: text.replaceAll(lists, (_whole, list: string) => `(select ${list.replaceAll('[]', '')})`) }
  oneRow.set(text, form)
  return form
}

/**
 * A statement whose lists have one row each, with that row's values in their place: PostgreSQL then sets up no list
 * a column, which for one row costs more than the row. Any other statement as it is.
 */
export function asOneRow<S extends QueryConfig>(statement: S): S {
  const { text, places } = oneRowOf(statement.text)
  const values = statement.values as unknown[]
  if (places.size === 0 || ![...places].every((place) => (values[place - 1] as unknown[]).length === 1)) return statement
  return {
    ...statement, text, name: `${statement.name}_1`,
    values: values.map((value, index) => (places.has(index + 1) ? (value as unknown[])[0] : value)),
  }
}

const collide = (one: Write, other: Write): boolean =>
  one.name === other.name || (one.over !== undefined && one.over === other.over)

const plain = ({ name, text, values }: Write): QueryConfig => ({ name, text, values: values as unknown[] })

/** By the names of their parts: PostgreSQL cuts a statement's name off after 63 bytes. */
const known = new Map<string, { readonly name: string; readonly text: string }>()

function joined(writes: readonly Write[]): QueryConfig {
  const key = writes.map(({ name, rows }) => (rows === undefined ? name : `${name}!`)).join(' ')
  const statement = known.get(key) ?? { name: `writes_${known.size}`, text: textOf(writes) }
  known.set(key, statement)
  const values = writes.flatMap((write) => write.values as unknown[])
  return { ...statement, values: [...values, ...writes.flatMap(({ rows }) => (rows === undefined ? [] : [rows]))] }
}

function textOf(writes: readonly Write[]): string {
  let used = 0
  const parts = writes.map(({ text, values }, index) => {
    const from = used
    used += (values as unknown[]).length
    return `w${index} as (${text.replaceAll(/\$(\d+)/g, (_whole, number: string) => `$${from + Number(number)}`)})`
  })
  const promises = writes.flatMap(({ name, rows }, index) => (rows === undefined ? []
    : [`assert_rows((select count(*) from w${index}), $${used += 1}, '${name}')`]))
  return `with ${parts.join(', ')} select ${promises.length > 0 ? promises.join(', ') : '1'}`
}
