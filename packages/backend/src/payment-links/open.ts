import type { CheckoutSession, PaymentLinkOpening } from '@holdfast/contract/types'
import { isRefusal, type Refusal } from '@holdfast/core'
import { clientSecretOf } from '../client-secret.ts'
import type { Asked, Call, Command } from '../commands/execute.ts'
import { newSessions } from '../commands/new-session.ts'
import { endSession } from '../commands/sessions.ts'
import type { Tx } from '../database.ts'
import type { Rails } from '../deps.ts'
import { railOfSession } from '../rails.ts'
import type { Sealer } from '../seal.ts'
import { busy, expired, inactive, unavailable, unknown, usedUp } from './refusals.ts'
import { readPlaces, type PaymentLinkRow, type Place } from './store.ts'

interface Input {
  readonly slug: string
  readonly rails: Rails
  readonly sealer: Pick<Sealer, 'derive'>
}

/** By slug. What a call before it changed is changed here as well. */
type Links = ReadonlyMap<string, PaymentLinkRow & { opened: number }>

const MINUTE_MS = 60_000
/** A link for one keeps its session for a day: whoever comes back finds it. */
const ONE_BUYERS_MINUTES = 1_440
/** Of a link for many: what was opened and left must soon be free for others. */
const MANY_BUYERS_MINUTES = 30

/**
 * Opens links: each call gets a session of what the link sells, and with it one of the link's places.
 *
 * The link's row is locked from here to the commit, so that openings come one after another. A link that can be paid
 * once answers the one session that is open, as often as it is asked: two people who have it can't both pay.
 */
export const openPaymentLink: Command<Input, PaymentLinkOpening, Links> = {
  name: 'paymentLinks.open',
  gathered: true,
  lock,
  async run(tx, calls, links) {
    const outcomes: (PaymentLinkOpening | Refusal)[] = []
    for (const call of calls) {
      const link = links.get(call.input.slug)
      const session = link ? await openOne(tx, call, link) : unknown
      outcomes.push(isRefusal(session) ? session : opening(call, session))
    }
    return outcomes
  },
}

async function lock(tx: Tx, asked: readonly Asked<Input>[]): Promise<Links> {
  const rows = await tx.db.selectFrom('payment_links').selectAll().where('marketplace_id', '=', asked[0]!.marketplace)
    .where('slug', 'in', [...new Set(asked.map(({ input }) => input.slug))]).orderBy('id').forNoKeyUpdate().execute()
  return new Map(rows.map((row) => [row.slug, row]))
}

const opening = ({ marketplace, input }: Call<Input>, session: string): PaymentLinkOpening => ({
  object: 'payment_link_opening', session, marketplace,
  clientSecret: clientSecretOf(input.sealer, { marketplace, id: session }),
})

/** The session in which whoever opens a link pays. */
async function openOne(tx: Tx, call: Call<Input>, link: PaymentLinkRow & { opened: number }): Promise<string | Refusal> {
  if (link.deactivated_at) return inactive
  const places = await readPlaces(tx.db, link)
  if (places.filter(({ state }) => state === 'complete').length >= link.max_uses) return usedUp
  const [own] = link.max_uses === 1 ? places : []
  if (own && isLive(own, call.now)) return own.session
  if (link.expires_at <= call.now) return expired
  const place = await freePlace(tx, call, { link, places })
  if (place === null) return busy
  const session = await sell(tx, call, link)
  if (isRefusal(session)) return session
  take(tx, { link, place, session: session.id })
  return session.id
}

const isLive = ({ state, expiresAt }: Place, now: Date): boolean =>
  state === 'processing' || (state === 'open' && expiresAt > now)

/** A place that nobody has: of a session that has ended, or a new one, or of a session whose time is over. */
async function freePlace(
  tx: Tx, { marketplace, now, input: { sealer } }: Call<Input>,
  { link, places }: { readonly link: PaymentLinkRow; readonly places: readonly Place[] },
): Promise<number | null> {
  const ended = places.find(({ state }) => state === 'expired' || state === 'canceled')
  if (ended) return ended.place
  if (places.length < link.max_uses) return places.length + 1
  for (const { place, session } of places.filter(({ state, expiresAt }) => state === 'open' && expiresAt <= now)) {
    // an attempt may have begun since it was read: then it is refused, and keeps its place
    if (!isRefusal(await endSession(tx, { marketplace, session, ending: 'expire', now, sealer }) as object)) return place
  }
  return null
}

/** Merchants name their orders as they like: a name that is taken is left out. */
const MOST_NAMES = 10

/** Makes a session of what the link sells, as `sessions.create` would. */
async function sell(tx: Tx, call: Call<Input>, link: PaymentLinkRow & { opened: number }): Promise<CheckoutSession | Refusal> {
  const { rails, sealer } = call.input
  const { sells, currency } = link
  const connector = railOfSession(rails, { currency, captureMode: sells.captureMode ?? 'automatic' })
  for (let tried = 0; tried < MOST_NAMES; tried += 1) {
    link.opened += 1
    const reference = `${link.reference}-${link.opened}`
    const made = await newSessions(tx, [{
      ...call, input: { ...sells, reference, currency, connector, sealer, paymentLink: link.id, expiresAt: endOf(link, call.now) },
    }])
    const outcome = made[0] as CheckoutSession | Refusal
    if (!isRefusal(outcome) || outcome.refused !== 'reference_taken') return isRefusal(outcome) ? unavailable : outcome
  }
  return unavailable
}

/** No session outlasts its link, but whoever opened that in time has half an hour to pay. */
function endOf({ max_uses: uses, expires_at: expiresAt }: PaymentLinkRow, now: Date): Date {
  const after = (minutes: number): number => now.getTime() + minutes * MINUTE_MS
  const least = after(MANY_BUYERS_MINUTES)
  return new Date(uses === 1 ? Math.min(after(ONE_BUYERS_MINUTES), Math.max(expiresAt.getTime(), least)) : least)
}

/** Gives a place to a session. The statement sees for itself that the session which had it before has ended unpaid. */
function take(tx: Tx, { link, place, session }: { readonly link: PaymentLinkRow & { opened: number }; readonly place: number; readonly session: string }): void {
  tx.send({
    name: 'take_place', rows: 1,
    text: `insert into payment_link_places as p (marketplace_id, payment_link_id, place, max_uses, session_id)
           select marketplace_id, id, $3, max_uses, $4 from payment_links
           where marketplace_id = $1 and id = $2 and deactivated_at is null
           on conflict (marketplace_id, payment_link_id, place) do update set session_id = excluded.session_id
             where exists (select from sessions s where s.marketplace_id = p.marketplace_id and s.id = p.session_id
               and s.state in ('expired', 'canceled'))
           returning 1`,
    values: [link.marketplace_id, link.id, place, session],
  })
  tx.send({
    name: 'count_opening',
    text: 'update payment_links set opened = $3 where marketplace_id = $1 and id = $2',
    values: [link.marketplace_id, link.id, link.opened],
  })
}
