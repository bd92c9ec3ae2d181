import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from './postgres/processes.ts'
import { call, type ApiAnswer } from './testing/http.ts'

interface Serving {
  readonly url: string
  readonly marketplace: { readonly id: string; readonly secretKey: string; readonly publishableKey: string }
}

const program = fileURLToPath(new URL('./testing/serve-child.ts', import.meta.url))
let folder: string
let child: ChildProcess | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'))
})
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

/** A backend on the folder, in a process that may be killed. */
async function serve(): Promise<Serving> {
  const env = { PATH: process.env['PATH'], HOLDFAST_DATA: folder, HOLDFAST_PORT: '0', HOLDFAST_VAULT_PORT: '0', HOLDFAST_LOG_LEVEL: 'fatal' }
  child = spawn(process.execPath, ['--conditions=holdfast-source', program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return JSON.parse(line) as Serving
}

/** A seller to be made, under a key that stays the same however often it is tried. */
const intents = (count: number) => Array.from({ length: count }, (_, index) => ({ key: randomUUID(), reference: `s-${index}` }))
type Intent = ReturnType<typeof intents>[number]

const create = (backend: Serving, { key, reference }: Intent): Promise<ApiAnswer | null> =>
  call(backend, 'POST', '/v1/sellers', { idempotencyKey: key, body: { reference, name: 'S', country: 'DE' } }).catch(() => null)

/** Makes sellers, eight callers at a time; an intent without an answer is left for later. */
async function load(backend: Serving, wanted: readonly Intent[], answered: Map<string, string>, during: (done: number) => void = () => {}): Promise<Set<number>> {
  const statuses = new Set<number>()
  const queue = [...wanted]
  const caller = async () => {
    for (let intent = queue.shift(); intent; intent = queue.shift()) {
      const answer = await create(backend, intent)
      statuses.add(answer?.status ?? 0)
      if (answer?.status === 201) answered.set(intent.reference, answer.text)
      during(answered.size)
    }
  }
  await Promise.all(Array.from({ length: 8 }, caller))
  return statuses
}

/** Every reference once, and every answer that was given before is given again byte by byte. */
async function settle(backend: Serving, wanted: readonly Intent[], answered: ReadonlyMap<string, string>): Promise<void> {
  const again = new Map<string, string>()
  expect([...await load(backend, wanted, again)]).toEqual([201])
  for (const [reference, text] of answered) expect(again.get(reference)).toBe(text)
  const references: string[] = []
  for (let after = '', more = true; more;) {
    const { body } = await call(backend, 'GET', `/v1/sellers?limit=100${after}`)
    const data = body['data'] as { id: string; reference: string }[]
    references.push(...data.map(({ reference }) => reference))
    after = `&after=${data.at(-1)?.id}`
    more = body['hasMore'] as boolean
  }
  expect(references.toSorted()).toEqual(wanted.map(({ reference }) => reference).toSorted())
}

test('a database that is killed under load fails closed, comes back, and has every acknowledged write', async () => {
  const backend = await serve()
  const [wanted, answered] = [intents(200), new Map<string, string>()]
  const postmaster = Number((await readFile(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
  let killed = false
  const statuses = await load(backend, wanted, answered, (done) => {
    if (killed || done < 50) return
    killed = true
    process.kill(postmaster, 'SIGKILL')
  })
  expect(killed).toBe(true)
  expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([])
  expect(await until(async () => (await fetch(`${backend.url}/readyz`)).ok, 30_000)).toBe(true)
  await settle(backend, wanted, answered)
}, 90_000)
