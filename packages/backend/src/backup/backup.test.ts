import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import { startPostgres, type EmbeddedPostgres } from '../postgres/supervisor.ts'
import { backup } from './backup.ts'
import { restore } from './restore.ts'
import { differences, readTotals } from './totals.ts'

/* A real server that posts while it is copied, and a real recovery elsewhere. */

let folder: string
let server: EmbeddedPostgres
let pool: pg.Pool
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'))
  server = await startPostgres({ folder: join(folder, 'postgres'), durable: false })
  pool = createPool(server.owner, { size: 4, applicationName: 'test' })
  await migrate(pool)
  await pool.query("insert into marketplaces values ('mkt_a', 'A', 'test', '{}', now())")
  await pool.query("insert into ledger_accounts values ('mkt_a', 'la_1', 'platform:fees', 'USD', 'credit', false), ('mkt_a', 'la_2', 'bank:custody', 'USD', 'debit', false)")
})
afterAll(async () => {
  await pool.end()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

let posted = 0
async function post(amount: number): Promise<void> {
  posted += 1
  const id = `tr_${posted}`
  await pool.query(`with t as (insert into ledger_transfers (marketplace_id, id, reason, subject, currency, created_at) values ('mkt_a', $1, 'operator_top_up', $1, 'USD', now()))
    insert into ledger_postings values ('mkt_a', $1, 0, 'la_2', 'la_1', $2)`, [id, amount])
}

/** Posts on and on, until it is told to stop. */
function keepPosting(): () => Promise<void> {
  let going = true
  const loop = (async () => { while (going) await post(1) })()
  return async () => {
    going = false
    await loop
  }
}

test('a backup made under load restores to what every account was at its instant', async () => {
  for (let n = 0; n < 20; n += 1) await post(100)
  const stop = keepPosting()
  const target = join(folder, 'copy')
  const { totals } = await backup({ folder: join(folder, 'postgres'), target })
  await post(7)
  await stop()
  expect(totals.transfers).toBeGreaterThan(20)
  expect(posted).toBeGreaterThan(totals.transfers)
  const restored = await restore({ source: target, folder: join(folder, 'elsewhere', 'postgres') })
  expect(restored.differences).toEqual([])
  expect(restored.found).toMatchObject({ transfers: totals.transfers, accounts: totals.accounts })
  expect(Object.keys(totals.accounts)).toEqual(['mkt_a bank:custody USD', 'mkt_a platform:fees USD'])
  expect(await readdir(target)).not.toContain('data.unfinished')

  const again = await startPostgres({ folder: join(folder, 'elsewhere', 'postgres') })
  const client = new pg.Client(again.owner)
  await client.connect()
  await client.query("insert into ledger_transfers (marketplace_id, id, reason, subject, currency, created_at) values ('mkt_a', 'tr_after', 'operator_top_up', 'x', 'USD', now())")
  await client.end()
  await again.stop()
}, 60_000)

test('totals of an earlier instant leave out what was posted since, and differences are named', async () => {
  const before = await connected(readTotals)
  await post(50)
  const later = await connected(readTotals)
  expect(await connected((client) => readTotals(client, before.snapshot))).toMatchObject({ accounts: before.accounts, transfers: before.transfers })
  expect(differences(before, later)).toEqual([
    `${before.transfers} transfers then, ${before.transfers + 1} here`,
    expect.stringMatching(/^mkt_a bank:custody USD: \d+ then, \d+ here$/),
    expect.stringMatching(/^mkt_a platform:fees USD: -\d+ then, -\d+ here$/),
  ])
})

test('totals take as long as the ledger needs', async () => {
  const hasty = createPool(server.owner, { size: 1, applicationName: 'test', statementTimeoutMs: 100, lockTimeoutMs: 10_000 })
  const holder = await pool.connect()
  await holder.query('begin; lock table ledger_postings in access exclusive mode')
  const client = await hasty.connect()
  const reading = readTotals(client)
  await holder.query('select pg_sleep(0.4); commit')
  expect(Object.keys((await reading).accounts)).toHaveLength(2)
  client.release()
  holder.release()
  await hasty.end()
})

async function connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  return work(client).finally(() => client.release())
}

describe('refuses', () => {
  test('to write over a backup, and to restore over a database', async () => {
    const taken = join(folder, 'taken')
    await writeFile(taken, '')
    await expect(backup({ folder: join(folder, 'postgres'), target: taken })).rejects.toThrow(/is there already.*Name a new folder/)
    await expect(restore({ source: join(folder, 'copy'), folder: join(folder, 'postgres') })).rejects.toThrow(/has a database already.*HOLDFAST_DATA/)
  })

  test('what is no backup, and a folder without a database', async () => {
    await expect(restore({ source: folder, folder: join(folder, 'new') })).rejects.toThrow(/is no backup/)
    await expect(backup({ folder: join(folder, 'nothing'), target: join(folder, 'new') })).rejects.toThrow(/no embedded database.*pg_basebackup/)
  })

  test('a copy that was tampered with: the difference is found', async () => {
    const file = join(folder, 'copy', 'manifest.json')
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { totals: { accounts: Record<string, string> } }
    manifest.totals.accounts['mkt_a bank:custody USD'] = '1'
    await writeFile(file, JSON.stringify(manifest))
    const { differences: found } = await restore({ source: join(folder, 'copy'), folder: join(folder, 'third', 'postgres') })
    expect(found).toEqual([expect.stringMatching(/^mkt_a bank:custody USD: 1 then, \d+ here$/)])
  }, 60_000)
})
