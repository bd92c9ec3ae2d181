import { readFileSync } from 'node:fs'
import { openArena } from './arena.ts'
import { describeMachine } from './machine.ts'
import { keepResults, today } from './results.ts'
import { renderProof } from './rounds.ts'

/** After so many, what is to stay has come to stay. */
const COMMANDS = 1_000_000
/** Left to itself, Node takes what the machine has before it tidies up. */
const HEAP = ['--max-old-space-size=160', '--max-semi-space-size=4']
/** As many as make a million of them soonest, and hold the most in memory meanwhile. */
const CALLERS = 128
const AT_MOST_MIB = 200
const STEP_MS = 5_000

/** Resident memory of a process, as Linux tells it. */
function rssMiB(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1]) / 1024
}

/**
 * A million releases at one backend, run as it is published, half spread and half hot, and what it has
 * resident then.
 *
 * @returns whether that is within what is promised, and the books stand
 */
export async function runMemory(
  write: (line: string) => void,
  { atLeast = COMMANDS }: { readonly atLeast?: number } = {},
): Promise<boolean> {
  const arena = await openArena({ built: HEAP })
  try {
    const part = { on: today(), machine: await describeMachine(arena.database, arena.world.folder) }
    const course = [{ commands: 0, rssMiB: rssMiB(arena.backend.pid) }]
    for (let commands = 0, step = 0; commands < atLeast; step += 1) {
      const { done } = await arena.run({
        system: 'holdfast',
        load: step % 2 === 0 ? 'spread' : 'hot',
        callers: CALLERS,
        leadMs: 0,
        windowMs: STEP_MS,
      })
      commands += done
      course.push({ commands, rssMiB: rssMiB(arena.backend.pid) })
      write(`${commands} releases: ${course.at(-1)?.rssMiB.toFixed(0)} MiB resident`)
    }
    const [first, last] = [course[0], course.at(-1)] as [(typeof course)[0], (typeof course)[0]]
    const peakMiB = Math.max(...course.map((one) => one.rssMiB))
    keepResults({
      memory: {
        ...part,
        commands: last.commands,
        startMiB: first.rssMiB,
        endMiB: last.rssMiB,
        peakMiB,
        course,
      },
    })
    const proof = await arena.prove()
    write(renderProof(proof))
    write(
      `${last.rssMiB <= AT_MOST_MIB ? 'met   ' : 'FAILED'} ${last.rssMiB.toFixed(0)} MiB after ${last.commands} commands, at most ${AT_MOST_MIB} MiB`,
    )
    return proof.stands && last.rssMiB <= AT_MOST_MIB
  } finally {
    await arena.close()
  }
}
