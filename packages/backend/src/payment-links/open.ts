import type { CheckoutSession, PaymentLinkOpening } from '@holdfast/contract/types'
import { isRefusal, type Refusal } from '@holdfast/core'
import { clientSecretOf } from '../client-secret.ts'
import type { Asked, Call, Command } from '../commands/execute.ts'
import { newSessions } from '../commands/new-session.ts'
import { endSession } from '../commands/sessions.ts'
import type { Tx } from '../database.ts'
import type { Rails } from '../deps.ts'
import { railOfSession } from '../rails.ts'
import { openingOf, type Opening } from '../store/render/sessions.ts'
import { busy, expired, inactive, unavailable, unknown, usedUp } from './refusals.ts'
import { readPlaces, type PaymentLinkRow, type Place } from './store.ts'

interface Input extends Opening {
  readonly slug: string
  readonly rails: Rails
}

/** A locked link, as the calls before have left it. */
interface OpenedLink {
  readonly row: PaymentLinkRow
  /** In order, from 1. */
  readonly places: (Place | Taken)[]
  /** How many orders it has named. */
  named: number
}

/** A place that a call of this batch took, for a session that is made when all have been decided. */
interface Taken {
  readonly call: Call<Input>
  readonly link: OpenedLink
  readonly place: number
  readonly state: 'open'
  readonly expiresAt: Date
  session: CheckoutSession | Refusal
}

/** By slug. */
type Links = ReadonlyMap<string, OpenedLink>

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
    const found: (Place | Taken | Refusal)[] = []
    for (const call of calls) {
      const link = links.get(call.input.slug)
      found.push(link ? await openOne(tx, call, link) : unknown)
    }
    await sell(tx, found.filter(isTaken))
    return calls.map((call, index) => answer(call, found[index] as Place | Taken | Refusal))
  },
}

async function lock(tx: Tx, asked: readonly Asked<Input>[]): Promise<Links> {
  const rows = await tx.db.selectFrom('payment_links').selectAll().where('marketplace_id', '=', asked[0]!.marketplace)
    .where('slug', 'in', [...new Set(asked.map(({ input }) => input.slug))]).orderBy('id').forNoKeyUpdate().execute()
  const places = await readPlaces(tx.db, rows)
  return new Map(rows.map((row) => [row.slug, { row, places: places.get(row.id) ?? [], named: row.opened }]))
}

const isTaken = (one: Place | Taken | Refusal): one is Taken => 'call' in one

function answer({ marketplace, input }: Call<Input>, found: Place | Taken | Refusal): PaymentLinkOpening | Refusal {
  if (isRefusal(found)) return found
  const { session } = found
  if (typeof session !== 'string' && isRefusal(session)) return unavailable
  const id = typeof session === 'string' ? session : session.id
  return { object: 'payment_link_opening', clientSecret: clientSecretOf(input.sealer, { marketplace, id }), session: id, marketplace }
}

/** The place of whoever opens a link. */
async function openOne(tx: Tx, call: Call<Input>, link: OpenedLink): Promise<Place | Taken | Refusal> {
  const { row, places } = link
  if (row.deactivated_at) return inactive
  if (places.filter(({ state }) => state === 'complete').length >= row.max_uses) return usedUp
  const [own] = row.max_uses === 1 ? places : []
  if (own && isLive(own, call.now)) return own
  if (row.expires_at <= call.now) return expired
  const place = await freePlace(tx, call, link)
  if (place === null) return busy
  const taken: Taken = { call, link, place, state: 'open', expiresAt: endOf(row, call.now), session: unavailable }
  places[place - 1] = taken
  return taken
}

const isLive = ({ state, expiresAt }: Place | Taken, now: Date): boolean =>
  state === 'processing' || (state === 'open' && expiresAt > now)

