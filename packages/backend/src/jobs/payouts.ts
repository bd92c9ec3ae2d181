import {
  completePayout, failPayout, happened, isRefusal, payoutMachine, returnPayout, type PayoutChange,
  type PayoutEvent,
} from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { payoutConnectorOf } from '../rails.ts'
import { lockCustody, lockSellers, openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { isResolved, RAIL_TIMEOUT_MS, recordOutcomes, type OperationRow } from '../store/operations.ts'
import { lockPayouts, payoutOf, type PayoutRow } from '../store/payouts.ts'
import type { JobHandler, Subject } from './handler.ts'
import { mayAsk, rememberAsked } from './polls.ts'

const EVERY_MS = 2_000
/** Where nothing was paid out for so long, nothing comes back any more. */
const RETURNED_WITHIN_DAYS = 120

/** Reads what banks say about payouts; a return can follow a completion by days. */
export const payouts: JobHandler = {
  queue: 'payouts',
  async due(deps, { limit, except }) {
    const { rows } = await deps.pool.query<Subject>({
      name: 'due_payouts',
      text: `select m.marketplace_id as marketplace, m.marketplace_id || '/' || bank.connector as id
             from marketplaces m cross join unnest($2::text[]) as bank (connector)
             cross join lateral (
               select created_at from payouts p where p.marketplace_id = m.marketplace_id and p.connector = bank.connector
               order by id desc limit 1
             ) as newest
             where m.marketplace_id || '/' || bank.connector <> all($1) and newest.created_at > app_now() - interval '${RETURNED_WITHIN_DAYS} days'
             order by 2`,
      values: [except, [...deps.rails.payouts.keys()]],
    })
    return rows.filter(({ id }) => mayAsk(deps, `payouts/${id}`, { everyMs: EVERY_MS })).slice(0, limit)
  },
  async handle(deps, { marketplace, id }) {
    const connector = id.split('/')[1] as string
    rememberAsked(deps, `payouts/${id}`)
    const row = await deps.db.selectFrom('rail_cursors').select('cursor')
      .where('marketplace_id', '=', marketplace)
      .where('connector', '=', connector).where('feed', '=', 'payouts').executeTakeFirst()
    const from = row?.cursor ?? null
    const { changes, cursor } = await payoutConnectorOf(deps.rails, connector).changes(from,
      { timeoutMs: RAIL_TIMEOUT_MS })
    if (cursor === from || cursor === null) return
    await inTransaction(deps.pool, (tx) =>
      record(deps, tx, { marketplace, connector, from, cursor, changes }))
  },
}

interface News {
  readonly marketplace: string
  readonly connector: string
  readonly from: string | null
  readonly cursor: string
  readonly changes: readonly PayoutChange[]
}

async function record(deps: Deps, tx: Tx, news: News): Promise<void> {
  const { marketplace, connector, changes } = news
  if (!(await moveCursor(tx, news))) return
  const ops = await tx.db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector)
    .where('kind', '=', 'payout')
    .where('request_id', 'in', changes.map(({ requestId }) => requestId).concat('')).execute()
  const desk = openDesk({ marketplace, now: await readNow(tx) })
  const rows = await lockPayouts(tx, marketplace, ops.flatMap(({ payout_id: payout }) => payout ?? []))
  await lockSellers(tx, desk, rows.map(({ seller_id: seller, currency }) => ({ seller, currency })))
  if (rows.length > 0) await lockCustody(tx, desk, rows.map(({ currency }) => currency))
  for (const change of changes) {
    const op = ops.find(({ request_id: requestId }) => requestId === change.requestId)
    const row = op && rows.find(({ id }) => id === op.payout_id)
    if (op && row) await applyChange({ deps, tx, desk, op, row }, change)
  }
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
}

/** False: another worker has read on meanwhile. */
async function moveCursor(tx: Tx, { marketplace, connector, from, cursor }: News): Promise<boolean> {
  const { rowCount } = await tx.client.query({
    name: 'move_cursor',
    text: `insert into rail_cursors as c (marketplace_id, connector, feed, cursor) values ($1, $2, 'payouts', $3)
           on conflict (marketplace_id, connector, feed) do update set cursor = $3 where c.cursor = $4`,
    values: [marketplace, connector, cursor, from],
  })
  return rowCount === 1
}

interface Changing {
  readonly deps: Deps
  readonly tx: Tx
  readonly desk: Desk
  readonly op: OperationRow
  readonly row: PayoutRow
}

const events: Readonly<Record<PayoutChange['status'], PayoutEvent>> = {
  processing: 'process', completed: 'complete', failed: 'fail', returned: 'return',
}

/** Money that came back before the bank called it sent has failed; what failed after it was sent has come back. */
function asItStands(state: PayoutRow['state'], said: PayoutChange): PayoutChange {
  if (said.status === 'returned' && ['created', 'submitted', 'processing'].includes(state)) return { ...said, status: 'failed', code: said.code ?? 'returned' }
  return said.status === 'failed' && state === 'completed' ? { ...said, status: 'returned', code: said.code ?? 'failed' } : said
}

/** States move forward only: what the bank repeats, or says too late, changes nothing. */
async function applyChange(changing: Changing, said: PayoutChange): Promise<void> {
  const { deps, tx, desk, op, row } = changing
  const change = asItStands(row.state, said)
  const next = payoutMachine.step(row.state, events[change.status])
  if (isRefusal(next)) {
    deps.log.warn({ payout: row.id, state: row.state, said: change.status },
      'the bank said what cannot follow')
    return
  }
  move(desk, row, change.status)
  await tx.db.updateTable('payouts').set({
    state: next.state,
    ...(change.status === 'completed' && { completed_at: change.at }),
    ...(change.status === 'returned' && { returned_at: change.at }),
    ...((change.status === 'failed' || change.status === 'returned')
      && { failure_code: change.code ?? change.status, failure_detail: change.detail ?? '' }),
  }).where('marketplace_id', '=', desk.marketplace).where('id', '=', row.id).where('state', '=', row.state)
    .execute()
  row.state = next.state
  if (isResolved(op) || op.state === 'intent_written') return
  const outcome = { outcome: 'approved', railReference: op.rail_reference ?? op.request_id,
    amount: op.amount } as const
  recordOutcomes(tx, [{ op, event: 'confirm', outcome }], desk.now)
  op.state = 'confirmed'
}

function move(desk: Desk, row: PayoutRow, status: PayoutChange['status']): void {
  const payout = payoutOf(row)
  if (status === 'completed') completePayout(desk.book, payout)
  else if (status === 'failed') failPayout(desk.book, payout)
  else if (status === 'returned') returnPayout(desk.book, payout)
  else happened(desk.book, 'payout.processing', row.id)
}
