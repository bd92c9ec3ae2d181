import type { VaultWallet } from '@holdfast/contract'
import { Pool } from 'pg'
import type { PoolClient, QueryResultRow } from 'pg'
import type { SealedRecord } from './crypto.ts'

/* The vault's rows. Every look-up starts from the marketplace; secrets are looked up by their hash. */

export interface Marketplace {
  readonly id: string
  readonly name: string
  readonly origins: readonly string[]
}

/** What a ticket, a frame session and a token are bound to. */
export interface Bound {
  readonly marketplace: string
  readonly session: string
  readonly revision: number
  readonly origin: string
}

export interface TicketRow extends Bound {
  readonly hash: Buffer
  /** Not null: the frame asks for this card's security code alone. */
  readonly savedCard: string | null
  readonly amount: number
  readonly currency: string
  readonly exponent: number
  readonly brands: readonly string[]
  readonly expiresAt: Date
}

export interface FrameSessionRow extends Bound {
  readonly hash: Buffer
  readonly savedCard: string | null
  readonly brands: readonly string[]
  readonly expiresAt: Date
}

export interface CardRow extends Bound {
  readonly hash: Buffer
  readonly recordVersion: number
  readonly brand: string
  readonly last4: string
  readonly expMonth: number
  readonly expYear: number
  readonly fingerprint: Buffer
  /** Null: typed by the buyer. */
  readonly wallet: VaultWallet | null
  /** The saved card that it was made of; null: typed, or a wallet's. */
  readonly savedCard: string | null
  /** Whether it goes out with a security code only. A wallet's never has one. */
  readonly needsCode: boolean
  /** Whether the record has a wallet's cryptogram. */
  readonly cryptogram: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  /** Null once it has been taken to be sent, or has run out. */
  readonly record: SealedRecord | null
  readonly operation: string | null
}

export interface SavedCardRow {
  readonly marketplace: string
  readonly savedCard: string
  readonly recordVersion: number
  readonly brand: string
  readonly last4: string
  readonly expMonth: number
  readonly expYear: number
  readonly fingerprint: Buffer
  readonly record: SealedRecord
  readonly createdAt: Date
  /** When it goes unless its payment is known to be approved by then; null: it is kept. */
  readonly dropAt: Date | null
}

export interface SendRow {
  readonly marketplace: string
  readonly operation: string
  readonly tokenHash: Buffer
  readonly template: string
  readonly host: string
  readonly at: Date
}

export type Runner = Pick<Pool | PoolClient, 'query'>

export function openPool(databaseUrl: string): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 8,
    // a checkout asks for its page and its ticket at once: a connection that has to be made first is most of their time
    min: 2,
    idleTimeoutMillis: 30_000,
    application_name: 'holdfast-vault',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 10_000,
  })
  // also a connection that is lent out and says nothing just now may be cut: whoever has it learns that by its next call
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Runs in one transaction; a refusal or an error rolls it back. */
export async function inTransaction<T extends object>(
  pool: Pool,
  run: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await run(client)
    await client.query('refused' in result ? 'rollback' : 'commit')
    client.release()
    return result
  } catch (error) {
    // a connection whose transaction can't be ended is not given to the next
    const broken = await client.query('rollback').then(
      () => undefined,
      (cause: Error) => cause,
    )
    client.release(broken)
    throw error
  }
}

const one = async <Row extends QueryResultRow>(
  runner: Runner,
  text: string,
  values: unknown[],
): Promise<Row | undefined> => (await runner.query<Row>(text, values)).rows[0]

export async function putMarketplace(
  runner: Runner,
  { id, name, origins }: Marketplace,
  now: Date,
): Promise<void> {
  await runner.query(
    `insert into vault.marketplaces (marketplace_id, name, origins, updated_at) values ($1, $2, $3, $4)
     on conflict (marketplace_id) do update set name = excluded.name, origins = excluded.origins, updated_at = excluded.updated_at`,
    [id, name, origins, now],
  )
}

export async function findMarketplace(runner: Runner, id: string): Promise<Marketplace | undefined> {
  return one(
    runner,
    'select marketplace_id as id, name, origins from vault.marketplaces where marketplace_id = $1',
    [id],
  )
}