/** A place that nobody has: of a session that has ended, or a new one, or of a session whose time is over. */
async function freePlace(tx: Tx, { marketplace, now, input }: Call<Input>, { row, places }: OpenedLink): Promise<number | null> {
  const ended = places.find(({ state }) => state === 'expired' || state === 'canceled')
  if (ended) return ended.place
  if (places.length < row.max_uses) return places.length + 1
  for (const { place, state, expiresAt, session } of places) {
    if (state !== 'open' || expiresAt > now || typeof session !== 'string') continue
    // an attempt may have begun since it was read: then it is refused, and keeps its place
    if (!isRefusal(await endSession(tx, { marketplace, session, ending: 'expire', now, ...openingOf(input) }) as object)) return place
  }
  return null
}

/** No session outlasts its link, but whoever opened that in time has half an hour to pay. */
function endOf({ max_uses: uses, expires_at: expiresAt }: PaymentLinkRow, now: Date): Date {
  const after = (minutes: number): number => now.getTime() + minutes * MINUTE_MS
  const least = after(MANY_BUYERS_MINUTES)
  return new Date(uses === 1 ? Math.min(after(ONE_BUYERS_MINUTES), Math.max(expiresAt.getTime(), least)) : least)
}

/** Merchants name their orders as they like: a name that is taken is left out. */
const MOST_NAMES = 10

/** Makes the sessions of what the links sell, as `sessions.create` would, and gives them their places. */
async function sell(tx: Tx, taken: readonly Taken[]): Promise<void> {
  let unnamed = taken
  for (let tried = 0; unnamed.length > 0 && tried < MOST_NAMES; tried += 1) {
    const made = await newSessions(tx, unnamed.map(orderOf))
    for (const [index, one] of unnamed.entries()) one.session = made[index] as CheckoutSession | Refusal
    unnamed = unnamed.filter(({ session }) => isRefusal(session) && session.refused === 'reference_taken')
  }
  keepPlaces(tx, taken.filter(({ session }) => !isRefusal(session)))
}

function orderOf({ call, link, expiresAt }: Taken): Parameters<typeof newSessions>[1][number] {
  const { sells, currency, id, reference } = link.row
  const { rails } = call.input
  link.named += 1
  const connector = railOfSession(rails, { currency, captureMode: sells.captureMode ?? 'automatic' })
  return { ...call, input: { ...sells, reference: `${reference}-${link.named}`, currency, connector, ...openingOf(call.input), paymentLink: id, expiresAt } }
}

/** Gives places to sessions. The statement sees for itself that those which had them before have ended unpaid. */
function keepPlaces(tx: Tx, taken: readonly Taken[]): void {
  const [first] = taken
  if (!first) return
  const each = <T>(read: (one: Taken) => T): T[] => taken.map(read)
  tx.send({
    name: 'take_places', rows: taken.length,
    text: `insert into payment_link_places as p (marketplace_id, payment_link_id, place, max_uses, session_id)
           select l.marketplace_id, l.id, t.place, l.max_uses, t.session_id
           from unnest($2::text[], $3::int[], $4::text[]) as t (link_id, place, session_id)
           join payment_links l on l.marketplace_id = $1 and l.id = t.link_id and l.deactivated_at is null
           on conflict (marketplace_id, payment_link_id, place) do update set session_id = excluded.session_id
             where exists (select from sessions s where s.marketplace_id = p.marketplace_id and s.id = p.session_id
               and s.state in ('expired', 'canceled'))
           returning 1`,
    values: [first.call.marketplace, each(({ link }) => link.row.id), each(({ place }) => place), each(({ session }) => (session as CheckoutSession).id)],
  })
  const links = [...new Set(each(({ link }) => link))]
  tx.send({
    name: 'count_openings',
    text: `update payment_links l set opened = t.named from unnest($2::text[], $3::int[]) as t (id, named)
           where l.marketplace_id = $1 and l.id = t.id`,
    values: [first.call.marketplace, links.map(({ row }) => row.id), links.map(({ named }) => named)],
  })
}
