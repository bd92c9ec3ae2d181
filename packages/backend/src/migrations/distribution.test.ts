import { expect, test } from 'vitest'
import { read, statementsOf, type Node, type Statement } from '../testing/schema.ts'
import { migrations } from './index.ts'

/*
 * The schema can be distributed by marketplace, on Citus or a database like it, without a rewrite: its rules, each
 * held against what PostgreSQL's own parser reads in the migrations.
 */

/** Small tables that every node keeps whole: facts of the installation, not of a marketplace. */
const references = new Set(['clock', 'event_source'])

/** Functions that give another answer on each node. `now()` is one instant a transaction. */
const volatile = new Set(['random', 'gen_random_uuid', 'uuidv7', 'clock_timestamp', 'nextval', 'timeofday', 'app_now'])

const text = (node: Node | undefined): string => node?.['String']?.sval as string
const names = (nodes: readonly Node[] | undefined): string[] => (nodes ?? []).map(text)
const tableOf = ({ tree }: Statement): string => tree['relation'].relname as string

interface Key {
  readonly what: 'primary key' | 'unique' | 'foreign key'
  readonly columns: readonly string[]
  /** Of a foreign key. */
  readonly to?: string
}

const constraintKinds: Readonly<Record<string, Key['what']>> = {
  CONSTR_PRIMARY: 'primary key', CONSTR_UNIQUE: 'unique', CONSTR_FOREIGN: 'foreign key',
}

function keyOf(constraint: Node, column: string | null): Key[] {
  const what = constraintKinds[constraint['contype'] as string]
  if (!what) return []
  const own = names(constraint[what === 'foreign key' ? 'fk_attrs' : 'keys'])
  const to = constraint['pktable']?.relname as string | undefined
  return [{ what, columns: own.length > 0 || column === null ? own : [column], ...(to !== undefined && { to }) }]
}

/** The keys that a table is made with, of columns and of the table. */
function keysOf(elements: readonly Node[]): Key[] {
  return elements.flatMap((element) => {
    const column = element['ColumnDef'] as Node | undefined
    const constraint = element['Constraint'] as Node | undefined
    if (!column) return constraint ? keyOf(constraint, null) : []
    return ((column['constraints'] ?? []) as Node[]).flatMap((one) => keyOf(one['Constraint'] as Node, column['colname'] as string))
  })
}

const createdBy = (statement: Statement): Key[] => keysOf((statement.tree['tableElts'] ?? []) as Node[])

function addedBy({ tree }: Statement): Key[] {
  return ((tree['cmds'] ?? []) as Node[]).flatMap(({ AlterTableCmd: command }) => keysOf(command.def ? [command.def as Node] : []))
}

/** What breaks the rules, in words. */
function breaches(statement: Statement): string[] {
  const { kind, tree } = statement
  if (kind === 'CreateTrigStmt') return ['has a trigger']
  if (kind === 'CreateSeqStmt') return ['makes ids by a sequence']
  if (kind === 'CreateStmt') return tableBreaches(tableOf(statement), createdBy(statement), (tree['tableElts'] ?? []) as Node[])
  if (kind === 'AlterTableStmt') return keyBreaches(tableOf(statement), addedBy(statement))
  if (kind === 'IndexStmt' && tree['unique']) {
    const columns = (tree['indexParams'] as Node[]).map(({ IndexElem: element }) => element.name as string)
    return keyBreaches(tableOf(statement), [{ what: 'unique', columns }])
  }
  if (kind === 'UpdateStmt') return volatileIn(tree)
  return []
}

function tableBreaches(table: string, keys: readonly Key[], elements: readonly Node[]): string[] {
  if (references.has(table)) return []
  const serial = elements.filter(({ ColumnDef: column }) =>
    column && /serial/.test(names(column.typeName?.names as Node[]).join()) || JSON.stringify(column ?? {}).includes('CONSTR_IDENTITY'))
  return [
    ...(keys.some(({ what }) => what === 'primary key') ? [] : [`${table} has no primary key`]),
    ...serial.map(({ ColumnDef: column }) => `${table}.${column.colname as string} is numbered by a sequence`),
    ...keyBreaches(table, keys),
  ]
}

function keyBreaches(table: string, keys: readonly Key[]): string[] {
  if (references.has(table)) return []
  return keys
    .filter(({ columns, to }) => columns[0] !== 'marketplace_id' && !(to && references.has(to)))
    .map(({ what, columns }) => `the ${what} (${columns.join(', ')}) of ${table} does not begin with marketplace_id`)
}

function volatileIn(tree: Node): string[] {
  const calls = JSON.stringify(tree).matchAll(/"funcname":\[\{"String":\{"sval":"(\w+)"\}\}\]/g)
  return [...calls].flatMap(([, name]) => (volatile.has(name as string) ? [`an update calls ${name as string}()`] : []))
}

const all = Object.entries(migrations)

test.each(all)('%s distributes by marketplace', async (_name, migration) => {
  const statements = await statementsOf(migration)
  expect(statements.length).toBeGreaterThan(0)
  expect(statements.flatMap(breaches)).toEqual([])
})

test('every table that a key points to is one of ours', async () => {
  const statements = (await Promise.all(all.map(([, migration]) => statementsOf(migration)))).flat()
  const tables = new Set(statements.filter(({ kind }) => kind === 'CreateStmt').map(tableOf))
  const targets = statements.filter(({ kind }) => kind === 'CreateStmt').flatMap(createdBy).flatMap(({ to }) => to ?? [])
  expect(targets.length).toBeGreaterThan(20)
  expect(targets.filter((table) => !tables.has(table))).toEqual([])
})

test.each([
  ['create table a (id text primary key)', 'the primary key (id) of a does not begin with marketplace_id'],
  ['create table a (marketplace_id text, id text)', 'a has no primary key'],
  ['create table a (marketplace_id text primary key, id bigserial)', 'a.id is numbered by a sequence'],
  ['create table a (marketplace_id text primary key, id bigint generated always as identity)', 'a.id is numbered by a sequence'],
  ['create table a (marketplace_id text, id text unique, primary key (marketplace_id, id))', 'the unique (id) of a does not begin with marketplace_id'],
  ['create table a (marketplace_id text primary key, b text references b)', 'the foreign key (b) of a does not begin with marketplace_id'],
  ['alter table a add constraint c unique (reference)', 'the unique (reference) of a does not begin with marketplace_id'],
  ['create unique index on a (reference)', 'the unique (reference) of a does not begin with marketplace_id'],
  ['create trigger t before insert on a for each row execute function f()', 'has a trigger'],
  ['create sequence s', 'makes ids by a sequence'],
  ['update a set at = clock_timestamp()', 'an update calls clock_timestamp()'],
])('finds what would not distribute: %s', async (sql, breach) => {
  expect((await read(sql)).flatMap(breaches)).toEqual([breach])
})
