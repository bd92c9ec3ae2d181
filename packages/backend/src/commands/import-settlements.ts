import { endpoints } from '@holdfast/contract'
import type { SettlementImportFailure, SettlementsImported } from '@holdfast/contract/types'
import { assert, isRefusal, type Refusal, type SettlementReport } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { DatabaseBusy, inTransaction } from '../postgres/transaction.ts'
import { readSettlements } from '../store/render/movements.ts'
import { readNow, runBatch, type Command, type Submission } from './execute.ts'
import { answerOnce, render, taken, takenKeys, type Answer } from './idempotency.ts'
import { readRecorded, recordReport, type Reported } from './settlements.ts'

/** Reports as a rail gave them, oldest first. */
export interface Reports {
  readonly connector: string
  readonly reports: readonly SettlementReport[]
}

/** What the rails have reported, fetched when the key has turned out to be free; a refusal where they can't say. */
type Importing = Submission<() => Promise<readonly Reports[] | Refusal>>

/**
 * Fetches and records reports for a call, each in a transaction of its own, and then stores under the call's key what became of
 * each. For a key that was answered before, no rail is asked. A call that dies midway leaves recorded what it recorded, each
 * report once: called again, it goes on with the rest and answers that.
 *
 * @throws DatabaseBusy - the answer could not be stored; the same call with the same key may come again
 */
export async function importSettlements(deps: Deps, importing: Importing): Promise<Answer> {
  const { claim, requestId } = importing
  const work = () => importOnce(deps, importing)
  return claim ? answerOnce(deps, { claim, requestId }, work) : ((await work()) as Answer)
}

async function importOnce(deps: Deps, importing: Importing): Promise<Answer | typeof taken> {
  const { claim, marketplace, requestId } = importing
  if (claim && (await inTransaction(deps.pool, (tx) => takenKeys(tx, [claim]))).size > 0) return taken
  const reports = await importing.input()
  if (isRefusal(reports)) return render(reports, { status: endpoints['settlements.import'].status, requestId })
  const fresh = await inTransaction(deps.pool, (tx) => readFresh(tx, { marketplace, input: reports }))
  const failures = await recordReports(deps, { marketplace, input: reports })
  const input = { fresh, failed: failures.map(({ failed }) => failed) }
  const [answer] = await runBatch(deps, answering, [{ ...importing, input }])
  assert(answer !== undefined, 'a batch of one has one answer')
  return answer
}

interface Fetched {
  readonly marketplace: string
  readonly input: readonly Reports[]
}

/** Which reports stand in no settlement yet. */
async function readFresh(tx: Tx, { marketplace, input }: Fetched): Promise<readonly Reported[]> {
  const fresh: Reported[] = []
  for (const { connector, reports } of input) {
    const recorded = await readRecorded(tx, { marketplace, connector, reports })
    for (const report of reports) if (recorded(report) === undefined) fresh.push({ connector, report })
  }
  return fresh
}

interface Answering {
  readonly fresh: readonly Reported[]
  readonly failed: readonly SettlementImportFailure[]
}

/** What of the fresh reports stands now, whoever recorded it: another call under the same key may have been at it too. */
const answering: Command<Answering, SettlementsImported> = {
  name: 'settlements.import',
  async run(tx, calls) {
    const pages: SettlementsImported[] = []
    for (const { marketplace, input: { fresh, failed } } of calls) {
      const ids = new Set<string>()
      for (const { connector, report } of fresh) {
        const id = (await readRecorded(tx, { marketplace, connector, reports: [report] }))(report)
        if (id !== undefined) ids.add(id)
      }
      pages.push({ object: 'list', data: await readSettlements(tx.db, marketplace, [...ids]), hasMore: false, failed: [...failed] })
    }
    return pages
  },
}

/** A report that could not be recorded, with why: for the caller, and for the log. */
export interface Failure {
  readonly failed: SettlementImportFailure
  readonly error: unknown
}

/** So many in a row that the database could not take: it takes none now, and the rest is not tried. */
const BUSY_IN_A_ROW = 3

/**
 * Records reports, each whole and once, in a transaction of its own: one that can't be recorded keeps out no other. What
 * could not be recorded is asked for again: the rail's cursor doesn't pass it.
 *
 * @returns what could not be recorded
 */
export async function recordReports(deps: Deps, { marketplace, input }: Fetched): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  let busy: DatabaseBusy[] = []
  for (const { connector, reports } of input) {
    let passes = true
    for (const report of reports) {
      const error = busy.length < BUSY_IN_A_ROW ? await whyNot(() => recordOne(deps, { marketplace, connector, report, passes })) : busy[0]
      busy = error instanceof DatabaseBusy ? [...busy, error] : []
      if (error === undefined) continue
      passes = false
      failures.push({ failed: failureOf({ connector, report }, error), error })
      deps.log.error({ marketplace, connector, report: report.reportId, err: error }, 'a settlement report could not be recorded')
    }
  }
  return failures
}

async function recordOne(deps: Deps, { marketplace, ...one }: Reported & { readonly marketplace: string; readonly passes: boolean }): Promise<void> {
  await inTransaction(deps.pool, async (tx) => recordReport({ deps, tx, marketplace, now: await readNow(tx), connector: one.connector }, one))
}

async function whyNot(work: () => Promise<void>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return error ?? new Error('it failed without a reason')
  }
}

function failureOf({ connector, report }: Reported, error: unknown): SettlementImportFailure {
  const { reportId, currency } = report
  return { connector, reportId, currency, code: error instanceof DatabaseBusy ? 'unavailable' : 'internal' }
}
