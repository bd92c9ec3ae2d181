import { createHash, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { dayOf, startOfDay, systemNow, VirtualClock, type Now } from '../shared/clock.ts'
import { registerControl } from '../shared/control.ts'
import { Faults } from '../shared/faults.ts'
import { createHost, RequestLog } from '../shared/host.ts'
import { Journal } from '../shared/journal.ts'
import { renderEvent, renderStatement, renderTransfer, TransferBook, type BankEntry } from './transfers.ts'
import { contentDigest, readTransfer } from './validation.ts'

export interface BankSimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where `bank.jsonl` is kept; without it, memory only. */
  readonly dataFolder?: string
  /** Default the machine's clock. */
  readonly now?: Now
  /** Bearer token; default {@link defaultBankToken}. */
  readonly token?: string
  /** Default `['000123456789']`. */
  readonly debtorAccounts?: readonly string[]
  /** How long the timeout faults leave a request unanswered; default 70,000 ms. */
  readonly timeoutMs?: number
  /** Serve `/_control`; default true. */
  readonly control?: boolean
}

/** A running simulator; its `faults`, `records`, `requests` and `clock` are `/_control` without HTTP. */
export interface BankSimulator {
  readonly url: string
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: VirtualClock
  readonly records: {
    /** As `GET /transfers/{transferId}` answers. */
    transfers(): object[]
  }
  close(): Promise<void>
}

/** A known token: fit for development, refused by a backend in live mode. */
export const defaultBankToken: string = 'holdfast-simulator-bank-token'

export const defaultDebtorAccount: string = '000123456789'

/**
 * Starts a stateful bank that sends payouts, for development and tests.
 *
 * @throws Error - the port is taken, or the journal in `dataFolder` cannot be read
 * @see README.md for the wire
 */
export async function startBankSimulator(options: BankSimulatorOptions = {}): Promise<BankSimulator> {
  const bank = new Bank(options)
  const url = await bank.listen(options)
  const { faults, requests, clock } = bank
  return {
    url,
    faults,
    requests,
    clock,
    records: { transfers: () => bank.transfers() },
    close: () => bank.close(),
  }
}

class Bank {
  readonly faults: Faults = new Faults()
  readonly requests: RequestLog = new RequestLog()
  readonly clock: VirtualClock
  readonly #book = new TransferBook()
  readonly #app: FastifyInstance
  readonly #journal: Journal<BankEntry>
  readonly #token: string
  readonly #accounts: readonly string[]

