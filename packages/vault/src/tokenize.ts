import { idSuffix } from '@holdfast/contract'
import type { FrameSession, Ticket, TicketCreate, TokenCreate, TokenView, VaultWallet } from '@holdfast/contract'
import { codeLengths, hasExpired, isTooFarAhead, judgeNumber, ruleFor } from '@holdfast/card-frame/cards'
import { fingerprint, hashSecret, newSecret, sealRecord } from './crypto.ts'
import type { Vault } from './vault.ts'
import type { VaultRefusal } from './refusal.ts'
import {
  findCard,
  findFrameSession,
  findMarketplace,
  findSavedCard,
  insertCard,
  insertFrameSession,
  insertTicket,
  putMarketplace,
  redeemTicket,
} from './store.ts'
import type { Bound, CardRow, FrameSessionRow } from './store.ts'
import type { StoredCard } from './templates.ts'

/* From a ticket to a token. Each step is bound to what the one before was bound to. */

const TICKET_MS = 60_000
const FRAME_SESSION_MS = 30 * 60_000
export const TOKEN_MS: number = 15 * 60_000
const RECORD_VERSION = 1

/** The marketplace that a secret names, which is where its look-up starts. */
function marketplaceOf(secret: string, prefix: string): string | undefined {
  const suffix = new RegExp(`^${prefix}_([0-7][0-9a-hjkmnp-tv-z]{25})_[0-9A-Za-z_-]{43}$`).exec(secret)?.[1]
  return suffix === undefined ? undefined : `mkt_${suffix}`
}

/** An origin alone, as browsers write it; anything else could carry a directive into the frame's policy. */
function isOrigin(text: string): boolean {
  return (
    /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(text) && URL.canParse(text) && new URL(text).origin === text
  )
}

/**
 * Sets which origins may embed the frame.
 *
 * @refuses validation_failed - one of them isn't an origin
 */
export async function registerMarketplace(
  { pool, now }: Vault,
  marketplace: { id: string; name: string; origins: readonly string[] },
): Promise<VaultRefusal | { id: string }> {
  const index = marketplace.origins.findIndex(origin => !isOrigin(origin))
  if (index >= 0) {
    return {
      refused: 'validation_failed',
      field: `origins[${index}]`,
      detail:
        'Expected an origin alone, in lower case and without its default port, such as https://shop.example.',
    }
  }
  await putMarketplace(pool, marketplace, now())
  return { id: marketplace.id }
}

/** What holds for every page from which cards come: its marketplace has registered it. */
export async function refuseUnregisteredOrigin(
  { pool }: Vault,
  { marketplace, origin }: { marketplace: string; origin: string },
): Promise<VaultRefusal | undefined> {
  if ((await findMarketplace(pool, marketplace))?.origins.includes(origin)) return undefined
  return {
    refused: 'origin_refused',
    field: 'origin',
    detail: 'The marketplace has not registered this origin with the vault.',
  }
}

/**
 * Makes a ticket that one frame may trade, once, within a minute, for a frame session.
 *
 * @refuses origin_refused - the marketplace is not known here, or has not registered that origin
 * @refuses saved_card_unknown - the saved card that it is for is not there
 */
export async function createTicket(vault: Vault, request: TicketCreate): Promise<VaultRefusal | Ticket> {
  const refused = await refuseUnregisteredOrigin(vault, request)
  if (refused) return refused
  const ticket = newSecret('ft', idSuffix(request.marketplace))
  if (request.savedCard !== undefined && !(await findSavedCard(vault.pool, { ...request, savedCard: request.savedCard }))) return savedCardUnknown
  const expiresAt = new Date(vault.now().getTime() + TICKET_MS)
  await insertTicket(vault.pool, { ...request, savedCard: request.savedCard ?? null, hash: hashSecret(ticket), expiresAt })
  return { ticket, frameUrl: vault.frameUrl(request.marketplace), expiresAt: expiresAt.toISOString() }
}

const savedCardUnknown: VaultRefusal = {
  refused: 'saved_card_unknown',
  field: 'savedCard',
  detail: 'This marketplace has no such saved card, or it was removed.',
}

const ticketRefused: VaultRefusal = {
  refused: 'ticket_refused',
  detail: 'The ticket is not valid, has run out, or was used before: ask for a new one.',
}

