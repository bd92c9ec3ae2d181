import { join } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { iso, systemNow, VirtualClock, type Now } from '../shared/clock.ts'
import { registerControl } from '../shared/control.ts'
import { Faults } from '../shared/faults.ts'
import { createHost, RequestLog } from '../shared/host.ts'
import { Journal } from '../shared/journal.ts'
import { registerBills } from './bills.ts'
import { Desk, type Merchant } from './desk.ts'
import { bizOf, paramsOf, registerGateway } from './gateway.ts'
import { appKeys, railKeys } from './keys.ts'
import { alipaySchedule, honestPlan, isAcknowledgement, Notifier, signedForm, type Delivery, type NotificationPlan } from './notify.ts'
import { act, registerPages } from './pages.ts'
import { Records, refunded, statusOf, type Entry, type RefundRecord, type Trade } from './records.ts'
import { beijing, privateKeyOf, publicKeyOf } from './wire.ts'

export interface AlipaySimulatorOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where `alipay.jsonl` is kept; without it, memory only. */
  readonly dataFolder?: string
  /** The clock of trades, expiry and bills; default the machine's. */
  readonly now?: Now
  /** Default that of {@link defaultAlipayApp}. */
  readonly merchant?: Merchant
  /** The application's public key; default that of {@link defaultAlipayApp}. */
  readonly appPublicKey?: string
  /** Pauses before each try of a notification, in real milliseconds; default Alipay's own: eight in 25 hours. */
  readonly notifySchedule?: readonly number[]
  /** The origin that buyers and phones reach it by; default its own. */
  readonly publicUrl?: string
  /** How long the timeout faults leave a request unanswered; default 70,000 ms. */
  readonly timeoutMs?: number
  /** Serve `/_control`; default true. */
  readonly control?: boolean
}

/** A known application: fit for development, refused by a backend in live mode. Its keys are public. */
export const defaultAlipayApp: {
  readonly appId: string
  readonly sellerId: string
  /** The application's, PKCS#8 in base64. */
  readonly privateKey: string
  /** The simulated Alipay's. */
  readonly alipayPublicKey: string
} = { appId: '2021000000000042', sellerId: '2088000000000042', privateKey: appKeys.privateKey, alipayPublicKey: railKeys.publicKey }

/** A trade as it stands. Amounts are fen. */
export interface AlipayTrade {
  readonly id: string
  readonly outTradeNo: string
  /** How it was asked for: a page to go to, or a code to scan. */
  readonly api: string
  /** Null until the buyer has come: then Alipay does not know of it either. */
  readonly tradeNo: string | null
  readonly status: string
  readonly amount: number
  readonly refunded: number
  readonly subject: string
  readonly expiresAt: string
  readonly closedBy: string | null
}

/** Changes to a notification that is signed anew: another application, another account, another amount. */
export type NotificationChange = Readonly<Record<string, string>>

/** A running simulator; its `faults`, `records`, `requests` and `clock` are `/_control` without HTTP. */
export interface AlipaySimulator {
  /** Origin, without a path: the gateway is `${url}/gateway.do`. */
  readonly url: string
  readonly faults: Faults
  readonly requests: RequestLog
  readonly clock: VirtualClock
  readonly records: {
    trades(): AlipayTrade[]
    refunds(): RefundRecord[]
    deliveries(): Delivery[]
  }
  readonly notifications: {
    plan(plan: Partial<NotificationPlan>): void
    /** Sends what is held. */
    release(): Promise<void>
    /** Sends all of a trade's again. */
    again(outTradeNo: string, times?: number): Promise<void>
    /** Resolves when no first try is under way. */
    idle(): Promise<void>
    /** The body of what is told of a trade as it stands; undefined while there is nothing to tell. */
    body(outTradeNo: string, change?: NotificationChange): string | undefined
  }
  /** Acts as the buyer; answers whether the rail let them. `force` pays what is closed, as no honest rail does. */
  buyer(outTradeNo: string, deed: 'scan' | 'approve' | 'refuse', options?: { force?: boolean }): boolean
  close(): Promise<void>
}

