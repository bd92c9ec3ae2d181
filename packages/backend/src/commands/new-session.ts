import { newId, type BodyOf } from '@holdfast/contract'
import type { CheckoutSession, Details } from '@holdfast/contract/types'
import { isRefusal, planCapture, resolveTerms, type PaymentConnector, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { stageEvents, type StagedEvent } from '../events.ts'
import { insertSessions, type NewSession } from '../store/new-sessions.ts'
import { readOrders } from '../store/render/orders.ts'
import { inEvent, openingOf, readSessions, type Opening } from '../store/render/sessions.ts'
import type { Asked, Call, Command } from './execute.ts'
import { checkLines, wrong } from './lines.ts'

type Create = BodyOf<'sessions.create'>
type Input = Omit<Create, 'details'> & Opening & {
  readonly details?: Partial<Details> | undefined
  readonly connector: PaymentConnector
  /** Of a session that a payment link makes. */
  readonly paymentLink?: string
  /** In place of `expiresInMinutes`. */
  readonly expiresAt?: Date
}

const DAY_MINUTES = 1440

interface Found {
  readonly sellers: ReadonlySet<string>
  /** By reference. */
  readonly orders: Map<string, { readonly order: string; readonly session: string }>
}

/** Creates orders, one escrow a line with its milestone, and the sessions in which their buyers pay. */
export const createSession: Command<Input, CheckoutSession, Found> = {
  name: 'sessions.create',
  gathered: true,
  lock: look,
  async run(tx, calls, found) {
    const outcomes = calls.map((call) => decide(call, found))
    const made = outcomes.filter((one): one is NewSession => !isRefusal(one))
    if (made.length === 0) return outcomes as Refusal[]
    insertSessions(tx, calls[0]!, made)
    const sessions = await tell(tx, calls[0]!, made)
    return outcomes.map((one) => (isRefusal(one) ? one : (sessions.shift() as CheckoutSession)))
  },
}

/** The same in the transaction of another command. */
export async function newSessions(tx: Tx, calls: readonly Call<Input>[]): Promise<readonly (CheckoutSession | Refusal)[]> {
  return createSession.run(tx, calls, await look(tx, calls))
}

/** Which of the lines' sellers are there. */
export async function knownSellers(tx: Tx, marketplace: string, lines: readonly Pick<Create['lines'][number], 'seller'>[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.client.query<{ id: string }>({
    name: 'known_sellers',
    text: `select s.id from unnest($2::text[]) as asked (id)
           cross join lateral (select id from sellers where marketplace_id = $1 and id = asked.id limit 1) as s`,
    values: [marketplace, [...new Set(lines.map(({ seller }) => seller))]],
  })
  return new Set(rows.map(({ id }) => id))
}

/** Which of the sellers are there, and whose the references are already. */
async function look(tx: Tx, asked: readonly Asked<Input>[]): Promise<Found> {
  const { marketplace } = asked[0]!
  const [sellers, orders] = await Promise.all([
    knownSellers(tx, marketplace, asked.flatMap(({ input }) => input.lines)),
    tx.client.query<{ reference: string; order: string; session: string }>({
      name: 'known_orders',
      text: `select o.* from unnest($2::text[]) as asked (reference) cross join lateral (
               select reference, id as order, session_id as session from orders
               where marketplace_id = $1 and reference = asked.reference limit 1) as o`,
      values: [marketplace, asked.map(({ input }) => input.reference)],
    }),
  ])
  return { sellers, orders: new Map(orders.rows.map((row) => [row.reference, row])) }
}

/** Two transactions that take one reference at the same instant collide on a unique index; the loser is run again. */
function decide({ input, now }: Call<Input>, found: Found): NewSession | Refusal {
  const refusal = refuseTerms(input, found.sellers) ?? checkReference(input, found)
  if (refusal) return refusal
  const terms = input.lines.map(({ releaseTerms }) => resolveTerms(releaseTerms, now))
  const [order, session] = [newId('order'), newId('session')]
  found.orders.set(input.reference, { order, session })
  return {
    order, session, input, details: input.details, terms, plan: planCapture({ terms, days: input.connector.capabilities.authorizationDays, at: now }),
    expiresAt: input.expiresAt ?? new Date(now.getTime() + (input.expiresInMinutes ?? DAY_MINUTES) * 60_000),
  }
}

/** Refuses what no session can be of: a currency without a rail, lines that don't fit together, nobody's cards, unknown sellers. */
export function refuseTerms(
  input: Pick<Input, 'currency' | 'connector' | 'lines' | 'savedCards' | 'buyer'>, sellers: ReadonlySet<string>,
): Refusal | null {
  return checkCurrency(input) ?? checkLines(input.lines) ?? checkBuyer(input) ?? checkSellers(input, sellers)
}

function checkCurrency({ connector, currency }: Pick<Input, 'connector' | 'currency'>): Refusal | null {
  const { currencies } = connector.capabilities
  return currencies === 'any' || currencies.has(currency) ? null
    : wrong('currency', `${connector.name} takes no ${currency}; expected one of ${[...currencies].join(', ')}.`)
}

/** Saved cards are somebody's. */
function checkBuyer({ savedCards, buyer }: Pick<Input, 'savedCards' | 'buyer'>): Refusal | null {
  return savedCards && !buyer?.reference
    ? wrong('buyer.reference', 'savedCards needs the session’s buyer; expected your reference of them.') : null
}

function checkSellers({ lines }: Pick<Input, 'lines'>, sellers: ReadonlySet<string>): Refusal | null {
  const index = lines.findIndex(({ seller }) => !sellers.has(seller))
  if (index === -1) return null
  return { refused: 'not_found', field: `lines[${index}].seller`, detail: `There is no seller ${lines[index]!.seller} in this marketplace. Create the seller first.` }
}

function checkReference({ reference }: Input, { orders }: Found): Refusal | null {
  const existing = orders.get(reference)
  return existing ? {
    refused: 'reference_taken', field: 'reference', existing: existing.session,
    detail: `The reference '${reference}' belongs to session ${existing.session} of order ${existing.order}. Use that one, or another reference.`,
  } : null
}

/** Tells of the orders and sessions as they stand, and answers the sessions. */
async function tell(tx: Tx, { marketplace, now, input }: Call<Input>, made: readonly NewSession[]): Promise<CheckoutSession[]> {
  const sessions = await readSessions({ db: tx.db, ...openingOf(input) }, marketplace, made.map(({ session }) => session))
  const orders = await readOrders(tx.db, marketplace, made.map(({ order }) => order))
  stageEvents(tx, { marketplace, now }, sessions.flatMap((session, index): StagedEvent[] => [
    { type: 'order.created', subject: session.order, data: orders[index]!, made: true },
    { type: 'session.created', subject: session.id, data: inEvent(session), made: true },
  ]))
  return sessions
}
