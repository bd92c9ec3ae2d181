/**
 * One order's whole life against a fresh backend: `npm run story`. Written only against what anyone may use: the
 * server SDK, the page's calls, and the vault's public API. Exits with 0 only if the books balance.
 */
import { Holdfast, type CheckoutSession, type Escrow, type Order, type Payment, type Seller } from '@holdfast/server'
import { Buyer } from '../api/support/buyer.ts'
import { waitFor } from '../support/wait.ts'
import { money, Narrator } from './narrator.ts'
import { replayBooks } from './replay.ts'
import { startWorld } from './world.ts'

const DAY_MS = 86_400_000
const currency = 'USD'

interface Cast {
  readonly holdfast: Holdfast
  readonly buyer: Buyer
  readonly tell: Narrator
}

interface Sellers {
  readonly ada: Seller
  readonly bo: Seller
}

interface Paid extends Cast, Sellers {
  readonly order: string
  readonly payment: string
  readonly adaEscrow: Escrow
  readonly boEscrow: Escrow
}

async function prepare({ holdfast, tell }: Cast): Promise<Sellers> {
  tell.step('The operator puts money into custody, because rail fees come before the first release earns any')
  const { amount } = await holdfast.operator.topUp({ currency, amount: 25_000, reference: 'story-top-up' })
  tell.note(`custody holds ${money(amount, currency)}`)

  tell.step('Two sellers join, each with a bank account')
  const account = { country: 'US', currency, routingNumber: '021000021' }
  const ada = await holdfast.sellers.create({
    reference: 'ada', name: 'Ada Lamps', country: 'US', bankAccount: { ...account, holder: 'Ada Lamps LLC', accountNumber: '9988776655' },
  })
  const bo = await holdfast.sellers.create({
    reference: 'bo', name: 'Bo Cable', country: 'US', bankAccount: { ...account, holder: 'Bo Cable Inc', accountNumber: '1122334455' },
  })
  for (const { name, bankAccount } of [ada, bo]) tell.note(`${name}, paid out to account …${bankAccount?.last4}`)
  return { ada, bo }
}

async function openCheckout({ holdfast, tell, ada, bo }: Cast & Sellers): Promise<CheckoutSession> {
  tell.step('The merchant\'s server opens a checkout session for goods from both')
  const session = await holdfast.sessions.create({
    reference: 'story-order', currency, captureMode: 'manual', returnUrl: 'http://localhost:4242/orders/story',
    buyer: { reference: 'ann', name: 'Ann Buyer' },
    lines: [
      { reference: 'lamps', seller: ada.id, description: '40 desk lamps', amount: 124_800, platformFee: 6_240, releaseTerms: { method: 'express' } },
      { reference: 'cable', seller: bo.id, description: '300 m of cable', amount: 31_250, platformFee: 1_563, releaseTerms: { method: 'express' } },
    ],
  })
  for (const line of session.lines) {
    tell.note(`${line.description}: ${money(line.amount, currency)}, of which the marketplace keeps ${money(line.platformFee, currency)}`)
  }
  tell.note(`capture plan: ${session.capturePlan.when}. ${session.capturePlan.reason}`)
  return session
}

/** The card goes to the vault and nowhere else; the merchant's server gets a signed token, checks it, and captures. */
async function pay(cast: Cast & Sellers, session: CheckoutSession): Promise<Paid> {
  const { holdfast, buyer, tell } = cast
  tell.step('The buyer types a card into the vault\'s frame, and confirms')
  const attempt = await buyer.pay(session.clientSecret)
  tell.note(`${attempt.status}: ${attempt.card?.brand} …${attempt.card?.last4} for ${money(session.amount, currency)}`)

  tell.step('The merchant\'s server verifies the payment token offline, and captures')
  const { id: sessionId, amount, mode } = session
  const claims = await holdfast.tokens.verify(attempt.paymentToken ?? '', { mode, session: sessionId, amount, currency })
  tell.note(`the token proves that ${claims.sub} was ${claims.status}`)
  const captured = await holdfast.payments.capture(claims.sub, { reference: 'story-capture' })
  const payment = await settled(holdfast, captured)
  tell.note(`captured ${money(payment.captured, currency)}: held for the sellers`)
  const order = await holdfast.orders.retrieve(session.order)
  tell.where(order)
  const [adaEscrow, boEscrow] = order.escrows
  if (!adaEscrow || !boEscrow) throw new Error('the order has an escrow for each seller')
  return { ...cast, order: order.id, payment: payment.id, adaEscrow, boEscrow }
}

/** A rail's answer may still be on its way. */
function settled(holdfast: Holdfast, { id }: Payment): Promise<Payment> {
  return waitFor(async () => {
    const payment = await holdfast.payments.retrieve(id)
    return payment.status === 'captured' && payment
  }, { what: 'the capture', within: 30_000 })
}