/**
 * Starts a stateful Alipay Open Platform gateway (v2) with its cashier, codes, notifications and bills.
 *
 * @throws Error - the port is taken, or the journal in `dataFolder` cannot be read
 * @see README.md for the wire
 */
export async function startAlipaySimulator(options: AlipaySimulatorOptions = {}): Promise<AlipaySimulator> {
  const rail = new Rail(options)
  const url = await rail.listen(options)
  const { faults, requests, clock, records, notifications } = rail
  return {
    url, faults, requests, clock, records, notifications,
    buyer: (outTradeNo, deed, { force = false } = {}) => rail.buyer({ outTradeNo, deed, force }),
    close: () => rail.close(),
  }
}

export { isAcknowledgement as isAlipayAcknowledgement }

const buyerBody = z.strictObject({
  outTradeNo: z.string(),
  deed: z.enum(['scan', 'approve', 'refuse']),
  force: z.boolean().default(false),
})
const planBody = z.strictObject({
  hold: z.boolean(),
  copies: z.int().min(1).max(100),
  delayMs: z.int().min(0).max(600_000),
  early: z.boolean(),
  reversed: z.boolean(),
}).partial()
const againBody = z.strictObject({ outTradeNo: z.string(), times: z.int().min(1).max(100).default(1) })

class Rail {
  readonly faults: Faults = new Faults()
  readonly requests: RequestLog = new RequestLog()
  readonly clock: VirtualClock
  readonly records: AlipaySimulator['records']
  readonly notifications: AlipaySimulator['notifications']
  readonly #app: FastifyInstance
  readonly #journal: Journal<Entry>
  readonly #desk: Desk
  readonly #notifier: Notifier
  #sweeper: NodeJS.Timeout | undefined
  #url = ''
  #own = ''

