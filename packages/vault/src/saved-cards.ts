import { idSuffix } from '@holdfast/contract'
import type { CardToken, SavedCardKey, SavedCardTokenRequest, SavedTokenCreate } from '@holdfast/contract'
import { codeLengths } from '@holdfast/card-frame/cards'
import { UnsealError, hashSecret, newSecret, openRecord, sealRecord } from './crypto.ts'
import type { VaultRefusal } from './refusal.ts'
import { deleteSavedCard, findMarketplace, findSavedCard, inTransaction, insertCard, insertSavedCard, keepSavedCard } from './store.ts'
import type { Bound, CardRow, FrameSessionRow, SavedCardRow, Runner } from './store.ts'
import type { StoredCard } from './templates.ts'
import { TOKEN_MS, refuseNumber, refuseTooManyCards, sealedRow } from './tokenize.ts'
import type { Vault } from './vault.ts'

/*
 * Numbers that a buyer lets a marketplace keep. Each is a record of its own, sealed for its marketplace and saved
 * card: no token's record opens in its place, nor the other way round. No security code is ever part of one.
 */

const RECORD_VERSION = 1

/** How long a number is kept for a payment whose outcome nobody has told. */
const PROVISIONAL_MS = 24 * 60 * 60_000

const bindingOf = ({ marketplace, savedCard, recordVersion }: Pick<SavedCardRow, 'marketplace' | 'savedCard' | 'recordVersion'>) =>
  ({ marketplace, savedCard, recordVersion })

/** Keeps the number of a card that is about to be sent, until it is known whether it paid. */
export async function keepProvisionally(
  { keyring }: Pick<Vault, 'keyring'>,
  { tx, row, clear, savedCard, now }: { tx: Runner; row: CardRow; clear: StoredCard; savedCard: string; now: Date },
): Promise<void> {
  const { marketplace, brand, last4, expMonth, expYear, fingerprint } = row
  const { number, name } = clear
  const plaintext = Buffer.from(JSON.stringify({ number, name } satisfies StoredCard))
  const key = { marketplace, savedCard, recordVersion: RECORD_VERSION }
  const record = sealRecord(keyring(), { plaintext, binding: bindingOf(key) })
  plaintext.fill(0)
  const dropAt = new Date(now.getTime() + PROVISIONAL_MS)
  await insertSavedCard(tx, { ...key, brand, last4, expMonth, expYear, fingerprint, record, createdAt: now, dropAt })
}

/** Keeps a number for good: its payment was approved. False: there is none such (any more). */
export async function keep({ pool, now }: Vault, key: SavedCardKey): Promise<{ kept: boolean }> {
  return { kept: await keepSavedCard(pool, key, now()) }
}

/** Deletes a number, and what was made of it and not sent. */
export async function remove({ pool }: Vault, key: SavedCardKey): Promise<{ kept: boolean }> {
  return inTransaction(pool, async tx => {
    await deleteSavedCard(tx, key)
    return { kept: false }
  })
}

const unknown: VaultRefusal = {
  refused: 'saved_card_unknown',
  field: 'savedCard',
  detail: 'This marketplace has no such saved card, or it was removed.',
}

/**
 * Makes a token of a saved card, which is sent without a security code.
 *
 * @refuses origin_refused - the marketplace is not known here, or has not registered that origin
 * @refuses saved_card_unknown | card_invalid | rate_limited
 */
export async function createSavedToken(vault: Vault, request: SavedCardTokenRequest): Promise<VaultRefusal | CardToken> {
  const marketplace = await findMarketplace(vault.pool, request.marketplace)
  if (!marketplace?.origins.includes(request.origin)) {
    return { refused: 'origin_refused', field: 'origin', detail: 'The marketplace has not registered this origin with the vault.' }
  }
  return tokenFor(vault, { bound: request, brands: request.brands, savedCard: request.savedCard })
}

/**
 * Makes a token of the saved card that a frame session is for, with the security code that was typed.
 *
 * @refuses saved_card_unknown | card_invalid | rate_limited
 */
export async function createCodedToken(
  vault: Vault,
  { session, savedCard, body }: { session: FrameSessionRow; savedCard: string; body: SavedTokenCreate },
): Promise<VaultRefusal | CardToken> {
  return tokenFor(vault, { bound: session, brands: session.brands, savedCard, code: body.securityCode })
}

interface Wanted {
  readonly bound: Bound
  readonly brands: readonly string[]
  readonly savedCard: string
  /** Without one, none is sent. */
  readonly code?: string
}

async function tokenFor(vault: Vault, { bound, brands, savedCard, code }: Wanted): Promise<VaultRefusal | CardToken> {
  const now = vault.now()
  const { marketplace } = bound
  const token = newSecret('tok', idSuffix(marketplace))
  const hash = hashSecret(token)
  const expiresAt = new Date(now.getTime() + TOKEN_MS)
  const kept = await inTransaction(vault.pool, async tx => {
    // locked, so that a removal waits and then finds this token
    const row = await findSavedCard(tx, { marketplace, savedCard }, 'share')
    if (!row || (row.dropAt !== null && row.dropAt <= now)) return unknown
    const clear = open(vault, row)
    if ('refused' in clear) return clear
    const { expMonth, expYear } = row
    const refusal = refuseUse(vault, { card: { ...clear, expMonth, expYear, marketplace }, brands, code, now })
    if (refusal) return refusal
    await insertCard(tx, sealedRow(vault, {
      bound, hash, clear, expMonth, expYear, savedCard, needsCode: code !== undefined, createdAt: now, expiresAt,
    }))
    return code === undefined || vault.codes.keep(hash, { code, until: expiresAt }) ? { made: true } : vaultFull
  }).catch((error: unknown) => {
    vault.codes.take(hash, now)?.fill(0)
    throw error
  })
  return 'refused' in kept ? kept : { object: 'card_token', token, expiresAt: expiresAt.toISOString() }
}

export const vaultFull: VaultRefusal = {
  refused: 'rate_limited',
  detail: 'The vault is full of cards that wait to be sent: try again shortly.',
  retryAfterMs: 5_000,
}

function refuseUse(
  vault: Vault,
  { card, brands, code, now }: {
    card: { marketplace: string; number: string; expMonth: number; expYear: number }
    brands: readonly string[]
    code: string | undefined
    now: Date
  },
): VaultRefusal | undefined {
  const { marketplace, number } = card
  if (code !== undefined && !codeLengths(number).includes(code.length))
    return { refused: 'card_invalid', field: 'securityCode', detail: 'The security code of this brand has another length.' }
  return refuseNumber(card, { brands, now }) ?? refuseTooManyCards(vault, { marketplace, number, range: false, now })
}

function open(vault: Vault, row: SavedCardRow): VaultRefusal | StoredCard {
  try {
    const plaintext = openRecord(vault.keyring(), { record: row.record, binding: bindingOf(row) })
    const clear = JSON.parse(plaintext.toString('utf8')) as StoredCard
    plaintext.fill(0)
    return clear
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    vault.log.error({ event: 'record_refused', marketplace: row.marketplace }, 'a saved card does not open for its row')
    return unknown
  }
}
