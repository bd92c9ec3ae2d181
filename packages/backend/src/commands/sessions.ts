import { MAX_AMOUNT, newId, type BodyOf } from '@holdfast/contract'
import type { CheckoutSession, CheckoutSessionInEvent } from '@holdfast/contract/types'
import {
  isRefusal, milestoneMachine, orderMachine, planCapture, resolveTerms, sessionMachine,
  type PaymentConnector, type Refusal, type ReleaseTerms,
} from '@holdfast/core'
import type { Tx } from '../database.ts'
import { stageEvents, type StagedEvent } from '../events.ts'
import { notFound } from '../not-found.ts'
import type { Sealer } from '../seal.ts'
import { readEscrows, readOrders } from '../store/render/orders.ts'
import { readSessions } from '../store/render/sessions.ts'
import type { Call, Command } from './execute.ts'

type Create = BodyOf<'sessions.create'>
type Update = BodyOf<'sessions.update'>
type Line = Create['lines'][number]
type With<I> = I & { readonly sealer: Pick<Sealer, 'derive'> }

const DAY_MINUTES = 1440

function wrong(field: string, detail: string): Refusal<'validation_failed'> {
  return { refused: 'validation_failed', field, detail: `${field}: ${detail}` }
}

/** What one line can't say about itself: fees within amounts, references once, the sum within bounds. */
function checkLines(lines: readonly Amounts[]): Refusal | null {
  return checkEach(lines) ?? checkSum(lines)
}

interface Amounts {
  readonly reference: string
  readonly amount: number
  readonly platformFee?: number | undefined
}

function checkEach(lines: readonly Amounts[]): Refusal | null {
  const seen = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const first = seen.get(line.reference)
    if (first !== undefined) return wrong(`lines[${index}].reference`, `'${line.reference}' is the reference of lines[${first}] already; give each line its own.`)
    seen.set(line.reference, index)
    if ((line.platformFee ?? 0) > line.amount) return wrong(`lines[${index}].platformFee`, `${line.platformFee} is more than the line's amount, ${line.amount}; expected at most that.`)
  }
  return null
}

function checkSum(lines: readonly Pick<Amounts, 'amount'>[]): Refusal | null {
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  return total > MAX_AMOUNT ? wrong('lines', `the amounts sum to ${total}; expected at most ${MAX_AMOUNT}, 12 digits.`) : null
}

async function checkSellers(tx: Tx, marketplace: string, lines: readonly Line[]): Promise<Refusal | null> {
  const rows = await tx.db.selectFrom('sellers').select('id').where('marketplace_id', '=', marketplace)
    .where('id', 'in', lines.map(({ seller }) => seller)).execute()
  const known = new Set(rows.map(({ id }) => id))
  const index = lines.findIndex(({ seller }) => !known.has(seller))
  if (index === -1) return null
  return { refused: 'not_found', field: `lines[${index}].seller`, detail: `There is no seller ${lines[index]!.seller} in this marketplace. Create the seller first.` }
}

async function referenceTaken(tx: Tx, marketplace: string, reference: string): Promise<Refusal | null> {
  const row = await tx.db.selectFrom('orders').select(['id', 'session_id']).where('marketplace_id', '=', marketplace)
    .where('reference', '=', reference).executeTakeFirst()
  return row ? {
    refused: 'reference_taken', field: 'reference', existing: row.session_id,
    detail: `The reference '${reference}' belongs to session ${row.session_id} of order ${row.id}. Use that one, or another reference.`,
  } : null
}

interface NewOrder {
  readonly marketplace: string
  readonly input: Create
  readonly now: Date
  readonly order: string
  readonly session: string
  readonly terms: readonly ReleaseTerms[]
}

