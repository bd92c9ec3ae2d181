import { giveBankAccounts, openArena, type Arena } from './arena.ts'
import type { CommandName, Load } from './commands.ts'
import { describeMachine } from './machine.ts'
import { keepResults, releaseRows, rowOf, today, type CommandRow } from './results.ts'
import { renderProof, renderRuns, renderVerdicts, runRounds, table, warm } from './rounds.ts'
import { hotOrders, paidOrders, releasable } from './seed.ts'
import type { Summary } from './statistics.ts'
import { judge, systems, type Cell } from './targets.ts'

type Write = (line: string) => void

const LOADS: readonly Load[] = ['spread', 'hot']
const CALLERS = [1, 8, 32, 128] as const
const RELEASES = { leadMs: 500, windowMs: 2_000 } as const
const OTHERS = { leadMs: 200, windowMs: 1_000 } as const

/** The medians that are published are of so many. */
const ROUNDS = 5

/** Systems next to each other, so that they are measured within seconds. */
const cells: readonly Cell[] = CALLERS.flatMap((callers) =>
  LOADS.flatMap((load) => systems.map((system) => ({ system, load, callers }))),
)

interface Other {
  readonly command: CommandName
  readonly load: Load
  readonly callers: number
}

const others: readonly Other[] = (
  [
    ['capture', LOADS],
    ['refund', LOADS],
    ['payout', LOADS],
    ['session', LOADS],
    ['releaseOfSeller', ['hot']],
  ] as const
).flatMap(([command, loads]) =>
  loads.flatMap((load) => [1, 32].map((callers): Other => ({ command, load, callers }))),
)

/**
 * Everything that is compared, about eight minutes; writes docs/benchmarks/results.json.
 *
 * @returns whether every target was met and the books stand
 */
export async function runFull(
  write: Write,
  { rounds = ROUNDS, worker }: { readonly rounds?: number; readonly worker: boolean },
): Promise<boolean> {
  write('Setting up: PostgreSQL, 10,001 sellers, 30,002 orders, both baselines …')
  const arena = await openArena({ orders: [...releasable, ...hotOrders, ...paidOrders], worker })
  try {
    const part = { on: today(), machine: await describeMachine(arena.database, arena.world.folder) }
    await giveBankAccounts(arena)
    write(
      `Warming up, then ${rounds} rounds of ${cells.length} cells, ${(RELEASES.leadMs + RELEASES.windowMs) / 1000} s each.`,
    )
    await warm(arena, cells, 3_000)
    const runs = await runRounds(arena, { cells, rounds, time: () => RELEASES, tell: write })
    const verdicts = judge(runs)
    write(`\n${renderRuns(cells, runs)}\n\n${renderVerdicts(verdicts)}\n`)
    keepResults({
      releases: {
        ...part,
        rounds,
        windowMs: RELEASES.windowMs,
        releases: releaseRows(cells, runs),
        verdicts,
      },
    })
    const commands = await runOthers(arena, { rounds, write })
    write(`\n${renderCommands(commands)}\n`)
    const proof = await arena.prove()
    write(renderProof(proof))
    keepResults({ commands: { ...part, rounds, windowMs: OTHERS.windowMs, commands } })
    return proof.stands && verdicts.every(({ met }) => met)
  } finally {
    await arena.close()
  }
}

/** The other money commands, of Holdfast alone; their rails answer at once. */
async function runOthers(
  arena: Arena,
  { rounds, write }: { readonly rounds: number; readonly write: Write },
): Promise<CommandRow[]> {
  const runs = others.map((): Summary[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, other] of others.entries()) {
      const { summary } = await arena.run({
        system: 'holdfast',
        ...other,
        leadMs: OTHERS.leadMs,
        windowMs: OTHERS.windowMs,
      })
      runs[index]?.push(summary)
    }
    write(`other commands: round ${round + 1} of ${rounds} done`)
  }
  return others.map((other, index) => ({ command: other.command, ...rowOf(other, runs[index] ?? []) }))
}

function renderCommands(rows: readonly CommandRow[]): string {
  return table([
    ['', 'load', 'callers', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs'],
    ...rows.map((row) => [
      row.command,
      row.load,
      String(row.callers),
      row.perSecond.toFixed(0),
      row.p50.toFixed(2),
      row.p95.toFixed(2),
      row.p99.toFixed(2),
      row.cpuUs.toFixed(0),
    ]),
  ])
}