async function sell({ holdfast, tell, order, payment, adaEscrow, boEscrow }: Paid): Promise<void> {
  tell.step('Half of the lamps have come: a part is released to Ada')
  const release = await holdfast.escrows.release(adaEscrow.id, { amount: 60_000, reference: 'story-first-half' })
  tell.note(`${money(release.gross, currency)} released: ${money(release.net, currency)} to Ada, ${money(release.fee, currency)} fee`)
  tell.where(await holdfast.orders.retrieve(order))

  tell.step('Some cable is short: a part of Bo\'s share is refunded while it is held')
  const { id } = await holdfast.refunds.create({ payment, allotments: [{ escrow: boEscrow.id, amount: 6_250 }], reason: '60 m short', reference: 'story-short' })
  const refund = await waitFor(async () => {
    const found = await holdfast.refunds.retrieve(id)
    return found.status === 'succeeded' && found
  }, { what: 'the refund', within: 30_000 })
  tell.note(`${money(refund.amount, currency)} back to the buyer: ${refund.status}`)
  tell.where(await holdfast.orders.retrieve(order))

  tell.step('Ada ships the rest, and the buyer confirms receipt')
  await holdfast.escrows.deliver(adaEscrow.id, { method: 'express', trackingNumber: 'STORY-1' })
  const accepted = await holdfast.escrows.accept(adaEscrow.id)
  tell.note(`Ada's escrow is ${accepted.status}; all of her share is released`)
  tell.where(await holdfast.orders.retrieve(order))
}

async function letTimePass({ holdfast, tell, order, boEscrow }: Paid): Promise<void> {
  tell.step('Bo ships, and nobody complains: the inspection period runs out, and the rest releases by itself')
  const { autoReleaseAt } = await holdfast.escrows.deliver(boEscrow.id, { method: 'express', trackingNumber: 'STORY-2' })
  tell.note(`it releases at ${autoReleaseAt}; the clock moves 16 days`)
  await holdfast.clock.advance({ byMs: 16 * DAY_MS })
  const completed = await waitFor(async () => {
    const found = await holdfast.orders.retrieve(order)
    return found.status === 'completed' && found
  }, { what: 'the automatic release', within: 60_000 })
  tell.note(`Bo's escrow is ${completed.escrows[1]?.status}, the order ${completed.status}`)
  tell.where(completed)
}

async function settleAndPayOut({ holdfast, tell, ada, bo }: Paid): Promise<void> {
  tell.step('The rail reports what it pays, and what it kept')
  await holdfast.settlements.import()
  for await (const { date, gross, fees, net, lineCount } of holdfast.settlements.list()) {
    tell.note(`${date}: ${lineCount} lines, ${money(gross, currency)} less ${money(fees, currency)} fees: ${money(net, currency)} in the bank`)
  }

  tell.step('What has settled is paid out to the sellers\' banks')
  for (const { id, name } of [ada, bo]) {
    const { amount } = await holdfast.payouts.create({ seller: id, reference: `story-payout-${name}` })
    tell.note(`${name}: ${money(amount, currency)} on its way`)
  }
  await holdfast.clock.advance({ byMs: 4 * DAY_MS })
  await waitFor(async () => {
    const payouts = await holdfast.payouts.list().take(10)
    return payouts.length === 2 && payouts.every(({ status }) => status === 'completed')
  }, { what: 'the bank to complete both payouts', within: 60_000 })
  tell.note('four days later the bank has completed both')
}

async function takeFees({ holdfast, tell }: Paid): Promise<void> {
  tell.step('The operator takes some of the fees that the releases earned')
  const { amount } = await holdfast.operator.withdraw({ currency, amount: 2_000, reference: 'story-fees' })
  tell.note(`${money(amount, currency)} out of custody`)
}

async function audit({ holdfast, tell, order, ada, bo, adaEscrow, boEscrow }: Paid): Promise<boolean> {
  tell.step('The books')
  const trial = await holdfast.ledger.trialBalance()
  const names = [[ada.id, 'ada'], [bo.id, 'bo'], [adaEscrow.milestones[0]?.id ?? '', 'ada'], [boEscrow.milestones[0]?.id ?? '', 'bo']] as const
  tell.trialBalance(trial, (account) => names.reduce((text, [id, name]) => text.replace(id, name), account))
  const replay = await replayBooks(holdfast)
  const { totals, status }: Order = await holdfast.orders.retrieve(order)
  tell.note('')
  return tell.verdict([
    ['debits equal credits in every currency', trial.currencies.every(({ debits, credits }) => debits === credits)],
    ['every balance row equals its replay', trial.currencies.every(({ accounts }) => accounts.every(({ agrees }) => agrees))],
    [`${replay.transfers} transfers, ${replay.postings} postings: summed from outside, they give the same balances`, replay.transfers > 0 && replay.differences.length === 0],
    ['coverage holds', trial.currencies.every(({ coverage }) => coverage >= 0)],
    ['the backend says that it all balances, and is covered', trial.balanced && trial.covered],
    ['the order is completed, and nothing of it is held', status === 'completed' && totals.held === 0],
    ['captured = released + refunded', totals.captured === totals.released + totals.refunded],
  ])
}

async function main(): Promise<boolean> {
  const world = await startWorld()
  // whoever stops listening, or asks us to stop, still has the database stopped and its folder removed
  process.stdout.on('error', () => {})
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void world.close().finally(() => process.exit(1)))
  const holdfast = new Holdfast({ apiKey: world.secretKey, baseUrl: world.url })
  try {
    const tell = new Narrator(process.stdout)
    tell.title('One order, from a card to two bank accounts')
    const cast = { holdfast, tell, buyer: new Buyer({ apiUrl: world.url, origin: world.origin }) }
    const everyone = { ...cast, ...await prepare(cast) }
    const paid = await pay(everyone, await openCheckout(everyone))
    await sell(paid)
    await letTimePass(paid)
    await settleAndPayOut(paid)
    await takeFees(paid)
    return await audit(paid)
  } finally {
    holdfast.close()
    await world.close()
  }
}

process.exitCode = await main() ? 0 : 1
