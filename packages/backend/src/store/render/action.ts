import type { AttemptAction } from '@holdfast/contract/types'
import type { BuyerAction, Outcome } from '@holdfast/core'
import { sql, type Selectable } from 'kysely'
import encodeQR from 'qr'
import type { PaymentsTable } from '../tables.ts'
import { threeDSecureOf } from '../three-d-secure.ts'
import type { Reader } from './values.ts'

/** What a buyer has to do for an attempt that waits for him: as the rail told it, while there is time for it. */
export async function readAction(
  db: Reader, { marketplace_id: marketplace, id }: Selectable<PaymentsTable>,
): Promise<AttemptAction | null> {
  const { rows } = await sql<{ outcome: Outcome | null; request: Record<string, unknown>; now: Date; offset_ms: bigint }>`
    select o.outcome, o.request, app_now() as now, c.offset_ms from operations o cross join clock c
    where o.marketplace_id = ${marketplace} and o.payment_id = ${id} and o.kind in ('authorize', 'sale')`.execute(db)
  const [row] = rows
  if (row?.outcome?.outcome !== 'action_required') return null
  const { action } = row.outcome
  const clock = { now: row.now, offsetMs: Number(row.offset_ms) }
  if (action.type !== 'authenticate') return renderAction(action, clock)
  const asked = threeDSecureOf(row)
  if (!asked || Date.parse(asked.expiresAt) <= clock.now.getTime()) return null
  return {
    type: 'three_d_secure', step: action.step, pageUrl: action.url, window: asked.window,
    frameUrl: asked.frameUrl,
    expiresAt: realTime(Date.parse(asked.expiresAt), clock),
  }
}

interface ClockReading {
  readonly now: Date
  readonly offsetMs: number
}

/** The page counts down to it, on real time. */
const realTime = (instant: number, { offsetMs }: ClockReading): string => new Date(instant - offsetMs).toISOString()

/** No phone reads a longer one off a screen. */
const MAX_CONTENT = 1_000

/**
 * A buyer's action as the page shows it. Its end is an instant of real time: the page counts down to it.
 *
 * @param clock - what the action's own instants are of
 */
function renderAction(action: Exclude<BuyerAction, { readonly type: 'authenticate' }>, clock: ClockReading): AttemptAction | null {
  if (action.type === 'wait') return null
  const until = Date.parse(action.expiresAt)
  if (until <= clock.now.getTime() || (action.type === 'qr_code' && action.content.length > MAX_CONTENT)) return null
  const expiresAt = realTime(until, clock)
  return action.type === 'redirect' ? { type: 'redirect', url: action.url, expiresAt }
    : { type: 'qr_code', ...drawCode(action.content), expiresAt }
}

/** The library draws a border of at least one module; the page draws its own. */
const BORDER = 1

/** Draws a code on our side, so that no page needs a library for it. A seventh of it may be lost (level M). */
export function drawCode(content: string): { readonly size: number; readonly modules: string } {
  const rows = encodeQR(content, 'raw', { ecc: 'medium', border: BORDER }).slice(BORDER, -BORDER).map((row) => row.slice(BORDER, -BORDER))
  return { size: rows.length, modules: rows.flat().map((dark) => (dark ? '1' : '0')).join('') }
}
