import { openArena } from './arena.ts'
import { renderProof, renderRuns, renderVerdicts, runRounds, warm } from './rounds.ts'
import { cellsOf, judge, targets } from './targets.ts'

const ROUNDS = 5
/**
 * The whole command is to take less than a minute: what is left of this is shared out among the runs that are
 * left.
 */
const TIME_MS = 50_000
const LEAD_SHARE = 0.2
/** Calls end after their window: the more, the busier the machine is. */
const TAIL_SHARE = 0.15
const SHORTEST_MS = 100

/**
 * Releases alone, in less than a minute.
 *
 * @returns whether every target was met and the books stand
 */
export async function runQuick(
  write: (line: string) => void,
  { worker }: { readonly worker: boolean },
): Promise<boolean> {
  const began = performance.now()
  const cells = cellsOf(targets)
  const arena = await openArena({ worker })
  try {
    write(
      `Set up in ${((performance.now() - began) / 1000).toFixed(1)} s. ${cells.length} cells, ${ROUNDS} interleaved rounds.`,
    )
    await warm(arena, cells, 1_000)
    const time = (runsLeft: number) => {
      const each = Math.max(SHORTEST_MS, (TIME_MS - (performance.now() - began)) / runsLeft)
      return { leadMs: each * LEAD_SHARE, windowMs: each * (1 - LEAD_SHARE - TAIL_SHARE) }
    }
    const runs = await runRounds(arena, { cells, rounds: ROUNDS, time, tell: write })
    const verdicts = judge(runs)
    const proof = await arena.prove()
    write(`\n${renderRuns(cells, runs)}\n\n${renderVerdicts(verdicts)}\n`)
    write(renderProof(proof))
    const met = verdicts.filter((verdict) => verdict.met).length
    write(`${met} of ${verdicts.length} targets met in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    return proof.stands && met === verdicts.length
  } finally {
    await arena.close()
  }
}