/**
 * Trades a ticket for a frame session. A ticket that is shown with another origin than its own is spent.
 *
 * @refuses ticket_refused - unknown, run out or spent
 * @refuses origin_refused - made for another page's origin, or one that is registered no longer
 */
export async function openFrameSession(
  vault: Vault,
  { ticket, origin }: { ticket: string; origin: string },
): Promise<VaultRefusal | FrameSession> {
  const now = vault.now()
  const id = marketplaceOf(ticket, 'ft')
  const row =
    id === undefined
      ? undefined
      : await redeemTicket(vault.pool, { marketplace: id, hash: hashSecret(ticket) }, now)
  if (!row) return ticketRefused
  const marketplace = await findMarketplace(vault.pool, row.marketplace)
  if (row.origin !== origin || !marketplace?.origins.includes(origin)) {
    return { refused: 'origin_refused', detail: 'The ticket was made for a page of another origin.' }
  }
  const saved = row.savedCard === null ? undefined : await findSavedCard(vault.pool, { marketplace: row.marketplace, savedCard: row.savedCard })
  if (row.savedCard !== null && !saved) return ticketRefused
  const frameSession = newSecret('fs', idSuffix(row.marketplace))
  const expiresAt = new Date(now.getTime() + FRAME_SESSION_MS)
  await insertFrameSession(vault.pool, { ...row, hash: hashSecret(frameSession), expiresAt })
  const { revision, amount, currency, exponent, brands } = row
  return {
    object: 'frame_session',
    frameSession,
    marketplaceName: marketplace.name,
    revision,
    amount,
    currency,
    exponent,
    brands: [...brands],
    savedCard: saved ? { brand: saved.brand, last4: saved.last4 } : null,
    expiresAt: expiresAt.toISOString(),
  }
}

/** The frame session of a bearer, while it lives. */
export async function readFrameSession(vault: Vault, bearer: string): Promise<FrameSessionRow | undefined> {
  const marketplace = marketplaceOf(bearer, 'fs')
  if (marketplace === undefined) return undefined
  const row = await findFrameSession(vault.pool, { marketplace, hash: hashSecret(bearer) })
  return row && row.expiresAt > vault.now() ? row : undefined
}

/**
 * Keeps a card and answers with a token for it: the number encrypted in a row, the security code in memory.
 *
 * @refuses card_invalid - with the field to correct
 * @refuses rate_limited - this card or this range of cards was tried too often
 */
export async function createToken(
  vault: Vault,
  { session, card }: { session: FrameSessionRow; card: TokenCreate },
): Promise<VaultRefusal | { token: string; expiresAt: Date }> {
  const now = vault.now()
  const invalid =
    refuseCard(card, { brands: session.brands, now })
    ?? refuseTooManyCards(vault, { marketplace: session.marketplace, number: card.number, range: true, now })
  if (invalid) return invalid
  const token = newSecret('tok', idSuffix(session.marketplace))
  const hash = hashSecret(token)
  const expiresAt = new Date(now.getTime() + TOKEN_MS)
  if (!vault.codes.keep(hash, { code: card.securityCode, until: expiresAt })) {
    return {
      refused: 'rate_limited',
      detail: 'The vault is full of cards that wait to be sent: try again shortly.',
      retryAfterMs: 5_000,
    }
  }
  try {
    const { number, name, expMonth, expYear } = card
    const clear = { number, name }
    await insertCard(vault.pool, sealedRow(vault, { bound: session, hash, clear, expMonth, expYear, createdAt: now, expiresAt }))
  } catch (error) {
    vault.codes.take(hash, now)?.fill(0)
    throw error
  }
  if (card.seen === false) {
    const { marketplace, session: id, origin } = session
    vault.log.warn({ event: 'card_unseen', marketplace, session: id, origin }, 'a card was typed into a form that could not be seen')
  }
  return { token, expiresAt }
}