export async function insertTicket(runner: Runner, ticket: TicketRow): Promise<void> {
  await runner.query(
    `insert into vault.tickets (marketplace_id, ticket_hash, session_id, revision, origin, amount, currency, exponent, brands, expires_at, saved_card_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ticket.marketplace,
      ticket.hash,
      ticket.session,
      ticket.revision,
      ticket.origin,
      ticket.amount,
      ticket.currency,
      ticket.exponent,
      ticket.brands,
      ticket.expiresAt,
      ticket.savedCard,
    ],
  )
}

interface SecretKey {
  readonly marketplace: string
  readonly hash: Buffer
}

/** Takes a ticket, if it is still to be had: of two that try, one gets it. */
export async function redeemTicket(
  runner: Runner,
  { marketplace, hash }: SecretKey,
  now: Date,
): Promise<TicketRow | undefined> {
  const row = await one<TicketRow & { amount: string }>(
    runner,
    `update vault.tickets set redeemed_at = $3
     where marketplace_id = $1 and ticket_hash = $2 and redeemed_at is null and expires_at > $3
     returning marketplace_id as marketplace, ticket_hash as hash, session_id as session, revision, origin,
       amount::text as amount, currency, exponent, brands, expires_at as "expiresAt", saved_card_id as "savedCard"`,
    [marketplace, hash, now],
  )
  return row && { ...row, amount: Number(row.amount) }
}

export async function insertFrameSession(runner: Runner, row: FrameSessionRow): Promise<void> {
  await runner.query(
    `insert into vault.frame_sessions (marketplace_id, frame_session_hash, session_id, revision, origin, brands, expires_at, saved_card_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.marketplace, row.hash, row.session, row.revision, row.origin, row.brands, row.expiresAt, row.savedCard],
  )
}

export async function findFrameSession(
  runner: Runner,
  { marketplace, hash }: SecretKey,
): Promise<FrameSessionRow | undefined> {
  return one(
    runner,
    `select marketplace_id as marketplace, frame_session_hash as hash, session_id as session, revision, origin, brands,
       expires_at as "expiresAt", saved_card_id as "savedCard"
     from vault.frame_sessions where marketplace_id = $1 and frame_session_hash = $2`,
    [marketplace, hash],
  )
}

export async function insertCard(
  runner: Runner,
  card: Omit<CardRow, 'record' | 'operation'> & { record: SealedRecord },
): Promise<void> {
  await runner.query(
    `insert into vault.cards (marketplace_id, token_hash, record_version, session_id, revision, origin, brand, last4,
       exp_month, exp_year, fingerprint, wallet, cryptogram, key_id, wrapped_key, sealed, created_at, expires_at, saved_card_id, needs_code)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
    [
      card.marketplace,
      card.hash,
      card.recordVersion,
      card.session,
      card.revision,
      card.origin,
      card.brand,
      card.last4,
      card.expMonth,
      card.expYear,
      card.fingerprint,
      card.wallet,
      card.cryptogram,
      card.record.keyId,
      card.record.wrappedKey,
      card.record.sealed,
      card.createdAt,
      card.expiresAt,
      card.savedCard,
      card.needsCode,
    ],
  )
}

const cardColumns = `marketplace_id as marketplace, token_hash as hash, record_version as "recordVersion",
  session_id as session, revision, origin, brand, last4, exp_month as "expMonth", exp_year as "expYear", fingerprint, wallet, cryptogram,
  saved_card_id as "savedCard", needs_code as "needsCode", created_at as "createdAt", expires_at as "expiresAt", operation_id as operation, key_id, wrapped_key, sealed`
type RawCard = Omit<CardRow, 'record'> & {
  key_id: string | null
  wrapped_key: Buffer | null
  sealed: Buffer | null
}

export async function findCard(
  runner: Runner,
  { marketplace, hash }: SecretKey,
  lock?: 'lock',
): Promise<CardRow | undefined> {
  const row = await one<RawCard>(
    runner,
    `select ${cardColumns} from vault.cards where marketplace_id = $1 and token_hash = $2 ${lock ? 'for update' : ''}`,
    [marketplace, hash],
  )
  if (!row) return undefined
  const { key_id: keyId, wrapped_key: wrappedKey, sealed, ...card } = row
  return { ...card, record: keyId && wrappedKey && sealed ? { keyId, wrappedKey, sealed } : null }
}

/** Binds a token to its one operation and drops the encrypted number: what is sent is in memory alone. */
export async function useCard(
  runner: Runner,
  { marketplace, hash }: SecretKey,
  { operation, at }: { operation: string; at: Date },
): Promise<void> {
  await runner.query(
    `update vault.cards set operation_id = $3, used_at = $4, key_id = null, wrapped_key = null, sealed = null
     where marketplace_id = $1 and token_hash = $2`,
    [marketplace, hash, operation, at],
  )
}

/** Keeps a number provisionally, under the id of a saved card that has none yet. */
export async function insertSavedCard(runner: Runner, card: SavedCardRow): Promise<void> {
  const { keyId, wrappedKey, sealed } = card.record
  await runner.query(
    `insert into vault.saved_cards (marketplace_id, saved_card_id, record_version, brand, last4, exp_month, exp_year,
       fingerprint, key_id, wrapped_key, sealed, created_at, drop_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      card.marketplace,
      card.savedCard,
      card.recordVersion,
      card.brand,
      card.last4,
      card.expMonth,
      card.expYear,
      card.fingerprint,
      keyId,
      wrappedKey,
      sealed,
      card.createdAt,
      card.dropAt,
    ],
  )
}

