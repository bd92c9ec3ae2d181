import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@holdfast/contract'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecord } from './crypto.ts'
import { loadKeyring } from './keyring.ts'
import { AMEX, SHOP, frameCall, openSession, sendOf, startHarness, tokenOf } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'

/* A card goes through everything that can happen to it; then all that was kept is searched for it. */

let at: Harness
const answers: string[] = []
let logBegan: string

beforeAll(async () => {
  at = await startHarness()
  logBegan = (await log()).at
  for (const message of ['fine', `bad card ${AMEX.number} code ${AMEX.securityCode}`]) {
    at.rail.answer((response, { body }) =>
      response.end(JSON.stringify({ transactionId: 't', responseMessage: message, request: body })),
    )
    const made = await tokenOf(at, { card: AMEX })
    answers.push(JSON.stringify(await at.client.send(sendOf(made, { keepAs: newId('savedCard') }))))
    answers.push(
      JSON.stringify(await at.client.readToken({ marketplace: at.marketplace, token: made.token })),
    )
  }
  at.rail.answer(response => response.destroy())
  answers.push(JSON.stringify(await at.client.send(sendOf(await tokenOf(at, { card: AMEX })))))
  await hostileCalls()
  // one stays unsent, so that its record is still there
  await tokenOf(at, { card: AMEX })
})
afterAll(() => at.close())

async function hostileCalls(): Promise<void> {
  const { bearer } = await openSession(at)
  const bodies = [
    { ...AMEX, expYear: 2020 },
    { ...AMEX, number: `${AMEX.number}0` },
    { ...AMEX, [AMEX.number]: AMEX.securityCode },
    JSON.stringify(AMEX).slice(0, -1),
    { ...AMEX, number: [AMEX.number] },
    AMEX.number,
  ]
  for (const body of bodies) answers.push((await frameCall(at, '/v1/tokens', { body, bearer })).text)
  answers.push(
    (await frameCall(at, `/v1/tokens/${AMEX.number}?n=${AMEX.number}`, { body: AMEX, bearer: AMEX.number }))
      .text,
  )
  answers.push(
    (await frameCall(at, '/v1/frame-sessions', { body: { ticket: AMEX.number.repeat(2), origin: SHOP } }))
      .text,
  )
  answers.push(await (await fetch(`${at.vault.internalUrl}/frame?marketplace=${AMEX.number}`)).text())
}

/** Where PostgreSQL's write-ahead log lies, and the segment that it writes at this moment. */
async function log(): Promise<{ folder: string; at: string }> {
  const client = new Client(at.database.superuser)
  await client.connect()
  const { rows } = await client.query<{ folder: string; at: string }>(
    "select current_setting('data_directory') || '/pg_wal' as folder, pg_walfile_name(pg_current_wal_insert_lsn()) as at",
  )
  await client.end()
  return rows[0] as { folder: string; at: string }
}

const spellings = (text: string): readonly string[] => [
  text,
  Buffer.from(text).toString('hex'),
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
  [...text].join(' '),
]

test.each([
  ['number', AMEX.number],
  ['security code', AMEX.securityCode],
])('the %s is in no table of the vault, in no spelling', async (_what, secret) => {
  const dump = await at.dump()
  expect(dump).toContain('amex')
  // hashes and instants are full of digits: four that stand within longer ones are no code
  const hashed = /\\\\x[0-9a-f]+|\d{4}-\d\d-\d\d [\d:.]+\+00/g
  for (const spelling of spellings(secret)) {
    const searched = spelling === AMEX.securityCode ? dump.replace(hashed, '') : dump
    expect(searched.toLowerCase()).not.toContain(spelling.toLowerCase())
  }
})

test("neither is in PostgreSQL's write-ahead log, which remembers what rows have forgotten", async () => {
  const { folder, at: last } = await log()
  const names = (await readdir(folder)).filter(name => name >= logBegan && name <= last && name.length === 24)
  const written = await Promise.all(names.map(name => readFile(join(folder, name), 'latin1')))
  expect(written.some(text => text.includes('amex'))).toBe(true)
  for (const text of written) {
    for (const spelling of [AMEX.number, Buffer.from(AMEX.number).toString('hex'), `"${AMEX.securityCode}"`])
      expect(text.includes(spelling), spelling).toBe(false)
  }
})

test.each([
  ['number', AMEX.number],
  ['security code', `"${AMEX.securityCode}"`],
])('the %s is in no log and no answer', async (_what, secret) => {
  expect(at.logs()).toContain('"event":"answered"')
  for (const spelling of spellings(secret)) {
    expect(at.logs()).not.toContain(spelling)
    expect(answers.join('\n')).not.toContain(spelling)
  }
})

test("all that is stored, opened with every key held, has no security code, and no used card's number", async () => {
  const keys = loadKeyring({ file: at.keyFile })
  interface Row {
    marketplace_id: string
    token_hash: Buffer
    record_version: number
    key_id: string
    wrapped_key: Buffer
    sealed: Buffer
    used_at: Date | null
  }
  const rows = await at.query<Row>('select * from vault.cards')
  const opened = rows
    .filter(row => row.sealed)
    .map(row =>
      openRecord(keys, {
        record: { keyId: row.key_id, wrappedKey: row.wrapped_key, sealed: row.sealed },
        binding: {
          marketplace: row.marketplace_id,
          tokenHash: row.token_hash,
          recordVersion: row.record_version,
        },
      }).toString('utf8'),
    )
  expect(opened).toEqual([JSON.stringify({ number: AMEX.number, name: AMEX.name })])
  const saved = await at.query<Omit<Row, 'token_hash' | 'used_at'> & { saved_card_id: string }>('select * from vault.saved_cards')
  const numbers = saved.map(({ marketplace_id: marketplace, saved_card_id: savedCard, record_version: recordVersion, ...row }) =>
    openRecord(keys, {
      record: { keyId: row.key_id, wrappedKey: row.wrapped_key, sealed: row.sealed },
      binding: { marketplace, savedCard, recordVersion },
    }).toString('utf8'))
  expect(numbers).toEqual([opened[0], opened[0]])
  expect(rows.filter(row => row.used_at !== null)).toHaveLength(3)
  expect(rows.filter(row => row.used_at !== null && row.sealed !== null)).toEqual([])
})

test('what has run out is emptied by a sweep, and is gone a day later', async () => {
  at.pass(15 * 60_000)
  await at.vault.sweep()
  expect(await at.query('select 1 from vault.cards where sealed is not null')).toEqual([])
  at.pass(24 * 60 * 60_000)
  await at.vault.sweep()
  for (const table of ['cards', 'tickets', 'frame_sessions'])
    expect(await at.query(`select 1 from vault.${table}`)).toEqual([])
  expect(await at.query('select 1 from vault.saved_cards')).toEqual([])
  expect(await at.query('select 1 from vault.sends')).toHaveLength(3)
})

test("the backend's own role can't read the vault's tables", async () => {
  const client = new Client(at.database.app)
  await client.connect()
  await expect(client.query('select 1 from vault.cards')).rejects.toMatchObject({ code: '42501' })
  await client.end()
})
