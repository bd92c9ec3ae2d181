import type { CheckoutSession, Order } from '@holdfast/contract/types'
import { command, read, send, tokenFor, type Answered, type Command, type Target } from './calls.ts'
import type { BankRead, ListOp } from './checkers.ts'
import { History, type Ending } from './history.ts'
import type { Random } from './random.ts'
import { pause } from './moment.ts'

/** A command that was sent, with what its client last heard. */
export interface Sent {
  readonly command: Command
  answered: Answered
  /** Tells the history how it ended, once that is known; for appends. */
  readonly end: ((ending: Ending) => void) | null
}

/** What clients have bought and may act on. */
interface Deal {
  readonly order: string
  readonly escrows: readonly string[]
  readonly payment: string
  readonly manual: boolean
}

interface BoardEvent {
  readonly id: string
  readonly type: string
  readonly sequence: number
  readonly data: { readonly name: string }
}

const BACKOFF_MS = 40

/** A market with many clients at once: buyers, merchants' servers, and somebody who counts the money. */
export class Market {
  readonly sent: Sent[] = []
  readonly lists: History<ListOp> = new History<ListOp>()
  readonly bank: History<BankRead> = new History<BankRead>()
  readonly #deals: Deal[] = []
  readonly #target: () => Target
  readonly #sellers: string[] = []
  #boards: readonly string[] = []

  constructor(target: () => Target) {
    this.#target = target
  }

  get deals(): number {
    return this.#deals.length
  }

  /** Sends a command, again where nobody knows what became of it, as the SDK does. */
  async do(one: Command, { tries = 3, end = null }: { tries?: number; end?: Sent['end'] } = {}): Promise<Answered> {
    const sent: Sent = { command: one, answered: { ending: 'info', status: 0, text: '' }, end }
    this.sent.push(sent)
    for (let tried = 0; tried < tries && sent.answered.ending === 'info'; tried += 1) {
      if (tried > 0) await pause(BACKOFF_MS * 2 ** Math.min(tried, 4))
      sent.answered = await send(this.#target(), one)
    }
    if (sent.answered.ending !== 'info') end?.(sent.answered.ending)
    return sent.answered
  }

  async #must<T>(one: Command): Promise<T> {
    const { ending, status, text } = await this.do(one, { tries: 10 })
    if (ending !== 'ok') throw new Error(`${one.path} answered ${status}: ${text}`)
    return JSON.parse(text) as T
  }

  /** Sellers, a top-up that covers the rail's fees, and some deals to begin with. */
  async open(random: Random, deals: number): Promise<void> {
    await this.#must(command('top-up', '/v1/operator/top-ups', { currency: 'USD', amount: 10_000_000 }))
    for (let made = 0; made < 4; made += 1) this.#sellers.push((await this.#must<{ id: string }>(newSeller())).id)
    for (let made = 0; made < deals; made += 1) await this.buy(random)
  }

