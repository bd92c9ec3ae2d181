import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { systemNow, VirtualClock, type Now } from '../shared/clock.ts'
import { registerControl } from '../shared/control.ts'
import { Faults } from '../shared/faults.ts'
import { createHost, RequestLog } from '../shared/host.ts'
import { Journal } from '../shared/journal.ts'
import type { Fee, Terms } from './decisions.ts'
import { Desk, errorBody, refuseParameter } from './desk.ts'
import { OAuth, type JpmorganClient } from './oauth.ts'
import { Records, type CaptureRecord, type Entry, type PaymentRecord, type RefundRecord } from './records.ts'
import { renderError } from './render.ts'
import { orderOf, registerRoutes } from './routes.ts'
import { ThreeDSecure } from './three-d-secure.ts'

export interface JpmorganSimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where `jpmorgan.jsonl` is kept; without it, memory only. */
  readonly dataFolder?: string
  /** The clock of payments, expiry and reports; default the machine's. */
  readonly now?: Now
  /** The clock of tokens and assertions; default the machine's. */
  readonly wallClock?: Now
  /** Default `['998482157630']`. */
  readonly merchantIds?: readonly string[]
  /** Default {@link defaultJpmorganClient}. */
  readonly clients?: readonly JpmorganClient[]
  /** Audiences to accept in assertions besides the simulator's own token URL. */
  readonly audiences?: readonly string[]
  /** Default 2.9 % + 30 minor units. */
  readonly captureFee?: Fee
  /** Default nothing. */
  readonly refundFee?: Fee
  /** Decline amounts that end in 4005, 4051, 4054, 4082; default false. */
  readonly declineByAmount?: boolean
  /** How long the timeout faults leave a request unanswered; default 70,000 ms. */
  readonly timeoutMs?: number
  /** Where buyers' browsers reach it, for 3-D Secure; default its own address. */
  readonly publicUrl?: string
  /** Serve `/_control`; default true. */
  readonly control?: boolean
}

/** A running simulator; its `faults`, `records`, `requests` and `clock` are `/_control` without HTTP. */
export interface JpmorganSimulator {
  /** Origin, without a path: the API is at `${url}/api/v2`. */
  readonly url: string
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: VirtualClock
  readonly records: {
    payments(): PaymentRecord[]
    captures(): CaptureRecord[]
    refunds(): RefundRecord[]
  }
  /** What an issuer reports to the 3DS server, as EMV's RReq: so that a test can send another. */
  results(message: unknown): { readonly resultsStatus: '01' | '02' }
  close(): Promise<void>
}

/** A known client: fit for development, refused by a backend in live mode. */
export const defaultJpmorganClient: JpmorganClient & { readonly clientSecret: string } = {
  clientId: 'holdfast-simulator',
  clientSecret: 'holdfast-simulator-secret',
}

export const defaultMerchantId: string = '998482157630'

const defaultTerms: Terms = {
  captureFee: { bps: 290, fixed: 30 },
  refundFee: { bps: 0, fixed: 0 },
  declineByAmount: false,
  authorizationDays: 7,
  delayedCaptureMinutes: 120,
}

/**
 * Starts a stateful J.P. Morgan Online Payments v2, for development and tests.
 *
 * @throws Error - the port is taken, or the journal in `dataFolder` cannot be read
 * @see README.md for the wire
 */
export async function startJpmorganSimulator(
  options: JpmorganSimulatorOptions = {},
): Promise<JpmorganSimulator> {
  const rail = new Rail(options)
  const url = await rail.listen(options)
  const { faults, requests, clock, lists } = rail
  return { url, faults, requests, clock, records: lists, results: (message) => rail.results(message), close: () => rail.close() }
}

class Rail {
  readonly faults: Faults = new Faults()
  readonly requests: RequestLog = new RequestLog()
  readonly clock: VirtualClock
  readonly lists: JpmorganSimulator['records']
  readonly #app: FastifyInstance
  readonly #journal: Journal<Entry>
  readonly #desk: Desk
  readonly #threeDSecure: ThreeDSecure
  readonly #merchantIds: readonly string[]
  readonly #oauth: OAuth
  #url = ''

