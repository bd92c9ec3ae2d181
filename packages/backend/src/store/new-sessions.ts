import { newId, type BodyOf } from '@holdfast/contract'
import type { Details } from '@holdfast/contract/types'
import type { CapturePlan, ReleaseTerms } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { setTimers } from './timers.ts'

/** The details stand apart, once they have been checked. */
type Create = Omit<BodyOf<'sessions.create'>, 'details'>

/** An order that was decided to be, with the session in which its buyer pays. */
export interface NewSession {
  readonly order: string
  readonly session: string
  readonly input: Create & { readonly paymentLink?: string }
  /** What the merchant said of the order, checked. */
  readonly details: Partial<Details> | undefined
  /** By line. */
  readonly terms: readonly ReleaseTerms[]
  readonly plan: CapturePlan
  readonly expiresAt: Date
}

interface Place {
  readonly marketplace: string
  readonly now: Date
}

type Line = Create['lines'][number]

const sum = ({ lines }: Create, amount: (line: Line) => number): bigint =>
  BigInt(lines.reduce((total, line) => total + amount(line), 0))

/** Sends orders with their sessions, escrows and milestones. */
export function insertSessions(tx: Tx, place: Place, made: readonly NewSession[]): void {
  insertOrders(tx, place, made)
  insertRows(tx, place, made)
  insertLines(tx, place, made)
  setTimers(tx, place.marketplace, {
    kind: 'session_expiry', timers: made.map(({ session, expiresAt }) => ({ subject: session, dueAt: expiresAt })),
  })
}

function insertOrders(tx: Tx, { marketplace, now }: Place, made: readonly NewSession[]): void {
  const each = <T>(read: (input: Create) => T): T[] => made.map(({ input }) => read(input))
  tx.send({
    name: 'insert_orders',
    text: `insert into orders (marketplace_id, created_at, state, id, session_id, reference, currency, amount, platform_fee,
             buyer_reference, buyer_name, buyer_email, buyer_company, metadata, details, payment_link_id)
           select $1, $2, 'open', o.id, o.session_id, o.reference, o.currency, o.amount, o.platform_fee, o.buyer_reference,
             o.buyer_name, o.buyer_email, o.buyer_company, o.metadata::jsonb, o.details::jsonb, o.payment_link_id
           from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[],
             $13::text[], $14::text[], $15::text[])
             as o (id, session_id, reference, currency, amount, platform_fee, buyer_reference, buyer_name, buyer_email, buyer_company, metadata, details,
               payment_link_id)`,
    values: [
      marketplace, now, made.map(({ order }) => order), made.map(({ session }) => session), each(({ reference }) => reference),
      each(({ currency }) => currency), each((input) => sum(input, ({ amount }) => amount)),
      each((input) => sum(input, ({ platformFee }) => platformFee ?? 0)), each(({ buyer }) => buyer?.reference ?? null),
      each(({ buyer }) => buyer?.name ?? null), each(({ buyer }) => buyer?.email ?? null), each(({ buyer }) => buyer?.companyReference ?? null),
      each(({ metadata }) => JSON.stringify(metadata ?? {})), made.map(({ details }) => JSON.stringify(details ?? {})),
      made.map(({ input }) => input.paymentLink ?? null),
    ],
  })
}

function insertRows(tx: Tx, { marketplace, now }: Place, made: readonly NewSession[]): void {
  const each = <T>(read: (one: NewSession) => T): T[] => made.map(read)
  tx.send({
    name: 'insert_sessions',
    text: `insert into sessions (marketplace_id, created_at, state, revision, id, order_id, currency, amount, capture_mode,
             capture_plan, return_url, expires_at, collect, three_d_secure, saved_cards)
           select $1, $2, 'open', 1, s.id, s.order_id, s.currency, s.amount, s.capture_mode, s.capture_plan::jsonb, s.return_url, s.expires_at,
             s.collect::jsonb, s.three_d_secure, s.saved_cards
           from unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[],
             $12::text[], $13::text[])
             as s (id, order_id, currency, amount, capture_mode, capture_plan, return_url, expires_at, collect, three_d_secure, saved_cards)`,
    values: [
      marketplace, now, each(({ session }) => session), each(({ order }) => order), each(({ input }) => input.currency),
      each(({ input }) => sum(input, ({ amount }) => amount)), each(({ input }) => input.captureMode ?? 'automatic'),
      each(({ plan }) => planJson(plan)), each(({ input }) => input.returnUrl), each(({ expiresAt }) => expiresAt),
      each(({ input }) => JSON.stringify(input.collect ?? {})),
      each(({ input }) => input.threeDSecure ?? 'automatic'),
      each(({ input }) => (input.savedCards ? input.savedCards.securityCode ?? 'always' : null)),
    ],
  })
}

const planJson = ({ when, reason, latestReleaseAt, authorizationExpiresAt }: CapturePlan): string => JSON.stringify({
  when, reason, latestReleaseAt: latestReleaseAt?.toISOString() ?? null, authorizationExpiresAt: authorizationExpiresAt.toISOString(),
})

function insertLines(tx: Tx, { marketplace, now }: Place, made: readonly NewSession[]): void {
  const lines = made.flatMap(({ order, input, terms }) => input.lines.map((line, position) => ({
    ...line, escrow: newId('escrow'), milestone: newId('milestone'), order, position, currency: input.currency, terms: terms[position]!,
  })))
  const each = <T>(read: (line: (typeof lines)[number]) => T): T[] => lines.map(read)
  const amounts = [each(({ amount }) => amount), each(({ platformFee }) => platformFee ?? 0)]
  const places = [each(({ order }) => order), each(({ seller }) => seller), each(({ position }) => position), each(({ currency }) => currency)]
  tx.send({
    name: 'insert_escrows',
    text: `insert into escrows (marketplace_id, created_at, id, order_id, seller_id, position, currency, amount, platform_fee,
             reference, description, release_method, inspection_days, claim_days)
           select $1, $2, r.* from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bigint[], $9::bigint[],
             $10::text[], $11::text[], $12::text[], $13::int[], $14::int[])
             as r (id, order_id, seller_id, position, currency, amount, fee, reference, description, method, inspection_days, claim_days)`,
    values: [
      marketplace, now, each(({ escrow }) => escrow), ...places, ...amounts, each(({ reference }) => reference),
      each(({ description }) => description ?? null), each(({ terms }) => terms.method), each(({ terms }) => terms.inspectionDays),
      each(({ terms }) => terms.claimDays),
    ],
  })
  tx.send({
    name: 'insert_milestones',
    text: `insert into milestones (marketplace_id, state, escrow_id, id, order_id, seller_id, position, currency, amount, fee)
           select $1, 'unfunded', r.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bigint[], $9::bigint[])
             as r (escrow_id, id, order_id, seller_id, position, currency, amount, fee)`,
    values: [marketplace, each(({ escrow }) => escrow), each(({ milestone }) => milestone), ...places, ...amounts],
  })
}
