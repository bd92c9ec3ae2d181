import { readdirSync, readFileSync } from 'node:fs'

/*
 * How long processes have run on a processor, to the nanosecond, as Linux tells it. It is what a command costs
 * even where others use the machine meanwhile, which makes commands late but hardly dearer.
 */

/** What can't be read adds nothing: processes end, and other systems have no such files. */
function tried<T>(path: string, read: (path: string) => T, otherwise: T): T {
  try {
    return read(path)
  } catch {
    return otherwise
  }
}

const text = (path: string): string => tried(path, (file) => readFileSync(file, 'utf8'), '')
const names = (path: string): readonly string[] => tried(path, (folder) => readdirSync(folder), [])

/** All threads of a process, in microseconds. */
function runTimeUs(pid: number): number {
  return names(`/proc/${pid}/task`)
    .map((thread) => Number(text(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0))
    .reduce((sum, ns) => sum + ns / 1000, 0)
}

/** The processes that one has started. */
export function childrenOf(pid: number): readonly number[] {
  return names(`/proc/${pid}/task/${pid}`).includes('children')
    ? text(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
    : []
}

/** @returns the microseconds that these processes have run since; 0 where the system doesn't tell */
export function startMeter(pids: () => readonly number[]): () => number {
  const before = new Map(pids().map((pid) => [pid, runTimeUs(pid)]))
  return () => pids().reduce((sum, pid) => sum + runTimeUs(pid) - (before.get(pid) ?? 0), 0)
}
