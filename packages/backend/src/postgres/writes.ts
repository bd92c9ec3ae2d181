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
  return groups.map((group) => (group.length === 1 && group[0]!.rows === undefined ? plain(group[0]!) : joined(group)))
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
