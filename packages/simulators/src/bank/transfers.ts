import { dayMs, dayOf, iso, minuteMs } from '../shared/clock.ts'
import { contentDigest, type TransferRequest } from './validation.ts'

export type TransferStatus = 'accepted' | 'processing' | 'completed' | 'returned' | 'rejected'

export interface TransferEvent {
  /** Position in the feed, from 1. */
  readonly cursor: number
  readonly transferId: string
  readonly status: TransferStatus
  readonly at: number
  readonly reasonCode?: string
  readonly reasonText?: string
}

/** A transfer as it was accepted; the creditor's account is kept masked. */
export interface TransferRecord {
  readonly transferId: string
  readonly bankReference: string
  readonly amount: number
  readonly currency: string
  readonly debtorAccount: string
  readonly creditor: { readonly name: string; readonly account: string; readonly country: string }
  readonly remittanceText?: string
  readonly contentDigest: string
  /** What will happen when, decided on acceptance; a step becomes an event when its time has come. */
  readonly plan: readonly Step[]
}

interface Step {
  readonly status: TransferStatus
  readonly at: number
  readonly reasonCode?: string
  readonly reasonText?: string
}

export type BankEntry =
  | { readonly type: 'transfer'; readonly record: TransferRecord }
  | { readonly type: 'event'; readonly record: TransferEvent }

export interface Transfer {
  readonly record: TransferRecord
  readonly events: TransferEvent[]
}

/** The bank's records, as a fold over the journal. */
export class TransferBook {
  readonly transfers: Map<string, Transfer> = new Map()
  readonly feed: TransferEvent[] = []
  readonly #unfinished = new Set<Transfer>()

  apply(entry: BankEntry): void {
    if (entry.type === 'transfer') {
      const transfer = { record: entry.record, events: [] }
      this.transfers.set(entry.record.transferId, transfer)
      this.#unfinished.add(transfer)
      return
    }
    const transfer = this.transfers.get(entry.record.transferId)
    if (!transfer)
      throw new Error(`the journal has an event of ${entry.record.transferId}, which it doesn't have`)
    transfer.events.push(entry.record)
    this.feed.push(entry.record)
    if (transfer.events.length === transfer.record.plan.length) this.#unfinished.delete(transfer)
  }

