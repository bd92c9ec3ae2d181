import { expect, test } from 'vitest'
import { read, statementsOf, type Node, type Statement } from '../testing/schema.ts'
import { migrations } from './index.ts'

/*
 * Migrations run while the release before still answers: each waits seconds for its locks at most, holds them for
 * moments, and leaves a schema that both releases can work with. What was in the first release is the ground.
 */

const ground = new Set([
  '0001_marketplaces', '0002_money', '0003_event_source', '0004_wallets', '0005_webhooks', '0006_gathered', '0007_verifier',
  '0008_key_rotation', '0009_due_by_connector',
])

const refusals: Readonly<Record<string, string>> = {
  AT_DropColumn: 'drops a column that the release before reads; stop reading it first, drop it a release later',
  AT_AlterColumnType: 'rewrites the table under a lock; add a column, fill it in batches, switch over',
  AT_SetNotNull: 'scans the table under a lock; add a CHECK as NOT VALID, validate it, then set it',
}

/** A CHECK or a foreign key only refuses: nobody needs it in order to write. By its name, for the statement has no more. */
const isKey = (constraint: string): boolean => /_(?:pkey|key)$/.test(constraint)

const isNotNull = (column: Node) => constraintsOf(column).some(({ contype }) => contype === 'CONSTR_NOTNULL')
const hasDefault = (column: Node) => constraintsOf(column).some(({ contype }) => contype === 'CONSTR_DEFAULT')
const constraintsOf = (column: Node): Node[] =>
  ((column['constraints'] ?? []) as Node[]).map(({ Constraint: constraint }) => constraint as Node)

function ofCommand(command: Node): string[] {
  const subtype = command['subtype'] as string
  if (refusals[subtype]) return [refusals[subtype]]
  if (subtype === 'AT_DropConstraint' && isKey(command['name'] as string)) return ['drops what the release before relies on; do it a release later']
  if (subtype === 'AT_AddColumn') {
    const column = (command['def'] as Node)['ColumnDef'] as Node
    return isNotNull(column) && !hasDefault(column) ? ['adds a column that the release before does not fill'] : []
  }
  if (subtype === 'AT_AddConstraint') {
    const constraint = (command['def'] as Node)['Constraint'] as Node
    return constraint['skip_validation'] ? [] : ['scans the table under a lock; add the constraint as NOT VALID, validate it in the next migration']
  }
  return []
}

/** What would stop the release before, or make it wait, on a table that is there already. */
function hazards({ kind, tree }: Statement, isNew: (table: string) => boolean): string[] {
  const table = (tree['relation'] as Node | undefined)?.['relname'] as string | undefined
  if (kind === 'DropStmt') return ['drops what the release before may use; do it a release later']
  if (kind === 'RenameStmt') return ['renames what the release before uses']
  if (table === undefined || isNew(table)) return []
  if (kind === 'IndexStmt') return ["builds an index while writers wait; list it under the migration's `concurrently`"]
  if (kind === 'UpdateStmt' || kind === 'DeleteStmt') return ['changes rows under one long lock; do it in batches, by a job']
  if (kind === 'AlterTableStmt') return (tree['cmds'] as Node[]).flatMap(({ AlterTableCmd: command }) => ofCommand(command as Node))
  return []
}

async function hazardsOf(statements: readonly Statement[]): Promise<string[]> {
  const made = new Set(statements.filter(({ kind }) => kind === 'CreateStmt').map(({ tree }) => tree['relation'].relname as string))
  return statements.flatMap((statement) => hazards(statement, (table) => made.has(table)))
}

test('every migration after the first release can run while that release answers', async () => {
  const later = Object.entries(migrations).filter(([name]) => !ground.has(name))
  const found = await Promise.all(later.map(async ([name, migration]) => [name, await hazardsOf(await statementsOf(migration))] as const))
  expect(found.filter(([, hazard]) => hazard.length > 0)).toEqual([])
})

test.each([
  ['alter table payments drop column method', 'drops a column'],
  ['alter table payments alter column amount type numeric', 'rewrites the table'],
  ['alter table payments alter column amount set not null', 'scans the table'],
  ['alter table payments add column x text not null', 'does not fill'],
  ['alter table payments add constraint c check (amount > 0)', 'NOT VALID'],
  ['alter table payments drop constraint payments_pkey', 'relies on'],
  ['alter table orders drop constraint orders_marketplace_id_reference_key', 'relies on'],
  ['create index i on payments (state)', 'concurrently'],
  ['update payments set method = \'card\'', 'in batches'],
  ['drop table payments', 'a release later'],
  ['alter table payments rename to attempts', 'renames'],
])('finds what is not safe while running: %s', async (sql, hazard) => {
  expect(await hazardsOf(await read(sql))).toEqual([expect.stringContaining(hazard)])
})

test.each([
  'alter table payments add column x text',
  "alter table payments add column x text not null default 'none'",
  'alter table payments add constraint c check (amount > 0) not valid',
  'alter table payments validate constraint c',
  'alter table payments drop constraint captured_within_authorized',
  'alter table releases drop constraint releases_marketplace_id_escrow_id_fkey',
  'create table a (marketplace_id text primary key, b text); create index on a (b); insert into a values (1)',
])('lets pass what is safe: %s', async (sql) => {
  expect(await hazardsOf(await read(sql))).toEqual([])
})
