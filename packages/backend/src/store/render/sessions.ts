import type { CheckoutSession, CheckoutSessionInEvent } from '@holdfast/contract/types'
import { clientSecretOf } from '../../client-secret.ts'
import { collectOf, detailsOf } from '../../details/details.ts'
import { hostedUrlOf } from '../../hosted/origin.ts'
import type { Sealer } from '../../seal.ts'
import { grouped, inOrder, instant, wire, type Reader } from './values.ts'

async function lines(db: Reader, marketplace: string, orders: readonly string[]) {
  if (orders.length === 0) return new Map<string, never[]>()
  const rows = await db.selectFrom('escrows').selectAll().where('marketplace_id', '=', marketplace)
    .where('order_id', 'in', orders).orderBy('position').execute()
  return grouped(rows, ({ order_id: order }) => order)
}

/** What a session's secret is derived from, and the link that holds it. */
export interface Opening {
  readonly sealer: Pick<Sealer, 'derive'>
  readonly publicUrl: () => string
}

export const openingOf = ({ sealer, publicUrl }: Opening): Opening => ({ sealer, publicUrl })

/** A session as events tell of it: without what opens it. */
export function inEvent({ clientSecret: _secret, hostedUrl: _link, ...session }: CheckoutSession): CheckoutSessionInEvent {
  return session
}

/** Checkout sessions, with their client secrets: for the merchant's server, never for events. */
export async function readSessions(
  { db, sealer, publicUrl }: { readonly db: Reader } & Opening,
  marketplace: string,
  ids: readonly string[],
): Promise<CheckoutSession[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('sessions')
    .innerJoin('orders', (join) => join.onRef('orders.marketplace_id', '=', 'sessions.marketplace_id').onRef('orders.id', '=', 'sessions.order_id'))
    .innerJoin('marketplaces', 'marketplaces.marketplace_id', 'sessions.marketplace_id')
    .selectAll('sessions')
    .select([
      'orders.reference', 'orders.buyer_reference', 'orders.buyer_name', 'orders.buyer_email', 'orders.buyer_company', 'orders.metadata',
      'orders.details', 'orders.payment_link_id', 'marketplaces.mode',
    ])
    .where('sessions.marketplace_id', '=', marketplace).where('sessions.id', 'in', ids).execute()
  const opened = ({ id }: { readonly id: string }) => {
    const clientSecret = clientSecretOf(sealer, { marketplace, id })
    return { clientSecret, hostedUrl: hostedUrlOf({ publicUrl }, { marketplace, clientSecret }) }
  }
  const byOrder = await lines(db, marketplace, rows.map(({ order_id: order }) => order))
  return inOrder(ids, rows.map((row) => ({
    ...opened(row),
    id: row.id, object: 'checkout_session' as const, reference: row.reference, order: row.order_id, status: row.state, mode: row.mode,
    revision: row.revision, currency: row.currency, amount: wire(row.amount), captureMode: row.capture_mode,
    capturePlan: row.capture_plan, threeDSecure: row.three_d_secure, returnUrl: row.return_url,
    buyer: { reference: row.buyer_reference, name: row.buyer_name, email: row.buyer_email, companyReference: row.buyer_company },
    collect: collectOf(row.collect), details: detailsOf(row.details),
    savedCards: row.saved_cards && { securityCode: row.saved_cards },
    lines: (byOrder.get(row.order_id) ?? []).map((line) => ({
      reference: line.reference, escrow: line.id, seller: line.seller_id, description: line.description,
      amount: wire(line.amount), platformFee: wire(line.platform_fee),
      releaseTerms: { method: line.release_method, inspectionDays: line.inspection_days, claimDays: line.claim_days },
    })),
    payment: row.payment_id, paymentLink: row.payment_link_id,
    expiresAt: instant(row.expires_at), metadata: row.metadata, createdAt: instant(row.created_at),
  })))
}