  /** The steps whose time has come, as events in order of time, numbered on from the feed's end. */
  due(nowMs: number): BankEntry[] {
    return [...this.#unfinished]
      .flatMap(({ record, events }) =>
        record.plan
          .slice(events.length)
          .filter(({ at }) => at <= nowMs)
          .map(step => ({ ...step, transferId: record.transferId })),
      )
      .toSorted((a, b) => a.at - b.at)
      .map((step, index) => ({ type: 'event', record: { ...step, cursor: this.feed.length + index + 1 } }))
  }

  accept(request: TransferRequest, nowMs: number): BankEntry {
    const { creditor, remittanceText } = request
    const account = 'iban' in creditor ? creditor.iban : creditor.accountNumber
    return {
      type: 'transfer',
      record: {
        transferId: request.transferId,
        bankReference: `BK${String(this.transfers.size + 1).padStart(10, '0')}`,
        amount: request.amount,
        currency: request.currency,
        debtorAccount: request.debtorAccount,
        creditor: {
          name: creditor.name,
          country: creditor.country,
          account: `${'X'.repeat(account.length - 4)}${account.slice(-4)}`,
        },
        ...(remittanceText !== undefined ? { remittanceText } : {}),
        contentDigest: contentDigest(request),
        plan: plan(request, nowMs),
      },
    }
  }
}

/** A few account numbers decide (README); everything else completes. */
function plan({ creditor }: TransferRequest, nowMs: number): Step[] {
  const account = 'iban' in creditor ? creditor.iban : creditor.accountNumber
  const magic = ('iban' in creditor ? /0{9}([123])$/ : /^0{11}([123])$/).exec(account)?.[1]
  const completesAt = nextBankingMorning(nowMs)
  const accepted: Step = { status: 'accepted', at: nowMs }
  const processing: Step = { status: 'processing', at: nowMs + minuteMs }
  switch (magic) {
    case '1':
      return [{ status: 'rejected', at: nowMs, reasonCode: 'AC01', reasonText: 'Incorrect account number' }]
    case '2':
      return [
        accepted,
        processing,
        { status: 'rejected', at: completesAt, reasonCode: 'AC06', reasonText: 'Account is blocked' },
      ]
    case '3':
      return [
        accepted,
        processing,
        { status: 'completed', at: completesAt },
        returned(creditor, completesAt + 2 * dayMs),
      ]
    default:
      return [accepted, processing, { status: 'completed', at: completesAt }]
  }
}

function returned(creditor: TransferRequest['creditor'], at: number): Step {
  return 'iban' in creditor
    ? { status: 'returned', at, reasonCode: 'AC04', reasonText: 'Account is closed' }
    : { status: 'returned', at, reasonCode: 'R03', reasonText: 'No account or unable to locate account' }
}

/** 10:00 UTC on the next day that is neither Saturday nor Sunday. */
export function nextBankingMorning(ms: number): number {
  let day = Math.floor(ms / dayMs) + 1
  while ([0, 6].includes(new Date(day * dayMs).getUTCDay())) day += 1
  return day * dayMs + 10 * 60 * minuteMs
}

const instantNames: Readonly<Record<TransferStatus, string>> = {
  accepted: 'acceptedAt',
  processing: 'processingAt',
  completed: 'completedAt',
  returned: 'returnedAt',
  rejected: 'rejectedAt',
}

/** The transfer as it stands. */
export function renderTransfer({ record, events }: Transfer): object {
  const { contentDigest: _digest, plan: _plan, ...shown } = record
  const last = events.at(-1)
  return {
    ...shown,
    status: last?.status ?? 'accepted',
    ...Object.fromEntries(events.map(({ status, at }) => [instantNames[status], iso(at)])),
    ...reason(last),
    ...(last ? { updatedAt: iso(last.at) } : {}),
  }
}

export function renderEvent({ cursor, transferId, status, at, ...rest }: TransferEvent): object {
  return { cursor: String(cursor), transferId, status, at: iso(at), ...rest }
}

function reason(event: TransferEvent | undefined): object {
  return event?.reasonCode === undefined ? {} : { reasonCode: event.reasonCode, reasonText: event.reasonText }
}

interface StatementLine {
  readonly entryId: string
  readonly type: 'debit' | 'credit'
  readonly transferId: string
  readonly bankReference: string
  readonly amount: number
  readonly currency: string
  readonly bookedAt: string
}

/** What one account paid out (completed) and got back (returned) on a UTC day. */
export function renderStatement(
  book: TransferBook,
  { account, date, nowMs }: { account: string; date: string; nowMs: number },
): object {
  const entries = book.feed.flatMap((event): StatementLine[] => {
    const record = book.transfers.get(event.transferId)?.record
    if (!record || record.debtorAccount !== account || dayOf(event.at) !== date) return []
    if (event.status !== 'completed' && event.status !== 'returned') return []
    const type = event.status === 'completed' ? 'debit' : 'credit'
    const { transferId, bankReference, amount, currency } = record
    const entryId = `${bankReference}-${type === 'debit' ? 'D' : 'C'}`
    return [
      {
        entryId,
        type,
        transferId,
        bankReference,
        amount,
        currency,
        bookedAt: iso(event.at),
        ...reason(event),
      },
    ]
  })
  return { account, date, final: date < dayOf(nowMs), entries, totals: totals(entries) }
}

function totals(entries: readonly StatementLine[]): object[] {
  return [...Map.groupBy(entries, ({ currency }) => currency)].map(([currency, lines]) => {
    const of = (type: string): number =>
      lines.filter(line => line.type === type).reduce((sum, { amount }) => sum + amount, 0)
    return { currency, debits: of('debit'), credits: of('credit'), net: of('credit') - of('debit') }
  })
}
