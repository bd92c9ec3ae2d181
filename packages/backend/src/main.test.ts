import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { endpoints, rawEndpoints } from '@holdfast/contract'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from './config.ts'
import { startBackend } from './main.ts'
import { until } from './postgres/processes.ts'
import { startTestBackend, type TestBackend } from './testing/backend.ts'
import { call } from './testing/http.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend()
})
afterAll(() => backend.close())

const silence = () => new Writable({ write: (_line, _encoding, done) => done() })

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${backend.url}${path}`, { headers })
  return { status: answer.status, text: await answer.text() }
}

describe('whoever runs it', () => {
  test('sees that it lives and that its parts can be worked with', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, text: '{"status":"ok"}' })
    expect(JSON.parse((await get('/readyz')).text)).toEqual({ status: 'ready', database: true, migrations: true, vault: true })
  })

  const startWithoutVault = () => {
    const { config } = backend.deps
    const vault = { kind: 'separate', internalUrl: 'http://127.0.0.1:1', publicUrl: 'http://vault.test', internalKey: 'k'.repeat(32) } as const
    return startBackend({ ...config, vault, http: { ...config.http, port: 0 } }, {
      connections: { owner: null, app: backend.database.app, vault: backend.database.vault }, logTo: silence(),
    })
  }

  test('sees that it is not ready while a vault that runs by itself is away', async () => {
    const lonely = await startWithoutVault()
    const answer = await fetch(`${lonely.url}/readyz`)
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'not_ready', database: true, migrations: true, vault: false }])
    await lonely.close()
  })

  test('is shown a new marketplace’s keys although the vault is away', async () => {
    const lonely = await startWithoutVault()
    const { id, secretKey } = await lonely.createMarketplace({ name: 'New', origins: [] })
    expect((await call({ ...lonely, marketplace: backend.marketplace }, 'GET', '/v1/marketplace', { key: secretKey })).body['id']).toBe(id)
    await lonely.close()
  })

  test('reads figures by route, of this process alone', async () => {
    await call(backend, 'GET', '/v1/marketplace')
    const { status, text } = await get('/metrics')
    expect(status).toBe(200)
    for (const line of ['holdfast_http_request_duration_seconds_count{route="marketplace.retrieve",method="GET",status="200"}', 'holdfast_db_connections ', 'holdfast_unknown_operations 0', 'holdfast_jobs_set_aside 0']) {
      expect(text).toContain(line)
    }
    expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
  })

  test('reads the figures of a process that only works from that process', async () => {
    const { config } = backend.deps
    const log: string[] = []
    const worker = await startBackend({ ...config, worker: true, http: { ...config.http, workerPort: 0 } }, {
      connections: { owner: null, app: backend.database.app, vault: backend.database.vault }, frame: { script: '', style: '' },
      serve: false, logTo: new Writable({ write: (line, _encoding, done) => { log.push(String(line)); done() } }),
    })
    const up = log.map((line) => JSON.parse(line) as { msg: string; figures?: string }).find(({ msg }) => msg === 'the backend is up')
    const read = async (path: string) => (await fetch(`${up?.figures}${path}`)).text()
    expect(JSON.parse(await read('/readyz'))).toMatchObject({ status: 'ready' })
    expect(await until(async () => /^holdfast_job_subjects_total\{queue="verifier",outcome="ok"\} [1-9]/m.test(await read('/metrics')), 20_000)).toBe(true)
    expect((await fetch(`${up?.figures}/v1/marketplace`)).status).toBe(404)
    await worker.close()
  }, 30_000)

  test('reads the OpenAPI document of every call', async () => {
    const { text } = await get('/openapi.json')
    const document = JSON.parse(text) as { openapi: string; servers: { url: string }[]; paths: Record<string, Record<string, { operationId: string }>> }
    expect([document.openapi, document.servers[0]?.url]).toEqual(['3.1.0', backend.url])
    const names = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    expect(names.sort()).toEqual([...Object.keys(endpoints), ...Object.keys(rawEndpoints)].sort())
  })
})

describe('live mode', () => {
  test('refuses a database that has a virtual clock', async () => {
    const used = await startTestBackend()
    await call(used, 'POST', '/v1/test/clock/advance', { body: { byMs: 1 } })
    await used.close({ keep: true })
    const started = startTestBackend({ database: used.database, rails: used.rails, config: (defaults) => ({ ...defaults, mode: 'live' }) })
    await expect(started).rejects.toBeInstanceOf(ConfigError)
    await expect(started).rejects.toThrow(/virtual clock/)
    await Promise.all([used.rails.jpmorgan.close(), used.rails.bank.close()])
    await used.database.drop()
  })

  test('once begun, the database itself refuses to move the clock', async () => {
    const { database, rails, close } = await startTestBackend()
    await close({ keep: true })
    const client = new pg.Client(database.app)
    await client.connect()
    await client.query('update clock set live = true where offset_ms = 0')
    await expect(client.query('update clock set offset_ms = 5')).rejects.toThrow(/check/)
    await client.end()
    await Promise.all([rails.jpmorgan.close(), rails.bank.close()])
    await database.drop()
  })
})

describe('a database of one’s own, without its owner’s rights', () => {
  const startAsApp = (name: string) => {
    const { config } = backend.deps
    const { user, password, host, port } = backend.database.app
    const vault = { kind: 'separate', internalUrl: backend.vaultInternalUrl, publicUrl: backend.vaultUrl, internalKey: config.vault.internalKey } as const
    const appUrl = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${name}`
    return startBackend({ ...config, vault, database: { ...config.database, appUrl }, http: { ...config.http, port: 0 } }, { page: null, logTo: silence() })
  }

  test('serves once it has been migrated', async () => {
    const served = await startAsApp(backend.database.name)
    expect((await call({ ...served, marketplace: backend.marketplace }, 'GET', '/v1/marketplace')).body['id']).toBe(backend.marketplace.id)
    await served.close()
  })

  test('refuses one that has not been, and says what to do', async () => {
    const superuser = new pg.Client(backend.database.superuser)
    await superuser.connect()
    await superuser.query(`create database ${backend.database.name}_empty`)
    await expect(startAsApp(`${backend.database.name}_empty`)).rejects.toThrow(/Run holdfast-backend migrate first/)
    await superuser.query(`drop database ${backend.database.name}_empty with (force)`)
    await superuser.end()
  })
})