  constructor(options: JpmorganSimulatorOptions) {
    this.clock = new VirtualClock(options.now ?? systemNow)
    this.#merchantIds = options.merchantIds ?? [defaultMerchantId]
    const { journal, groups } = Journal.open<Entry>(
      options.dataFolder && join(options.dataFolder, 'jpmorgan.jsonl'),
    )
    const records = new Records()
    for (const entry of groups.flat()) records.apply(entry)
    this.#journal = journal
    this.#desk = new Desk({ records, journal, clock: this.clock, terms: termsOf(options), url: () => options.publicUrl ?? this.#url })
    this.#threeDSecure = new ThreeDSecure({ desk: this.#desk, url: () => options.publicUrl ?? this.#url })
    this.lists = listsOf(this.#desk)
    this.#oauth = this.#createOAuth(options)
    this.#app = createHost({
      clock: this.clock,
      faults: this.faults,
      requests: this.requests,
      timeoutMs: options.timeoutMs ?? 70_000,
      settled: () => journal.settled(),
      about: request => orderOf(this.#desk, request),
      errorBody,
    })
    this.#register(options.control ?? true)
  }

  async listen({ host = '127.0.0.1', port = 0 }: JpmorganSimulatorOptions): Promise<string> {
    this.#url = await this.#app.listen({ host, port })
    return this.#url
  }

  results(message: unknown): { readonly resultsStatus: '01' | '02' } {
    return this.#threeDSecure.results(message)
  }

  async close(): Promise<void> {
    await this.#app.close()
    await this.#journal.close()
  }

  #createOAuth(options: JpmorganSimulatorOptions): OAuth {
    const { clients = [defaultJpmorganClient], wallClock = systemNow, audiences = [] } = options
    return new OAuth({
      clients,
      records: this.#desk.records,
      write: entries => {
        this.#desk.write(entries)
      },
      nowMs: () => wallClock().getTime(),
      audiences: () => [`${this.#url}/adfs/oauth2/token`, ...audiences],
    })
  }

  #register(control: boolean): void {
    this.#oauth.register(this.#app)
    this.#threeDSecure.register(this.#app)
    for (const part of ['payments', 'refunds', 'verifications']) {
      this.#app.get(`/api/v2/healthcheck/${part}`, async () => ({ status: 'PASS' }))
    }
    void this.#app.register(async api => {
      api.addHook('onRequest', async (request, reply) => this.#authenticate(request, reply))
      registerRoutes(api, this.#desk)
    })
    const { faults, requests, clock, lists } = this
    if (control) registerControl(this.#app, { clock, faults, requests, lists: { ...lists } })
  }

  #authenticate(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const client = this.#oauth.clientOf(request.headers.authorization)
    if (!client) return reply.code(401).send(renderError('UNAUTHORIZED', 'a valid bearer token is expected'))
    const merchantId = request.headers['merchant-id']
    if (typeof merchantId !== 'string' || merchantId.length < 8 || merchantId.length > 12) {
      return refuseParameter(reply, 'merchant-id', 'is required, 8 to 12 characters')
    }
    const allowed =
      this.#merchantIds.includes(merchantId) && (client.merchantIds?.includes(merchantId) ?? true)
    if (allowed) return undefined
    return reply.code(403).send(renderError('FORBIDDEN', 'this client does not act for this merchant-id'))
  }
}

function termsOf(options: JpmorganSimulatorOptions): Terms {
  return {
    ...defaultTerms,
    captureFee: options.captureFee ?? defaultTerms.captureFee,
    refundFee: options.refundFee ?? defaultTerms.refundFee,
    declineByAmount: options.declineByAmount ?? defaultTerms.declineByAmount,
  }
}

function listsOf(desk: Desk): JpmorganSimulator['records'] {
  const { records } = desk
  return {
    payments: () => desk.current(() => [...records.payments.values()].map(({ record }) => record)),
    captures: () => desk.current(() => [...records.captures.values()]),
    refunds: () => [...records.refunds.values()],
  }
}
