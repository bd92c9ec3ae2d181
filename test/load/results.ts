import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/processes.ts'
import type { CommandName, Load } from './commands.ts'
import type { Machine } from './machine.ts'
import { medians, spreadOf, type Summary } from './statistics.ts'
import { cellKey, type Cell, type Runs, type System, type Verdict } from './targets.ts'

/* What was measured, as docs/benchmarks/results.json keeps it: each part with the machine and day of its own run. */

export interface Row extends Summary {
  readonly load: Load
  readonly callers: number
  /** The largest run less the smallest, as a share of the median. */
  readonly runsApart: number
}

export interface ReleaseRow extends Row {
  readonly system: System
}

export interface CommandRow extends Row {
  readonly command: CommandName
}

export interface Part {
  readonly on: string
  readonly machine: Machine
}

export interface ReleasesPart extends Part {
  readonly rounds: number
  readonly windowMs: number
  readonly releases: readonly ReleaseRow[]
  readonly verdicts: readonly Verdict[]
}

export interface CommandsPart extends Part {
  readonly rounds: number
  readonly windowMs: number
  readonly commands: readonly CommandRow[]
}

export interface StatementsPart extends Part {
  readonly statements: readonly StatementRow[]
}

/** What one command costs the database. */
export interface StatementRow {
  readonly command: CommandName
  readonly load: Load
  readonly callers: number
  readonly statements: number
  readonly transactions: number
  readonly walBytes: number
}

export interface MemoryPart extends Part {
  readonly commands: number
  readonly startMiB: number
  readonly endMiB: number
  readonly peakMiB: number
  /** Resident memory after so many commands. */
  readonly course: readonly { readonly commands: number; readonly rssMiB: number }[]
}

export interface ScaleRow extends Row {
  readonly payments: number
  /** Which orders: those that came last, or as many strewn over the past. */
  readonly where: 'newest' | 'strewn'
}

export interface ScalePart extends Part {
  readonly rows: readonly ScaleRow[]
  readonly databases: readonly {
    readonly payments: number
    readonly rowsTotal: number
    readonly gib: number
    readonly loadedInS: number
  }[]
  /** Time per command of the newest orders, largest to smallest number of payments. */
  readonly ratio: number
  /** The same of processor time. */
  readonly cpuRatio: number
}

export interface Results {
  readonly releases?: ReleasesPart
  readonly commands?: CommandsPart
  readonly statements?: StatementsPart
  readonly memory?: MemoryPart
  readonly scale?: ScalePart
}

export const RESULTS_FOLDER: string = join(root, 'docs', 'benchmarks')
const file = join(RESULTS_FOLDER, 'results.json')

export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/** Puts a part in the place of what an earlier run wrote of it. */
export function keepResults(part: Results): Results {
  const all = { ...readResults(), ...part }
  mkdirSync(RESULTS_FOLDER, { recursive: true })
  writeFileSync(
    file,
    `${JSON.stringify(all, (_name, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value), 2)}\n`,
  )
  return all
}

export const today = (): string => new Date().toISOString().slice(0, 10)

/** The medians of a cell's runs. */
export function rowOf(cell: Pick<Cell, 'load' | 'callers'>, runs: readonly Summary[]): Row {
  const { load, callers } = cell
  return { load, callers, ...medians(runs), runsApart: spreadOf(runs.map(({ perSecond }) => perSecond)) }
}

export function releaseRows(cells: readonly Cell[], runs: Runs): ReleaseRow[] {
  return cells.map((cell) => ({ system: cell.system, ...rowOf(cell, runs.get(cellKey(cell)) ?? []) }))
}