describe('another secret key than the database was written with', () => {
  const startWith = (secretKey: Buffer, { serve }: { serve: boolean }) => {
    const { config } = backend.deps
    return startBackend({ ...config, secretKey, http: { ...config.http, port: 0 } }, {
      connections: { owner: null, app: backend.database.app, vault: backend.database.vault }, frame: { script: '', style: '' }, page: null, serve, logTo: silence(),
    })
  }

  test('is refused before anybody pays', async () => {
    await expect(startWith(Buffer.alloc(32, 1), { serve: true })).rejects.toThrow(/HOLDFAST_SECRET_KEY is not the key/)
    await (await startWith(backend.deps.config.secretKey, { serve: true })).close()
  })

  test('lets the commands work that make up for one that is lost', async () => {
    await (await startWith(Buffer.alloc(32, 1), { serve: false })).close()
  })
})

describe('two marketplaces behind one merchant id of the rail', () => {
  test.each([['live', 'refuses to start'], ['test', 'starts, and warns']] as const)('in %s mode it %s', async (mode) => {
    const first = await startTestBackend()
    await first.createMarketplace({ name: 'Second', origins: [] })
    await first.close({ keep: true })
    const next = startTestBackend({ database: first.database, rails: first.rails, config: (defaults) => ({ ...defaults, mode }) })
    if (mode === 'live') {
      await expect(next).rejects.toThrow('their settlements can\'t be told apart')
      await first.close()
    } else {
      const { log, close } = await next
      expect(log.some((line) => line.includes('HOLDFAST_JPMORGAN_MERCHANT_ID gives 2 marketplaces'))).toBe(true)
      await close()
    }
  })
})

describe('development', () => {
  test('a marketplace is made once; a restart finds it with the same keys, also on a new database', async () => {
    const wanted = { name: 'Harbor & Pine', origins: ['http://localhost:4242'] }
    const first = await backend.ensureMarketplace(wanted)
    const again = await backend.ensureMarketplace({ ...wanted, origins: ['http://localhost:5252'] })
    expect(again).toEqual(first)
    const { body } = await call(backend, 'GET', '/v1/marketplace', { key: first.secretKey })
    expect(body).toMatchObject({ id: first.id, name: wanted.name, origins: ['http://localhost:5252'] })
    const fresh = await startTestBackend({ config: (defaults) => ({ ...defaults, dataFolder: backend.deps.config.dataFolder }) })
    expect(await fresh.ensureMarketplace(wanted)).toEqual(first)
    expect((await call(fresh, 'GET', '/v1/marketplace', { key: first.publishableKey })).status).toBe(200)
    await fresh.close()
  })
})