async function insertOrder(tx: Tx, { marketplace, input, now, order, session }: NewOrder): Promise<boolean> {
  const sum = (amount: (line: Line) => number): bigint => BigInt(input.lines.reduce((total, line) => total + amount(line), 0))
  const row = await tx.db.insertInto('orders').values({
    marketplace_id: marketplace, id: order, reference: input.reference, state: 'open', currency: input.currency,
    amount: sum(({ amount }) => amount), platform_fee: sum(({ platformFee }) => platformFee ?? 0),
    buyer_reference: input.buyer?.reference ?? null, buyer_name: input.buyer?.name ?? null, buyer_email: input.buyer?.email ?? null,
    session_id: session, metadata: JSON.stringify(input.metadata ?? {}), created_at: now,
  }).onConflict((conflict) => conflict.columns(['marketplace_id', 'reference']).doNothing()).returning('id').executeTakeFirst()
  return row !== undefined
}

async function insertLines(tx: Tx, { marketplace, input, now, order, terms }: NewOrder): Promise<void> {
  const escrows = input.lines.map((line, position) => ({
    marketplace_id: marketplace, id: newId('escrow'), order_id: order, seller_id: line.seller, position, reference: line.reference,
    description: line.description ?? null, currency: input.currency, amount: BigInt(line.amount), platform_fee: BigInt(line.platformFee ?? 0),
    release_method: terms[position]!.method, inspection_days: terms[position]!.inspectionDays, claim_days: terms[position]!.claimDays,
    created_at: now,
  }))
  await tx.db.insertInto('escrows').values(escrows).execute()
  await tx.db.insertInto('milestones').values(escrows.map((escrow) => ({
    marketplace_id: marketplace, id: newId('milestone'), escrow_id: escrow.id, order_id: order, seller_id: escrow.seller_id,
    position: escrow.position, currency: escrow.currency, state: 'unfunded' as const, amount: escrow.amount, fee: escrow.platform_fee,
  }))).execute()
}

async function insertSession(tx: Tx, { marketplace, input, now, order, session, terms }: NewOrder, connector: PaymentConnector): Promise<void> {
  const plan = planCapture({ terms, days: connector.capabilities.authorizationDays, at: now })
  const expiresAt = new Date(now.getTime() + (input.expiresInMinutes ?? DAY_MINUTES) * 60_000)
  await tx.db.insertInto('sessions').values({
    marketplace_id: marketplace, id: session, order_id: order, state: 'open', revision: 1, currency: input.currency,
    amount: BigInt(input.lines.reduce((total, { amount }) => total + amount, 0)), capture_mode: input.captureMode ?? 'automatic',
    capture_plan: JSON.stringify({
      when: plan.when, reason: plan.reason, latestReleaseAt: plan.latestReleaseAt?.toISOString() ?? null,
      authorizationExpiresAt: plan.authorizationExpiresAt.toISOString(),
    }),
    return_url: input.returnUrl, expires_at: expiresAt, created_at: now,
  }).execute()
  await tx.db.insertInto('timers').values({ marketplace_id: marketplace, kind: 'session_expiry', subject: session, due_at: expiresAt }).execute()
}

type CreateInput = With<Create> & { readonly connector: PaymentConnector }

async function createOne(tx: Tx, { marketplace, input, now }: Call<CreateInput>): Promise<CheckoutSession | Refusal> {
  const { currencies } = input.connector.capabilities
  if (currencies !== 'any' && !currencies.has(input.currency)) return wrong('currency', `${input.connector.name} takes no ${input.currency}; expected one of ${[...currencies].join(', ')}.`)
  const refusal = checkLines(input.lines) ?? await checkSellers(tx, marketplace, input.lines)
  if (refusal) return refusal
  const made: NewOrder = {
    marketplace, input, now, order: newId('order'), session: newId('session'),
    terms: input.lines.map(({ releaseTerms }) => resolveTerms(releaseTerms, now)),
  }
  if (!await insertOrder(tx, made)) return (await referenceTaken(tx, marketplace, input.reference))!
  await insertSession(tx, made, input.connector)
  await insertLines(tx, made)
  return answer(tx, { marketplace, now, session: made.session, sealer: input.sealer }, [
    { type: 'order.created', of: 'order' }, { type: 'session.created', of: 'session' },
  ])
}

type Told = { readonly type: StagedEvent['type']; readonly of: 'order' | 'session' | 'escrows' }

