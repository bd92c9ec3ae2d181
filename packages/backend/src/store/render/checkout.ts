import { cardBrands, exponentOf, walletFlows, type PaymentMethodType } from '@holdfast/contract'
import type { Attempt, CheckoutView, CollectInput, Details } from '@holdfast/contract/types'
import { autoReleaseAt } from '@holdfast/core'
import { asks, collectOf, detailsOf } from '../../details/details.ts'
import type { Selectable } from 'kysely'
import { offerOf, readOffered } from '../../saved-cards/store.ts'
import type { Terms } from '../../rails.ts'
import type { PaymentsTable } from '../tables.ts'
import type { WalletMethod } from '../../wallets/offer.ts'
import { instant, instantOrNull, wire, type Reader } from './values.ts'

export interface CheckoutFrame {
  /** Where the vault serves its frame to this marketplace's pages. */
  readonly frameUrl: string
  readonly now: Date
  /** The ways to pay that a session offers. */
  readonly methods: (terms: Terms) => readonly PaymentMethodType[]
  /** Wallets that give a card, wherever cards are taken. */
  readonly wallets: readonly WalletMethod[]
}

/** The newest attempt of a session, if there was one. */
export async function readNewestPayment(db: Reader, marketplace: string, session: string): Promise<Selectable<PaymentsTable> | undefined> {
  return db.selectFrom('payments').selectAll().where('marketplace_id', '=', marketplace).where('session_id', '=', session)
    .orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** What the component shows of a session: who is paid, how much, and when it is released. */
export async function readCheckout(
  db: Reader,
  { marketplace, session }: { readonly marketplace: string; readonly session: string },
  { frameUrl, now, attempt, methods, wallets }: CheckoutFrame & { readonly attempt: Attempt | null },
): Promise<CheckoutView | null> {
  const row = await db.selectFrom('sessions')
    .innerJoin('orders', (join) => join.onRef('orders.marketplace_id', '=', 'sessions.marketplace_id').onRef('orders.id', '=', 'sessions.order_id'))
    .innerJoin('marketplaces', 'marketplaces.marketplace_id', 'sessions.marketplace_id')
    .selectAll('sessions')
    .select(['orders.reference', 'orders.details', 'orders.buyer_reference', 'orders.buyer_company', 'marketplaces.name', 'marketplaces.mode'])
    .where('sessions.marketplace_id', '=', marketplace).where('sessions.id', '=', session).executeTakeFirst()
  if (!row) return null
  const lines = await db.selectFrom('escrows')
    .innerJoin('sellers', (join) => join.onRef('sellers.marketplace_id', '=', 'escrows.marketplace_id').onRef('sellers.id', '=', 'escrows.seller_id'))
    .selectAll('escrows').select('sellers.name as seller_name')
    .where('escrows.marketplace_id', '=', marketplace).where('escrows.order_id', '=', row.order_id).orderBy('escrows.position').execute()
  const offer = offerOf({ marketplace, ...row })
  return {
    object: 'checkout', session: row.id, order: row.order_id, reference: row.reference, status: row.state, mode: row.mode,
    revision: row.revision, marketplaceName: row.name, currency: row.currency, exponent: exponentOf(row.currency), amount: wire(row.amount),
    shares: lines.map((line) => {
      const terms = { method: line.release_method, inspectionDays: line.inspection_days, claimDays: line.claim_days }
      return {
        reference: line.reference, sellerName: line.seller_name, description: line.description, amount: wire(line.amount),
        platformFee: wire(line.platform_fee), releaseTerms: terms, autoReleaseIfShippedNow: instantOrNull(autoReleaseAt(terms, now)),
      }
    }),
    methods: methods({ currency: row.currency, captureMode: row.capture_mode }).flatMap((type): CheckoutView['methods'] =>
      (type === 'card' ? [{ type, brands: [...cardBrands], frameUrl }, ...wallets]
        : [{ type, flows: [...walletFlows] }])),
    details: readDetails(row),
    savedCards: offer && { securityCode: offer.securityCode, shareable: offer.buyer.company !== null, cards: await readOffered(db, offer.buyer, now) },
    attempt, returnUrl: row.return_url, expiresAt: instant(row.expires_at),
  }
}

function readDetails({ collect: stored, details }: { readonly collect: CollectInput; readonly details: Partial<Details> }): CheckoutView['details'] {
  const collect = collectOf(stored)
  return asks(collect) ? { collect, values: detailsOf(details) } : null
}
