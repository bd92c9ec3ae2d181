import { giveBankAccounts, openArena, type Arena } from './arena.ts'
import type { CommandName, Load } from './commands.ts'
import { describeMachine } from './machine.ts'
import { keepResults, today, type StatementRow } from './results.ts'
import { table } from './rounds.ts'
import { hotOrders, paidOrders, releasable } from './seed.ts'

interface Case {
  readonly command: CommandName
  readonly load: Load
  readonly callers: number
}

const cases: readonly Case[] = [
  ...[1, 8, 32, 128].flatMap((callers) =>
    (['spread', 'hot'] as const).map((load): Case => ({ command: 'release', load, callers })),
  ),
  ...(['capture', 'refund', 'payout', 'session'] as const).flatMap((command) =>
    [1, 32].map((callers): Case => ({ command, load: 'spread', callers })),
  ),
]

interface Counted {
  readonly statements: number
  readonly transactions: number
  readonly wal: number
}

/**
 * Counts what one command costs the database, as the server counts it: statements of the backend's role,
 * transactions that wrote, and bytes of write-ahead log. Jobs are off, so that theirs aren't among them.
 */
export async function runStatements(write: (line: string) => void): Promise<boolean> {
  const arena = await openArena({
    orders: [...releasable, ...hotOrders, ...paidOrders],
    statistics: true,
    worker: false,
  })
  try {
    await arena.database.query('create extension pg_stat_statements')
    await giveBankAccounts(arena)
    const part = { on: today(), machine: await describeMachine(arena.database, arena.world.folder) }
    const statements: StatementRow[] = []
    for (const one of cases) statements.push(await countOne(arena, one))
    keepResults({ statements: { ...part, statements } })
    write(
      table([
        ['', 'load', 'callers', 'statements', 'transactions', 'WAL bytes'],
        ...statements.map((row) => [
          row.command,
          row.load,
          String(row.callers),
          row.statements.toFixed(2),
          row.transactions.toFixed(3),
          row.walBytes.toFixed(0),
        ]),
      ]),
    )
    return (await arena.prove()).stands
  } finally {
    await arena.close()
  }
}

async function countOne(arena: Arena, one: Case): Promise<StatementRow> {
  await arena.run({ system: 'holdfast', ...one, leadMs: 0, windowMs: 500 })
  const before = await count(arena)
  const { done } = await arena.run({ system: 'holdfast', ...one, leadMs: 0, windowMs: 2_000 })
  const after = await count(arena)
  const each = (of: keyof Counted): number => (after[of] - before[of]) / done
  return { ...one, statements: each('statements'), transactions: each('transactions'), walBytes: each('wal') }
}

async function count({ database, world }: Arena): Promise<Counted> {
  const { rows } = await database.query<Record<keyof Counted, string>>(
    `select (select coalesce(sum(calls), 0) from pg_stat_statements s join pg_roles r
      on r.oid = s.userid where r.rolname = $1) as statements,
       pg_snapshot_xmax(pg_current_snapshot()) as transactions, pg_current_wal_insert_lsn() - '0/0' as wal`,
    [world.postgres.app.user],
  )
  const { statements, transactions, wal } = rows[0] as Record<keyof Counted, string>
  return { statements: Number(statements), transactions: Number(transactions), wal: Number(wal) }
}