/** A card as it is kept: encrypted for its row, and what may be shown of it beside. */
export function sealedRow(
  { keyring }: Pick<Vault, 'keyring'>,
  {
    bound: { marketplace, session, revision, origin },
    hash,
    clear,
    wallet = null,
    savedCard = null,
    needsCode = true,
    ...rest
  }: {
    bound: Bound
    hash: Buffer
    clear: StoredCard
    expMonth: number
    expYear: number
    wallet?: VaultWallet | null
    savedCard?: string | null
    needsCode?: boolean
    createdAt: Date
    expiresAt: Date
  },
): Parameters<typeof insertCard>[1] {
  const plaintext = Buffer.from(JSON.stringify(clear))
  const record = sealRecord(keyring(), {
    plaintext,
    binding: { marketplace, tokenHash: hash, recordVersion: RECORD_VERSION },
  })
  plaintext.fill(0)
  return {
    marketplace,
    session,
    revision,
    origin,
    hash,
    record,
    recordVersion: RECORD_VERSION,
    ...rest,
    brand: ruleFor(clear.number)?.brand ?? 'unknown',
    last4: clear.number.slice(-4),
    fingerprint: fingerprint(keyring().fingerprintKey, { marketplace, number: clear.number }),
    wallet,
    savedCard,
    needsCode,
    cryptogram: clear.cryptogram !== undefined,
  }
}

function refuseCard(
  { number, expMonth, expYear, securityCode, name }: TokenCreate,
  accepted: { brands: readonly string[]; now: Date },
): VaultRefusal | undefined {
  const unusable = refuseNumber({ number, expMonth, expYear }, accepted)
  if (unusable) return unusable
  if (!codeLengths(number).includes(securityCode.length))
    return invalid('securityCode', 'The security code of this brand has another length.')
  // a rail masks the number and repeats the name
  if (hasNumberWithin(name))
    return invalid('name', 'The name has as many digits as a number: it goes into its own field.')
  return undefined
}

export const hasNumberWithin = (name: string): boolean =>
  name.normalize('NFKC').replace(/\P{Nd}/gu, '').length >= 8

/** What holds for every card, wherever it comes from. */
export function refuseNumber(
  { number, expMonth, expYear }: { number: string; expMonth: number; expYear: number },
  { brands, now }: { brands: readonly string[]; now: Date },
): VaultRefusal | undefined {
  const judged = judgeNumber(number)
  const expiry = { month: expMonth, year: expYear }
  if (judged.verdict !== 'valid')
    return invalid('number', 'The card number has a wrong digit, or one too many or too few.')
  if (!brands.includes(judged.brand))
    return invalid('number', `Cards of this brand are not taken here; taken are ${brands.join(', ')}.`)
  if (hasExpired(expiry, now)) return invalid('expYear', 'The card has expired.')
  if (isTooFarAhead(expiry, now))
    return invalid('expYear', 'The year is further ahead than cards are issued for.')
  return undefined
}

const invalid = (field: string, detail: string): VaultRefusal => ({ refused: 'card_invalid', field, detail })

/** Counts a card; `range` also counts those that share its first digits, as a stolen range's do, and devices' numbers too. */
export function refuseTooManyCards(
  vault: Vault,
  { marketplace, number, range, now }: { marketplace: string; number: string; range: boolean; now: Date },
): VaultRefusal | undefined {
  const key = fingerprint(vault.keyring().fingerprintKey, { marketplace, number }).toString('base64')
  const wait = Math.max(
    vault.limiters.card.hit(key, now),
    range ? vault.limiters.bin.hit(`${marketplace} ${number.slice(0, 8)}`, now) : 0,
  )
  return wait > 0
    ? {
        refused: 'rate_limited',
        detail: 'Too many attempts with cards like this one: wait, or use another.',
        retryAfterMs: wait,
      }
    : undefined
}

/**
 * What may be shown of a token.
 *
 * @refuses token_unknown - none such in this marketplace
 */
export async function readToken(
  vault: Vault,
  { marketplace, token }: { marketplace: string; token: string },
): Promise<VaultRefusal | TokenView> {
  const row = await findToken(vault, { marketplace, token })
  if (!row) return { refused: 'token_unknown', field: 'token', detail: 'This marketplace has no such token.' }
  return {
    session: row.session,
    revision: row.revision,
    brand: row.brand,
    last4: row.last4,
    expMonth: row.expMonth,
    expYear: row.expYear,
    fingerprint: row.fingerprint.toString('base64url'),
    used: row.operation !== null,
    expiresAt: row.expiresAt.toISOString(),
    savedCard: row.savedCard,
    securityCode: row.wallet === null && row.needsCode,
    wallet: row.wallet,
    cryptogram: row.cryptogram,
  }
}

async function findToken(
  { pool }: Vault,
  { marketplace, token }: { marketplace: string; token: string },
): Promise<CardRow | undefined> {
  return marketplaceOf(token, 'tok') === marketplace
    ? findCard(pool, { marketplace, hash: hashSecret(token) })
    : undefined
}