/** Reads the session as it stands, tells what happened, and answers. */
async function answer(
  tx: Tx,
  { marketplace, now, session, sealer }: { marketplace: string; now: Date; session: string; sealer: Pick<Sealer, 'derive'> },
  told: readonly Told[],
): Promise<CheckoutSession> {
  const [found] = await readSessions({ db: tx.db, sealer }, marketplace, [session])
  const { clientSecret, ...inEvent } = found!
  const [order] = told.some(({ of }) => of === 'order') ? await readOrders(tx.db, marketplace, [found!.order]) : []
  const escrows = told.some(({ of }) => of === 'escrows') ? await readEscrows(tx.db, marketplace, found!.lines.map(({ escrow }) => escrow)) : []
  stageEvents(tx, { marketplace, now }, told.flatMap(({ type, of }): StagedEvent[] => {
    if (of === 'escrows') return escrows.map((escrow) => ({ type, subject: escrow.id, data: escrow }))
    return of === 'order' ? [{ type, subject: order!.id, data: order! }] : [{ type, subject: session, data: inEvent satisfies CheckoutSessionInEvent }]
  }))
  return { ...inEvent, clientSecret }
}

async function each<I, O>(calls: readonly Call<I>[], one: (call: Call<I>) => Promise<O>): Promise<O[]> {
  const outcomes: O[] = []
  for (const call of calls) outcomes.push(await one(call))
  return outcomes
}

/** Creates an order, one escrow a line with its milestone, and the session in which the buyer pays. */
export const createSession: Command<CreateInput, CheckoutSession> = {
  name: 'sessions.create',
  run: (tx, calls) => each(calls, (call) => createOne(tx, call)),
}

async function lockSession(tx: Tx, marketplace: string, id: string) {
  return tx.db.selectFrom('sessions').selectAll().where('marketplace_id', '=', marketplace).where('id', '=', id)
    .forNoKeyUpdate().executeTakeFirst()
}

async function changeLines(tx: Tx, { marketplace, order }: { marketplace: string; order: string }, changes: NonNullable<Update['lines']>): Promise<bigint | Refusal> {
  const rows = await tx.db.selectFrom('escrows').select(['id', 'reference', 'amount', 'platform_fee']).where('marketplace_id', '=', marketplace)
    .where('order_id', '=', order).orderBy('position').forNoKeyUpdate().execute()
  const unknown = changes.findIndex(({ reference }) => !rows.some((row) => row.reference === reference))
  if (unknown !== -1) return wrong(`lines[${unknown}].reference`, `no line of this session is '${changes[unknown]!.reference}'; expected one of ${rows.map(({ reference }) => reference).join(', ')}.`)
  const stored = new Map(rows.map((row) => [row.reference, { id: row.id, reference: row.reference, amount: Number(row.amount), platformFee: Number(row.platform_fee) }]))
  const changed = changes.map(({ reference, amount, platformFee }) => {
    const line = stored.get(reference)!
    return { ...line, amount: amount ?? line.amount, platformFee: platformFee ?? line.platformFee }
  })
  const lines = [...stored.values()].map((line) => changed.find(({ id }) => id === line.id) ?? line)
  const refusal = checkEach(changed) ?? checkSum(lines)
  if (refusal) return refusal
  for (const { id, amount, platformFee } of changed) {
    await tx.db.updateTable('escrows').set({ amount: BigInt(amount), platform_fee: BigInt(platformFee) }).where('marketplace_id', '=', marketplace).where('id', '=', id).execute()
    await tx.db.updateTable('milestones').set({ amount: BigInt(amount), fee: BigInt(platformFee) }).where('marketplace_id', '=', marketplace).where('escrow_id', '=', id).execute()
  }
  const total = (of: (line: (typeof lines)[number]) => number): bigint => BigInt(lines.reduce((sum, line) => sum + of(line), 0))
  await tx.db.updateTable('orders').set({ amount: total(({ amount }) => amount), platform_fee: total(({ platformFee }) => platformFee) })
    .where('marketplace_id', '=', marketplace).where('id', '=', order).execute()
  return total(({ amount }) => amount)
}

type UpdateInput = With<Update> & { readonly id: string }

