import { setTimeout as pause } from 'node:timers/promises'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, type EmbeddedPostgres } from '../postgres/supervisor.ts'

/*
 * One PostgreSQL for all test processes of a machine: the first that needs it starts this program, detached,
 * and it ends by itself, with its folder, when nobody has been connected for a while.
 *
 *   node --conditions=holdfast-source testing/server.ts <folder>
 */

const IDLE_MS = 20_000
const folder = process.argv[2]
if (!folder) throw new Error('expected the folder of the test server')

const server = await startPostgres({ folder, durable: false })
await publish(server)
const watcher = new pg.Client({ ...server.superuser, application_name: 'holdfast supervisor' })
watcher.on('error', () => {})
await watcher.connect()
process.once('SIGTERM', () => void leave())
await waitForIdle()
await leave()

async function publish({ superuser, owner, app, vault }: EmbeddedPostgres) {
  const file = join(folder as string, 'server.json')
  await writeFile(`${file}.new`, JSON.stringify({ superuser, owner, app, vault }), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

async function waitForIdle() {
  let lastSeen = performance.now()
  while (performance.now() - lastSeen < IDLE_MS) {
    await pause(500)
    const { rows } = await watcher.query<{ busy: boolean }>(
      `select exists (select from pg_stat_activity
        where backend_type = 'client backend' and application_name <> 'holdfast supervisor') as busy`,
    )
    if (rows[0]?.busy) lastSeen = performance.now()
  }
}

async function leave() {
  await rm(join(folder as string, 'server.json'), { force: true })
  await watcher.end()
  await server.stop()
  await rm(folder as string, { recursive: true, force: true })
  process.exit(0)
}