  constructor(options: BankSimulatorOptions) {
    this.clock = new VirtualClock(options.now ?? systemNow)
    this.#token = options.token ?? defaultBankToken
    this.#accounts = options.debtorAccounts ?? [defaultDebtorAccount]
    const { journal, groups } = Journal.open<BankEntry>(
      options.dataFolder && join(options.dataFolder, 'bank.jsonl'),
    )
    this.#journal = journal
    for (const entry of groups.flat()) this.#book.apply(entry)
    this.#app = createHost({
      clock: this.clock,
      faults: this.faults,
      requests: this.requests,
      timeoutMs: options.timeoutMs ?? 70_000,
      settled: () => this.#journal.settled(),
      about,
      errorBody,
    })
    this.#register(options.control ?? true)
  }

  async listen({ host = '127.0.0.1', port = 0 }: BankSimulatorOptions): Promise<string> {
    return this.#app.listen({ host, port })
  }

  async close(): Promise<void> {
    await this.#app.close()
    await this.#journal.close()
  }

  transfers(): object[] {
    this.#advance()
    return [...this.#book.transfers.values()].map(renderTransfer)
  }

  /** What is due by the clock happens now: every read and command begins with it. */
  #advance(): void {
    this.#write(this.#book.due(this.clock.nowMs()))
  }

  #write(entries: readonly BankEntry[]): void {
    for (const entry of entries) this.#book.apply(entry)
    this.#journal.append(entries)
  }

  #register(control: boolean): void {
    void this.#app.register(async api => {
      api.addHook('onRequest', async (request, reply) => this.#authenticate(request, reply))
      api.post('/transfers', async (request, reply) => this.#create(request, reply))
      api.get('/transfers/events', async (request, reply) => this.#events(request, reply))
      api.get<{ Params: { transferId: string } }>('/transfers/:transferId', async (request, reply) => {
        this.#advance()
        const transfer = this.#book.transfers.get(request.params.transferId)
        return transfer
          ? renderTransfer(transfer)
          : refuse(reply, 404, { code: 'not_found', message: 'no transfer has this transferId' })
      })
      api.get('/statement', async (request, reply) => this.#statement(request, reply))
    })
    const { clock, faults, requests } = this
    if (control)
      registerControl(this.#app, { clock, faults, requests, lists: { transfers: () => this.transfers() } })
  }

  #authenticate(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const given = digest(request.headers.authorization ?? '')
    if (timingSafeEqual(given, digest(`Bearer ${this.#token}`))) return undefined
    return refuse(reply, 401, { code: 'unauthorized', message: 'the bearer token is missing or wrong' })
  }

  #create(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#advance()
    const transfer = readTransfer(request.body, this.#accounts)
    if ('field' in transfer) {
      return refuse(reply, 422, {
        code: 'invalid_field',
        message: `${transfer.field}: ${transfer.message}`,
        field: transfer.field,
      })
    }
    const known = this.#book.transfers.get(transfer.transferId)
    if (known && known.record.contentDigest !== contentDigest(transfer)) {
      return refuse(reply, 409, {
        code: 'transfer_conflict',
        message: 'this transferId was used with other content',
        field: 'transferId',
      })
    }
    if (!known) {
      this.#write([this.#book.accept(transfer, this.clock.nowMs())])
      this.#advance()
    }
    const stored = this.#book.transfers.get(transfer.transferId)
    return reply.code(known ? 200 : 202).send(stored && renderTransfer(stored))
  }

  #events(request: FastifyRequest, reply: FastifyReply): FastifyReply | object {
    this.#advance()
    const query = request.query as { after?: string; limit?: string }
    const after = readNumber(query.after, { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER })
    const limit = readNumber(query.limit, { fallback: 100, min: 1, max: 500 })
    if (after === undefined)
      return refuse(reply, 422, {
        code: 'invalid_field',
        message: 'after is a cursor of this feed',
        field: 'after',
      })
    if (limit === undefined)
      return refuse(reply, 422, { code: 'invalid_field', message: 'limit is 1 to 500', field: 'limit' })
    const events = this.#book.feed.slice(after, after + limit)
    const next = events.at(-1)?.cursor ?? after
    return {
      events: events.map(renderEvent),
      nextCursor: String(next),
      hasMore: next < this.#book.feed.length,
    }
  }

  #statement(request: FastifyRequest, reply: FastifyReply): FastifyReply | object {
    this.#advance()
    const { date = '', account = this.#accounts.length === 1 ? this.#accounts[0] : undefined } =
      request.query as { date?: string; account?: string }
    const nowMs = this.clock.nowMs()
    if (startOfDay(date) === undefined)
      return refuse(reply, 422, {
        code: 'invalid_field',
        message: 'date is a day, YYYY-MM-DD',
        field: 'date',
      })
    if (account === undefined || !this.#accounts.includes(account)) {
      return refuse(reply, 422, {
        code: 'invalid_field',
        message: 'account is not an account of yours',
        field: 'account',
      })
    }
    if (date > dayOf(nowMs))
      return refuse(reply, 404, { code: 'statement_not_available', message: 'that day is still to come' })
    return renderStatement(this.#book, { account, date, nowMs })
  }
}

function about(request: FastifyRequest): { transferId?: string } {
  const body = request.body as { transferId?: unknown } | null | undefined
  const params = request.params as { transferId?: unknown }
  const transferId = params.transferId ?? body?.transferId
  return typeof transferId === 'string' ? { transferId } : {}
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function readNumber(
  text: string | undefined,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number | undefined {
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  return /^\d{1,16}$/.test(text) && value >= min && value <= max ? value : undefined
}

interface BankError {
  readonly code: string
  readonly message: string
  readonly field?: string
}

function refuse(reply: FastifyReply, status: number, error: BankError): FastifyReply {
  return reply.code(status).send({ error })
}

function errorBody(status: number): { error: BankError } {
  if (status === 404) return { error: { code: 'not_found', message: 'there is nothing at this address' } }
  if (status < 500)
    return { error: { code: 'malformed_request', message: 'the request cannot be read: JSON is expected' } }
  return { error: { code: 'server_error', message: 'the bank failed' } }
}