export async function findSavedCard(
  runner: Runner,
  { marketplace, savedCard }: Pick<SavedCardRow, 'marketplace' | 'savedCard'>,
  lock?: 'share',
): Promise<SavedCardRow | undefined> {
  const row = await one<Omit<SavedCardRow, 'record'> & { key_id: string; wrapped_key: Buffer; sealed: Buffer }>(
    runner,
    `select marketplace_id as marketplace, saved_card_id as "savedCard", record_version as "recordVersion", brand, last4,
       exp_month as "expMonth", exp_year as "expYear", fingerprint, created_at as "createdAt", drop_at as "dropAt",
       key_id, wrapped_key, sealed
     from vault.saved_cards where marketplace_id = $1 and saved_card_id = $2 ${lock ? 'for share' : ''}`,
    [marketplace, savedCard],
  )
  if (!row) return undefined
  const { key_id: keyId, wrapped_key: wrappedKey, sealed, ...card } = row
  return { ...card, record: { keyId, wrappedKey, sealed } }
}

export async function keepSavedCard(
  runner: Runner,
  { marketplace, savedCard }: Pick<SavedCardRow, 'marketplace' | 'savedCard'>,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await runner.query(
    `update vault.saved_cards set drop_at = null
     where marketplace_id = $1 and saved_card_id = $2 and (drop_at is null or drop_at > $3)`,
    [marketplace, savedCard, now],
  )
  return rowCount === 1
}

/** Deletes a number, and empties the tokens made of it that wait to be sent. */
export async function deleteSavedCard(
  runner: Runner,
  { marketplace, savedCard }: Pick<SavedCardRow, 'marketplace' | 'savedCard'>,
): Promise<void> {
  await runner.query('delete from vault.saved_cards where marketplace_id = $1 and saved_card_id = $2', [marketplace, savedCard])
  await runner.query(
    `update vault.cards set key_id = null, wrapped_key = null, sealed = null
     where marketplace_id = $1 and saved_card_id = $2 and sealed is not null`,
    [marketplace, savedCard],
  )
}

export interface WalletMessage extends SecretKey {
  readonly wallet: VaultWallet
  readonly messageHash: Buffer
  readonly at: Date
  readonly expiresAt: Date
}

