import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { newId } from '@holdfast/contract'
import type { SendRequest, TicketCreate } from '@holdfast/contract'
import { createTestDatabase } from '../../../backend/src/testing/database.ts'
import type { TestDatabase } from '../../../backend/src/testing/database.ts'
import { createVaultClient } from '../client.ts'
import type { VaultClient } from '../client.ts'
import { startVault } from '../vault.ts'
import type { RunningVault, VaultOptions } from '../vault.ts'
import { startTestRail } from './rail.ts'
import type { TestRail } from './rail.ts'

export const SHOP = 'http://shop.localhost:4242'
export const INTERNAL_KEY = 'internal-key-of-a-test-0123456789'

/** A published test number, and a security code that a search of all text would not find by chance. */
export const CARD = {
  number: '4112344112344113',
  expMonth: 5,
  expYear: 2031,
  securityCode: '7391',
  name: 'Ann Buyer',
}
export const AMEX = { ...CARD, number: '371144371144376' }

/** A vault on a database of its own, as its own role, with a clock and a rail that the test moves. */
export interface Harness {
  readonly marketplace: string
  readonly rail: TestRail
  readonly database: TestDatabase
  readonly databaseUrl: string
  readonly keyFile: string
  vault: RunningVault
  client: VaultClient
  readonly logs: () => string
  /** Moves the vault's clock. */
  pass(ms: number): void
  /** Stops the vault and starts it again over the same tables and keys. */
  restart(options?: Partial<VaultOptions>): Promise<void>
  /** Every row of every table of the vault's, as text. */
  dump(): Promise<string>
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export async function startHarness(options: Partial<VaultOptions> = {}): Promise<Harness> {
  const database = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-vault-'))
  const rail = await startTestRail()
  const clock = { ms: Date.parse('2026-11-22T12:00:00.000Z') }
  const written: string[] = []
  const destination = new Writable({
    decodeStrings: false,
    write(line, _encoding, done) {
      written.push(String(line))
      done()
    },
  })
  const { user, password, host, port, database: name } = database.vault
  const databaseUrl = `postgres://${user}:${encodeURIComponent(String(password))}@${host}:${port}/${name}`
  const keyFile = join(folder, 'vault-keys.json')
  const marketplace = newId('marketplace')
  const start = async (more: Partial<VaultOptions> = {}): Promise<Pick<Harness, 'vault' | 'client'>> => {
    const vault = await startVault({
      mode: 'test',
      databaseUrl,
      internalKey: INTERNAL_KEY,
      keyFile,
      hosts: { jpmorgan: `${rail.url}/api/v2` },
      frame: { script: 'export {}', style: ':root {}' },
      now: () => new Date(clock.ms),
      log: { level: 'debug', destination },
      ...options,
      ...more,
    })
    return { vault, client: createVaultClient({ internalUrl: vault.internalUrl, internalKey: INTERNAL_KEY }) }
  }
  const query = asVault(databaseUrl)
  const harness: Harness = {
    marketplace,
    rail,
    database,
    databaseUrl,
    keyFile,
    ...(await start()),
    query,
    logs: () => written.join(''),
    pass(ms) {
      clock.ms += ms
    },
    async restart(more) {
      await stop(harness)
      Object.assign(harness, await start(more))
    },
    dump: () => dumpTables(query),
    async close() {
      await stop(harness)
      await rail.close()
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
  await harness.client.putMarketplace(marketplace, { name: 'Workshop Market', origins: [SHOP] })
  return harness
}

async function stop({ vault, client }: Harness): Promise<void> {
  client.close()
  await vault.close()
}

function asVault(databaseUrl: string): Harness['query'] {
  return async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const { Client } = await import('pg')
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }
}

async function dumpTables(query: Harness['query']): Promise<string> {
  const tables = await query<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema = 'vault'`,
  )
  const texts = await Promise.all(
    tables.map(async ({ table_name: table }) =>
      (await query<{ row: string }>(`select t::text as row from vault.${table} t`)).map(({ row }) => row),
    ),
  )
  return texts.flat().join('\n')
}

export const BRANDS = ['visa', 'mastercard', 'amex', 'discover', 'diners', 'jcb', 'unionpay']

export function ticketFor({ marketplace }: Harness, more: Partial<TicketCreate> = {}): TicketCreate {
  return {
    marketplace,
    session: newId('session'),
    revision: 1,
    origin: SHOP,
    amount: 1_248_000,
    currency: 'USD',
    exponent: 2,
    brands: BRANDS,
    ...more,
  }
}

export interface FrameAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
  readonly headers: Headers
}

/** Calls the public face as the frame does: from the vault's own origin. */
export async function frameCall(
  { vault }: Harness,
  path: string,
  { body, bearer, headers = {} }: { body: unknown; bearer?: string; headers?: Record<string, string> },
): Promise<FrameAnswer> {
  const answer = await fetch(`${vault.internalUrl}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      origin: vault.url,
      'sec-fetch-site': 'same-origin',
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
  })
  const text = await answer.text()
  return {
    status: answer.status,
    text,
    headers: answer.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }
}

/** A frame session, from a ticket of its own. */
export async function openSession(
  harness: Harness,
  ticket: TicketCreate = ticketFor(harness),
): Promise<{ bearer: string; ticket: TicketCreate }> {
  const { ticket: secret } = await harness.client.createTicket(ticket)
  const { body, status, text } = await frameCall(harness, '/v1/frame-sessions', {
    body: { ticket: secret, origin: ticket.origin },
  })
  if (status !== 201) throw new Error(`the frame session was refused: ${text}`)
  return { bearer: String(body['frameSession']), ticket }
}

/** A token of a card, and what it is bound to. */
export async function tokenOf(
  harness: Harness,
  { card = { ...CARD, securityCode: '739' }, ticket }: { card?: object; ticket?: TicketCreate } = {},
): Promise<{ token: string; ticket: TicketCreate }> {
  const session = await openSession(harness, ticket)
  const { body, status, text } = await frameCall(harness, '/v1/tokens', {
    body: card,
    bearer: session.bearer,
  })
  if (status !== 201) throw new Error(`the token was refused: ${text}`)
  return { token: String(body['token']), ticket: session.ticket }
}

export function sendOf(
  { token, ticket }: { token: string; ticket: TicketCreate },
  more: Partial<SendRequest> = {},
): SendRequest {
  return {
    marketplace: ticket.marketplace,
    session: ticket.session,
    revision: ticket.revision,
    operation: newId('operation'),
    token,
    template: 'jpmorgan.payments.create',
    headers: { authorization: 'Bearer rail-token', 'merchant-id': '998482157630', 'request-id': 'r-1' },
    body: { amount: 1_248_000, currency: 'USD', captureMethod: 'MANUAL' },
    timeoutMs: 5_000,
    ...more,
  }
}