  constructor(options: AlipaySimulatorOptions) {
    this.clock = new VirtualClock(options.now ?? systemNow)
    const { journal, groups } = Journal.open<Entry>(options.dataFolder && join(options.dataFolder, 'alipay.jsonl'))
    const records = new Records()
    for (const entry of groups.flat()) records.apply(entry)
    this.#journal = journal
    const { appId, sellerId } = defaultAlipayApp
    const merchant = options.merchant ?? { appId, sellerId, name: 'Holdfast Marketplace' }
    const notify = (id: string): void => { this.#notifier.add(id) }
    this.#desk = new Desk({ records, journal, clock: this.clock, merchant, notify })
    const railKey = privateKeyOf(railKeys.privateKey)
    this.#notifier = new Notifier({
      records, clock: this.clock, key: railKey, schedule: options.notifySchedule ?? alipaySchedule, settled: () => journal.settled(),
      acknowledged: id => { this.#desk.write([{ type: 'acknowledged', id }]) },
    })
    this.records = this.#lists()
    this.notifications = this.#messages(railKey)
    this.#app = this.#createApp(options)
    registerGateway(this.#app, {
      desk: this.#desk, notifier: this.#notifier, railKey, appKey: publicKeyOf(options.appPublicKey ?? appKeys.publicKey), url: () => this.#url, own: () => this.#own,
    })
    registerPages(this.#app, { desk: this.#desk, railKey })
    registerBills(this.#app, this.#desk)
    if (options.control ?? true) this.#registerControl()
  }

  async listen({ host = '127.0.0.1', port = 0, publicUrl }: AlipaySimulatorOptions): Promise<string> {
    this.#own = await this.#app.listen({ host, port })
    this.#url = publicUrl ?? this.#own
    this.#notifier.resume()
    // what the time closes is told without anyone asking
    this.#sweeper = setInterval(() => { this.#desk.sweep() }, 1_000).unref()
    return this.#own
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    this.#notifier.close()
    await this.#app.close()
    await this.#notifier.idle()
    await this.#journal.close()
  }

  buyer({ outTradeNo, deed, force }: z.infer<typeof buyerBody>): boolean {
    const trade = this.#desk.records.trades.get(outTradeNo)
    return trade !== undefined && act(this.#desk, trade, deed, force)
  }

  #createApp(options: AlipaySimulatorOptions): FastifyInstance {
    return createHost({
      clock: this.clock,
      faults: this.faults,
      requests: this.requests,
      timeoutMs: options.timeoutMs ?? 70_000,
      settled: () => this.#journal.settled(),
      about: aboutOf,
      errorBody: status => ({ error_response: { code: '20000', msg: 'Service Currently Unavailable', sub_code: 'isp.unknow-error', sub_msg: `HTTP ${status}` } }),
    })
  }

  #registerControl(): void {
    const { faults, requests, clock, records } = this
    registerControl(this.#app, { clock, faults, requests, lists: { ...records } })
    this.#command('buyer', buyerBody, async body => ({ let: this.buyer(body) }))
    this.#command('notifications/plan', planBody, async plan => {
      this.#notifier.plan = { ...this.#notifier.plan, ...(plan as Partial<NotificationPlan>) }
      return this.#notifier.plan
    })
    this.#command('notifications/release', z.unknown(), async () => this.notifications.release())
    this.#command('notifications/again', againBody, async ({ outTradeNo, times }) => this.notifications.again(outTradeNo, times))
  }

  #command<Body>(name: string, schema: z.ZodType<Body>, run: (body: Body) => Promise<unknown>): void {
    this.#app.post(`/_control/${name}`, async (request, reply) => {
      const body = schema.safeParse(request.body ?? {})
      if (!body.success) return reply.code(400).send({ error: { code: 'malformed_control_request', message: z.prettifyError(body.error) } })
      return (await run(body.data)) ?? reply.code(204).send()
    })
  }

  #lists(): AlipaySimulator['records'] {
    const desk = this.#desk
    const trades = (): Trade[] => {
      desk.sweep()
      return [...desk.records.trades.values()]
    }
    return {
      trades: () => trades().map(trade => shown(trade, this.clock.nowMs())),
      refunds: () => trades().flatMap(({ refunds }) => refunds),
      deliveries: () => [...this.#notifier.deliveries],
    }
  }

  #messages(railKey: ReturnType<typeof privateKeyOf>): AlipaySimulator['notifications'] {
    const [desk, notifier] = [this.#desk, this.#notifier]
    const own = (outTradeNo: string): string[] =>
      [...desk.records.notifications.values()].filter(record => record.outTradeNo === outTradeNo).map(({ id }) => id)
    return {
      plan: plan => { notifier.plan = { ...honestPlan, ...plan } },
      release: () => notifier.release(),
      again: async (outTradeNo, times = 1) => {
        for (const id of own(outTradeNo)) await notifier.again(id, times)
      },
      idle: () => notifier.idle(),
      body: (outTradeNo, change = {}) => {
        desk.sweep()
        const id = own(outTradeNo).at(-1)
        const record = id === undefined ? undefined : desk.records.notifications.get(id)
        if (!record) return undefined
        return signedForm({ ...record.fields, notify_time: beijing(this.clock.nowMs()), ...change }, railKey)
      },
    }
  }
}

function shown(trade: Trade, nowMs: number): AlipayTrade {
  const { id, outTradeNo, api, amount, subject, expiresAt } = trade.order
  return {
    id, outTradeNo, api, amount, subject, tradeNo: trade.tradeNo ?? null, status: statusOf(trade, nowMs), refunded: refunded(trade),
    expiresAt: iso(expiresAt), closedBy: trade.closedBy ?? null,
  }
}

/** What a fault may be aimed at: the API's name, and the number that the merchant gave. */
function aboutOf(request: FastifyRequest): { api?: string; requestId?: string } {
  const params = paramsOf(request)
  const biz = bizOf(params) ?? {}
  const requestId = biz['out_request_no'] ?? biz['out_trade_no']
  return {
    ...(params['method'] === undefined ? {} : { api: params['method'] }),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  }
}