/** Takes a wallet's message for a token; false when it was taken before, by whomever. */
export async function takeWalletMessage(
  runner: Runner,
  { wallet, messageHash, marketplace, hash, at, expiresAt }: WalletMessage,
): Promise<boolean> {
  const { rowCount } = await runner.query(
    `insert into vault.wallet_messages (wallet, message_hash, marketplace_id, token_hash, taken_at, expires_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [wallet, messageHash, marketplace, hash, at, expiresAt],
  )
  return rowCount === 1
}

/** Writes the sent-log's row; false when this operation or token has one already. */
export async function insertSend(
  runner: Runner,
  { marketplace, operation, tokenHash, template, host, at }: SendRow,
): Promise<boolean> {
  const { rowCount } = await runner.query(
    `insert into vault.sends (marketplace_id, operation_id, token_hash, template, host, sent_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [marketplace, operation, tokenHash, template, host, at],
  )
  return rowCount === 1
}

export async function wasSent(
  runner: Runner,
  { marketplace, operation }: Pick<SendRow, 'marketplace' | 'operation'>,
): Promise<boolean> {
  const row = await one(runner, 'select 1 from vault.sends where marketplace_id = $1 and operation_id = $2', [
    marketplace,
    operation,
  ])
  return row !== undefined
}

export interface SendEnd {
  readonly outcome: 'answered' | 'not_sent' | 'unknown'
  readonly reason?: string
  readonly httpStatus?: number
}

export async function finishSend(
  runner: Runner,
  { marketplace, operation }: Pick<SendRow, 'marketplace' | 'operation'>,
  end: SendEnd & { at: Date },
): Promise<void> {
  await runner.query(
    `update vault.sends set outcome = $3, reason = $4, http_status = $5, finished_at = $6
     where marketplace_id = $1 and operation_id = $2`,
    [marketplace, operation, end.outcome, end.reason ?? null, end.httpStatus ?? null, end.at],
  )
}

/** How long rows without card data are kept after they have run out, for operators' questions. */
const KEPT_MS = 24 * 60 * 60_000

/** Drops encrypted numbers that have run out unsent at once, and what is left of rows a day later. */
export async function sweepRows(runner: Runner, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_MS)
  await runner.query(
    'update vault.cards set key_id = null, wrapped_key = null, sealed = null where expires_at <= $1 and sealed is not null',
    [now],
  )
  await runner.query('delete from vault.saved_cards where drop_at <= $1', [now])
  await runner.query('delete from vault.cards where expires_at <= $1', [before])
  await runner.query('delete from vault.frame_sessions where expires_at <= $1', [now])
  await runner.query('delete from vault.tickets where expires_at <= $1', [before])
  await runner.query('delete from vault.wallet_messages where expires_at <= $1', [before])
}

/** The tables whose records keys wrap, each with what its rows are told apart by and the type of that. */
export const wrappedTables = {
  cards: { key: 'token_hash', type: 'bytea', sealed: 'sealed is not null' },
  saved_cards: { key: 'saved_card_id', type: 'text', sealed: 'true' },
} as const
export type WrappedTable = keyof typeof wrappedTables

export interface WrappedRow {
  readonly marketplace: string
  /** A token's hash, or a saved card's id. */
  readonly key: Buffer | string
  readonly recordVersion: number
  readonly keyId: string
  readonly wrappedKey: Buffer
}

/** Some records that another key than this one wraps, locked; those that a send holds are left for the next round. */
export async function lockWrappedByOther(
  runner: Runner,
  { table, keyId, limit }: { table: WrappedTable; keyId: string; limit: number },
): Promise<readonly WrappedRow[]> {
  const { key, sealed } = wrappedTables[table]
  const { rows } = await runner.query<WrappedRow>(
    `select marketplace_id as marketplace, ${key} as key, record_version as "recordVersion", key_id as "keyId",
       wrapped_key as "wrappedKey"
     from vault.${table} where key_id <> $1 and ${sealed} limit $2 for update skip locked`,
    [keyId, limit],
  )
  return rows
}

export async function storeWrapped(runner: Runner, table: WrappedTable, rows: readonly WrappedRow[]): Promise<void> {
  const { key, type } = wrappedTables[table]
  await runner.query(
    `update vault.${table} as card set key_id = new.key_id, wrapped_key = new.wrapped_key
     from unnest($1::text[], $2::${type}[], $3::text[], $4::bytea[]) as new (marketplace_id, key, key_id, wrapped_key)
     where card.marketplace_id = new.marketplace_id and card.${key} = new.key`,
    [
      rows.map(row => row.marketplace),
      rows.map(row => row.key),
      rows.map(row => row.keyId),
      rows.map(row => row.wrappedKey),
    ],
  )
}