async function updateOne(tx: Tx, { marketplace, input, now }: Call<UpdateInput>): Promise<CheckoutSession | Refusal> {
  const row = await lockSession(tx, marketplace, input.id)
  if (!row) return notFound('checkout session', input.id)
  const step = sessionMachine.step(row.state, 'update')
  if (isRefusal(step)) return step
  const amount = input.lines ? await changeLines(tx, { marketplace, order: row.order_id }, input.lines) : row.amount
  if (isRefusal(amount)) return amount
  await tx.db.updateTable('sessions').set({ amount, revision: input.lines ? row.revision + 1 : row.revision, return_url: input.returnUrl ?? row.return_url })
    .where('marketplace_id', '=', marketplace).where('id', '=', row.id).where('state', '=', row.state).execute()
  if (input.buyer || input.metadata) {
    await tx.db.updateTable('orders').set({
      ...(input.buyer && { buyer_reference: input.buyer.reference ?? null, buyer_name: input.buyer.name ?? null, buyer_email: input.buyer.email ?? null }),
      ...(input.metadata && { metadata: JSON.stringify(input.metadata) }),
    }).where('marketplace_id', '=', marketplace).where('id', '=', row.order_id).execute()
  }
  return answer(tx, { marketplace, now, session: row.id, sealer: input.sealer }, [{ type: 'session.updated', of: 'session' }])
}

/** Changes an open session; changed lines make a new revision, which the buyer's page must have seen to confirm it. */
export const updateSession: Command<UpdateInput, CheckoutSession> = {
  name: 'sessions.update',
  run: (tx, calls) => each(calls, (call) => updateOne(tx, call)),
}

type Ending = 'expire' | 'cancel'
const endings = { expire: 'session.expired', cancel: 'session.canceled' } as const

/**
 * Ends a session that nobody is paying in, and with it the order that only it could pay for.
 *
 * @refuses session_not_open - it ended already, or an attempt is under way
 */
export async function endSession(tx: Tx, input: {
  readonly marketplace: string
  readonly session: string
  readonly ending: Ending
  readonly now: Date
  readonly sealer: Pick<Sealer, 'derive'>
}): Promise<CheckoutSession | Refusal> {
  const { marketplace, now, sealer } = input
  const row = await lockSession(tx, marketplace, input.session)
  if (!row) return notFound('checkout session', input.session)
  const step = sessionMachine.step(row.state, input.ending)
  if (isRefusal(step)) return step
  const order = await tx.db.selectFrom('orders').select(['id', 'state']).where('marketplace_id', '=', marketplace).where('id', '=', row.order_id).forNoKeyUpdate().executeTakeFirstOrThrow()
  const canceled = orderMachine.step(order.state, 'cancel')
  if (isRefusal(canceled)) return canceled
  const closed = milestoneMachine.step('unfunded', 'empty')
  if (isRefusal(closed)) throw new Error(closed.detail)
  const by = (table: 'sessions' | 'orders', id: string, from: string, to: string) =>
    tx.client.query(`update ${table} set state = $4 where marketplace_id = $1 and id = $2 and state = $3`, [marketplace, id, from, to])
  await by('sessions', row.id, row.state, step.state)
  await by('orders', order.id, order.state, canceled.state)
  await tx.db.updateTable('milestones').set({ state: closed.state }).where('marketplace_id', '=', marketplace)
    .where('order_id', '=', order.id).where('state', '=', 'unfunded').execute()
  await tx.db.deleteFrom('timers').where('marketplace_id', '=', marketplace).where('kind', '=', 'session_expiry').where('subject', '=', row.id).execute()
  return answer(tx, { marketplace, now, session: row.id, sealer }, [
    { type: endings[input.ending], of: 'session' }, { type: 'escrow.closed', of: 'escrows' }, { type: 'order.canceled', of: 'order' },
  ])
}

/** Ends an open session by the merchant's call. */
export function endSessionCommand(name: 'sessions.expire' | 'sessions.cancel'): Command<With<{ readonly id: string }>, CheckoutSession> {
  const ending: Ending = name === 'sessions.expire' ? 'expire' : 'cancel'
  return {
    name,
    run: (tx, calls) => each(calls, ({ marketplace, input, now }) =>
      endSession(tx, { marketplace, session: input.id, ending, now, sealer: input.sealer })),
  }
}
