import { detailNames, type BodyOf } from '@holdfast/contract'
import type { CheckoutSession, Details } from '@holdfast/contract/types'
import { isRefusal, milestoneMachine, orderMachine, sessionMachine, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { stageEvents, type StagedEvent } from '../events.ts'
import { notFound } from '../not-found.ts'
import { readEscrows, readOrders } from '../store/render/orders.ts'
import { inEvent, openingOf, readSessions, type Opening } from '../store/render/sessions.ts'
import { oneByOne, type Call, type Command } from './execute.ts'
import { checkEach, checkSum, wrong } from './lines.ts'

type Update = BodyOf<'sessions.update'>
type With<I> = I & Opening

type Told = { readonly type: StagedEvent['type']; readonly of: 'order' | 'session' | 'escrows' }

/** Reads the session as it stands, tells what happened, and answers. */
async function answer(
  tx: Tx,
  { marketplace, now, session, ...opening }: { marketplace: string; now: Date; session: string } & Opening,
  told: readonly Told[],
): Promise<CheckoutSession> {
  const [found] = await readSessions({ db: tx.db, ...opening }, marketplace, [session])
  const [order] = told.some(({ of }) => of === 'order') ? await readOrders(tx.db, marketplace, [found!.order]) : []
  const escrows = told.some(({ of }) => of === 'escrows') ? await readEscrows(tx.db, marketplace, found!.lines.map(({ escrow }) => escrow)) : []
  stageEvents(tx, { marketplace, now }, told.flatMap(({ type, of }): StagedEvent[] => {
    if (of === 'escrows') return escrows.map((escrow) => ({ type, subject: escrow.id, data: escrow }))
    return of === 'order' ? [{ type, subject: order!.id, data: order! }] : [{ type, subject: session, data: inEvent(found!) }]
  }))
  return found!
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

const buyerWanted: Refusal = wrong('buyer.reference', 'a session with savedCards needs its buyer; expected your reference of them.')

type UpdateInput = With<Omit<Update, 'details'>> & { readonly id: string; readonly details?: Partial<Details> | undefined }

async function updateOne(tx: Tx, { marketplace, input, now }: Call<UpdateInput>): Promise<CheckoutSession | Refusal> {
  const row = await lockSession(tx, marketplace, input.id)
  if (!row) return notFound('checkout session', input.id)
  const step = sessionMachine.step(row.state, 'update')
  if (isRefusal(step)) return step
  if (row.saved_cards && input.buyer && !input.buyer.reference) return buyerWanted
  const amount = input.lines ? await changeLines(tx, { marketplace, order: row.order_id }, input.lines) : row.amount
  if (isRefusal(amount)) return amount
  await tx.db.updateTable('sessions').set({ amount, revision: input.lines ? row.revision + 1 : row.revision, return_url: input.returnUrl ?? row.return_url, ...(input.collect && { collect: JSON.stringify(input.collect) }) })
    .where('marketplace_id', '=', marketplace).where('id', '=', row.id).where('state', '=', row.state).execute()
  if (input.buyer || input.metadata) {
    await tx.db.updateTable('orders').set({
      ...(input.buyer && { buyer_reference: input.buyer.reference ?? null, buyer_name: input.buyer.name ?? null, buyer_email: input.buyer.email ?? null, buyer_company: input.buyer.companyReference ?? null }),
      ...(input.metadata && { metadata: JSON.stringify(input.metadata) }),
    }).where('marketplace_id', '=', marketplace).where('id', '=', row.order_id).execute()
  }
  if (input.details) await keepDetails(tx, { marketplace, order: row.order_id, details: input.details })
  return answer(tx, { marketplace, now, session: row.id, ...openingOf(input) }, [{ type: 'session.updated', of: 'session' }])
}

/** Changes an open session; changed lines make a new revision, which the buyer's page must have seen to confirm it. */
export const updateSession: Command<UpdateInput, CheckoutSession> = {
  name: 'sessions.update',
  run: oneByOne(updateOne),
}

/** Puts what is said now over what was said before; whether that changes anything. */
async function keepDetails(tx: Tx, { marketplace, order, details }: { marketplace: string; order: string; details: Partial<Details> }): Promise<boolean> {
  const { rowCount } = await tx.client.query({
    name: 'keep_details',
    text: `update orders set details = details || $3::jsonb where marketplace_id = $1 and id = $2
             and jsonb_strip_nulls(details || $3::jsonb) is distinct from jsonb_strip_nulls(details)`,
    values: [marketplace, order, JSON.stringify(details)],
  })
  return rowCount === 1
}

type DetailsInput = With<{ readonly session: string; readonly details: Partial<Details> }>

async function detailOne(tx: Tx, { marketplace, input, now }: Call<DetailsInput>): Promise<{ readonly kept: true } | Refusal> {
  const row = await lockSession(tx, marketplace, input.session)
  if (!row) return notFound('checkout session', input.session)
  if (row.state === 'processing') return underWay
  const step = sessionMachine.step(row.state, 'update')
  if (isRefusal(step)) return step
  const unasked = detailNames.find((name) => input.details[name] !== undefined && !row.collect[name])
  if (unasked) return wrong(unasked, 'this session does not ask its buyer for it.')
  const changed = await keepDetails(tx, { marketplace, order: row.order_id, details: input.details })
  if (changed) await answer(tx, { marketplace, now, session: row.id, ...openingOf(input) }, [{ type: 'session.updated', of: 'session' }])
  return { kept: true }
}

const underWay: Refusal = { refused: 'attempt_in_progress', detail: 'An attempt to pay is under way, with the details as they were. Wait for its outcome.' }

/** Keeps what the buyer says of the order, while the session is open: before an attempt, never during one. */
export const keepBuyersDetails: Command<DetailsInput, { readonly kept: true }> = {
  name: 'checkout.details',
  run: oneByOne(detailOne),
}

type Ending = 'expire' | 'cancel'
const endings = { expire: 'session.expired', cancel: 'session.canceled' } as const

/**
 * Ends a session that nobody is paying in, and with it the order that only it could pay for.
 *
 * @refuses session_not_open - it ended already, or an attempt is under way
 */
export async function endSession(tx: Tx, input: Opening & {
  readonly marketplace: string
  readonly session: string
  readonly ending: Ending
  readonly now: Date
}): Promise<CheckoutSession | Refusal> {
  const { marketplace, now } = input
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
  return answer(tx, { marketplace, now, session: row.id, ...openingOf(input) }, [
    { type: endings[input.ending], of: 'session' }, { type: 'escrow.closed', of: 'escrows' }, { type: 'order.canceled', of: 'order' },
  ])
}

/** Ends an open session by the merchant's call. */
export function endSessionCommand(name: 'sessions.expire' | 'sessions.cancel'): Command<With<{ readonly id: string }>, CheckoutSession> {
  const ending: Ending = name === 'sessions.expire' ? 'expire' : 'cancel'
  return {
    name,
    run: oneByOne((tx, { marketplace, input, now }) =>
      endSession(tx, { marketplace, session: input.id, ending, now, ...openingOf(input) })),
  }
}
