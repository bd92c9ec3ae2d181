import { CURRENCY, HOT_ORDERS_FROM, HOT_SELLER, idOf, SELLERS } from './objects.ts'

/**
 * `spread` over all sellers; `hot`: every caller at one escrow (of captures and refunds, at one seller's
 * orders).
 */
export type Load = 'spread' | 'hot'

export interface Request {
  readonly path: string
  readonly body: string
  /** What a call that was done is answered with. */
  readonly status: number
}

/** Every `step`th order after `base` holds money, as many as there are sellers; the others are the past. */
export interface Among {
  readonly base: number
  readonly step: number
}

const first: Among = { base: 0, step: 1 }

/** A money command as it is called. */
export type Command = (load: Load, among?: Among) => Request

const random = (below: number): number => Math.floor(Math.random() * below)

/** An order of any seller, or one of the hot seller's. */
const anyOrder = (load: Load): number =>
  load === 'spread' ? 1 + random(SELLERS) : HOT_ORDERS_FROM + random(SELLERS)
const anySeller = (load: Load): number => (load === 'spread' ? 1 + random(SELLERS) : HOT_SELLER)
const oneEscrow = (load: Load, { base, step }: Among = first): number =>
  load === 'spread' ? base + anyOrder(load) * step : HOT_ORDERS_FROM

let turn = 0
/** The orders in turn: no payment is asked for two things at once, which Holdfast refuses. */
function nextOrder(load: Load): number {
  turn = (turn + 1) % SELLERS
  return (load === 'spread' ? 1 : HOT_ORDERS_FROM) + turn
}

const RELEASE = JSON.stringify({ amount: 1_000 })
const CAPTURE = JSON.stringify({ amount: 1_000, final: false })
let sessions = 0

export const commands = {
  release: (load, among) => ({
    path: `/v1/escrows/${idOf('esc', oneEscrow(load, among))}/release`,
    body: RELEASE,
    status: 200,
  }),
  /** Of the hot seller, from any of its orders. */
  releaseOfSeller: (load) => ({
    path: `/v1/escrows/${idOf('esc', anyOrder(load))}/release`,
    body: RELEASE,
    status: 200,
  }),
  capture: (load) => ({
    path: `/v1/payments/${idOf('pay', nextOrder(load))}/capture`,
    body: CAPTURE,
    status: 200,
  }),
  refund: (load) => ({
    path: '/v1/refunds',
    body: JSON.stringify({ payment: idOf('pay', nextOrder(load)), amount: 1_000 }),
    status: 201,
  }),
  payout: (load) => ({
    path: '/v1/payouts',
    body: JSON.stringify({ seller: idOf('sel', anySeller(load)), amount: 100 }),
    status: 201,
  }),
  session: (load) => ({ path: '/v1/checkout-sessions', body: sessionOf(load), status: 201 }),
  /** The plain server's release. */
  plainRelease: (load) => ({ path: `/escrows/${oneEscrow(load)}/release`, body: RELEASE, status: 200 }),
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof commands

function sessionOf(load: Load): string {
  sessions += 1
  return JSON.stringify({
    reference: `bench-${process.pid}-${sessions}`,
    currency: CURRENCY,
    returnUrl: 'http://shop.test/return',
    lines: [{ reference: 'line', seller: idOf('sel', anySeller(load)), amount: 10_000, platformFee: 500 }],
  })
}