describe('the marketplace', () => {
  test('changes its name and origins, and the vault frames for the new ones', async () => {
    const { body } = await call(backend, 'PATCH', '/v1/marketplace', { body: { origins: ['https://new.example'] } })
    expect(body['origins']).toEqual(['https://new.example'])
    const frame = await fetch(`${backend.vaultInternalUrl}/frame?marketplace=${backend.marketplace.id}`)
    expect(frame.headers.get('content-security-policy')).toContain('frame-ancestors https://new.example')
  })

  test.each([
    'https://new.example:443', 'http://new.example:80', 'https://new.example:99999', 'https://new.example:08443', 'http://127.1', 'https://1.2.3.4.5',
  ])('refuses an origin that no browser sends: %s', async (origin) => {
    const { body: before } = await call(backend, 'GET', '/v1/marketplace')
    const answer = await call(backend, 'PATCH', '/v1/marketplace', { body: { origins: ['https://good.example', origin] } })
    expect([answer.status, answer.body['code'], answer.body['field']]).toEqual([400, 'validation_failed', 'origins[1]'])
    expect((await call(backend, 'GET', '/v1/marketplace')).body['origins']).toEqual(before['origins'])
    await expect(backend.createMarketplace({ name: 'Wrong', origins: [origin] })).rejects.toBeInstanceOf(ConfigError)
  })

  test('keeps no other from being served with origins that the vault refuses', async () => {
    const odd = await backend.createMarketplace({ name: 'Odd', origins: [] })
    await backend.deps.pool.query('update marketplaces set origins = $2 where marketplace_id = $1', [odd.id, ['https://odd.example:443']])
    const { config } = backend.deps
    const again = await startBackend({ ...config, http: { ...config.http, port: 0 } }, {
      connections: { owner: null, app: backend.database.app, vault: backend.database.vault }, frame: { script: '', style: '' }, page: null, logTo: silence(),
    })
    expect((await call({ ...again, marketplace: backend.marketplace }, 'GET', '/v1/marketplace')).status).toBe(200)
    await again.close()
  })

  test('publishes the keys of its payment tokens, which anyone may keep for a while', async () => {
    const answer = await call(backend, 'GET', `/v1/marketplaces/${backend.marketplace.id}/jwks.json`, { key: null })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300'])
  })

  test('moves its clock forward only', async () => {
    const back = await call(backend, 'POST', '/v1/test/clock/advance', { body: { to: '2020-01-01T00:00:00.000Z' } })
    expect([back.status, back.body['field']]).toEqual([400, 'to'])
    const { body: before } = await call(backend, 'GET', '/v1/test/clock')
    const { body: after } = await call(backend, 'POST', '/v1/test/clock/advance', { body: { byMs: 86_400_000 } })
    expect((after['offsetMs'] as number) - (before['offsetMs'] as number)).toBe(86_400_000)
  })
})

test('the command line makes a marketplace on an embedded database of its own, and prints its keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
  const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))
  const run = promisify(execFile)
  const env = { PATH: process.env['PATH'], HOLDFAST_DATA: folder, HOLDFAST_LOG_LEVEL: 'warn' }
  const { stdout } = await run(process.execPath, ['--conditions=holdfast-source', cli, 'create-marketplace', '--name', 'Acme', '--origin', 'https://shop.example'], { env, cwd: folder })
  expect(stdout).toMatch(/marketplace +mkt_\w{26}\nsecret key +sk_test_\w{26}_[\w-]{43}\npublishable key +pk_test_/)
  const refused = await run(process.execPath, ['--conditions=holdfast-source', cli, 'serve'], { env: { ...env, HOLDFAST_MODE: 'live' }, cwd: folder }).catch((error: { stderr: string; code: number }) => error)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('HOLDFAST_SECRET_KEY is not set') })
  await expect(readFile(join(folder, 'postgres', 'holder.json'))).rejects.toThrow()
  await rm(folder, { recursive: true })
}, 90_000)

test('what was started is stopped again when a part can’t start', async () => {
  const { config } = backend.deps
  const taken = Number(new URL(backend.url).port)
  const started = startBackend({ ...config, http: { ...config.http, port: taken } }, {
    connections: { owner: null, app: backend.database.app, vault: backend.database.vault }, frame: { script: '', style: '' }, page: null, logTo: silence(),
  })
  await expect(started).rejects.toThrow(/EADDRINUSE/)
})