  /** Begins anew: what was sent is forgotten, and there are new lists to append to. */
  async freshRound(): Promise<void> {
    this.sent.length = 0
    this.lists.entries.length = 0
    this.bank.entries.length = 0
    const made = await Promise.all([newSeller(), newSeller()].map(one => this.#must<{ id: string }>(one)))
    this.#boards = made.map(({ id }) => id)
  }

  /** One buyer: session, card, confirmation. */
  async buy(random: Random): Promise<void> {
    const lines = Array.from({ length: random.between(1, 3) }, (_, index) => ({
      reference: `line-${index}`, seller: random.pick(this.#sellers), amount: random.between(50_000, 200_000), platformFee: random.between(0, 5_000),
    }))
    const manual = random.whole(3) === 0
    const made = await this.do(command('session', '/v1/checkout-sessions', { currency: 'USD', returnUrl: `http://shop.test/return`, lines, captureMode: manual ? 'manual' : 'automatic' }))
    if (made.ending !== 'ok') return
    const session = JSON.parse(made.text) as CheckoutSession
    const token = await tokenFor(this.#target(), session.clientSecret)
    if (token === null) return
    const paid = await this.do(command('confirm', '/v1/checkout/confirm', { method: 'card', token, revision: session.revision }, { bearer: session.clientSecret, named: false }))
    if (paid.ending === 'ok') await this.#keep(session.order, manual)
  }

  async #keep(id: string, manual: boolean): Promise<void> {
    const order = await read<Order>(this.#target(), `/v1/orders/${id}`)
    const payment = order?.payments[0]
    if (order && payment) this.#deals.push({ order: id, escrows: order.escrows.map(one => one.id), payment, manual })
  }

  /** One thing that somebody does. */
  async act(client: number, random: Random): Promise<void> {
    const deal = random.pick(this.#deals.slice(-40))
    const what = random.weighted({ buy: 4, release: 26, refund: 12, capture: 8, void: 1, deliver: 6, accept: 5, dispute: 4, withdraw: 3, payout: 4, append: 12, list: 6, count: 5 })
    if (what === 'buy' || !deal) return this.buy(random)
    if (what === 'count') return this.count(client)
    if (what === 'list') return this.readList(client, random.pick(this.#boards))
    if (what === 'append') return this.#append(client, random.pick(this.#boards))
    if (what === 'withdraw') return this.#withdraw(random.pick(deal.escrows))
    await this.do(this.#command(what, deal, random))
  }

  #command(what: 'release' | 'refund' | 'capture' | 'void' | 'deliver' | 'accept' | 'dispute' | 'payout', deal: Deal, random: Random): Command {
    const escrow = random.pick(deal.escrows)
    const amount = random.between(1, 9_000)
    switch (what) {
      case 'release': return command(what, `/v1/escrows/${escrow}/release`, { amount })
      case 'refund': return command(what, '/v1/refunds', { payment: deal.payment, amount })
      case 'capture': return command(what, `/v1/payments/${deal.payment}/capture`, { amount })
      case 'void': return command(what, `/v1/payments/${deal.payment}/void`, {}, { named: false })
      case 'deliver': return command(what, `/v1/escrows/${escrow}/deliver`, { method: 'express' }, { named: false })
      case 'accept': return command(what, `/v1/escrows/${escrow}/accept`, {}, { named: false })
      case 'dispute': return command(what, '/v1/disputes', { escrow, reason: 'not as described' }, { named: false })
      case 'payout': return command(what, '/v1/payouts', { seller: random.pick(this.#sellers), amount })
    }
  }

  async #withdraw(escrow: string): Promise<void> {
    const found = await read<{ dispute: string | null }>(this.#target(), `/v1/escrows/${escrow}`)
    if (found?.dispute) await this.do(command('withdraw', `/v1/disputes/${found.dispute}/withdraw`, {}, { named: false }))
  }

  async #append(client: number, board: string): Promise<void> {
    const one = command('append', `/v1/sellers/${board}`, {}, { method: 'PATCH', named: false })
    const end = this.lists.begin(client, { do: 'append', key: board, value: one.key })
    await this.do({ ...one, body: { name: one.key } }, { end })
  }

  /** An object's events, in their sequence, are a list that every change of it is appended to. */
  async readList(client: number, board: string): Promise<void> {
    const end = this.lists.begin(client, { do: 'read', key: board, values: [] })
    const found = await this.#eventsOf(board)
    if (!found) return end('info')
    const events = found.toSorted((a, b) => a.sequence - b.sequence)
    if (events.some(({ sequence }, index) => sequence !== index + 1)) throw new Error(`the events of ${board} have a gap`)
    end('ok', { do: 'read', key: board, values: events.filter(({ type }) => type === 'seller.updated').map(({ data }) => data.name) })
  }

  /** Newest first, so that what is appended meanwhile is on no later page: the list as it was when the first was read. */
  async #eventsOf(board: string): Promise<readonly BoardEvent[] | null> {
    const events: BoardEvent[] = []
    for (let more = true; more;) {
      const last = events.at(-1)
      const after = last ? `&after=${last.id}` : ''
      const page = await read<{ data: readonly BoardEvent[]; hasMore: boolean }>(this.#target(), `/v1/events?object=${board}&limit=100${after}`)
      if (!page) return null
      events.push(...page.data)
      more = page.hasMore
    }
    return events
  }

  /** All balances in one snapshot: rows where there are rows, sums of postings where there are none. */
  async count(client: number): Promise<void> {
    const end = this.bank.begin(client, { balances: new Map() })
    const books = await read<{ currencies: readonly { accounts: readonly { name: string; normalSide: string; balance: number; balanceRow: number | null }[] }[] }>(this.#target(), '/v1/ledger/trial-balance')
    if (!books) return end('info')
    const accounts = books.currencies.flatMap(one => one.accounts)
    end('ok', { balances: new Map(accounts.map(({ name, normalSide, balance, balanceRow }) => [name, BigInt(balanceRow ?? balance) * (normalSide === 'credit' ? 1n : -1n)])) })
  }

  async readAll(): Promise<void> {
    await this.count(0)
    for (const board of this.#boards) await this.readList(0, board)
  }
}

function newSeller(): Command {
  return command('seller', '/v1/sellers', {
    name: 'Ada Lamps', country: 'US',
    bankAccount: { holder: 'Ada Lamps', country: 'US', currency: 'USD', routingNumber: '021000021', accountNumber: '9988776655' },
  })
}
