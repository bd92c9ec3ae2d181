import { send, command, type Target } from './calls.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'
import { pause } from './moment.ts'

/** What happens while clients are at work. */
export interface FaultKind {
  readonly says: string
  /** It needs a world of its own: with a small disk. */
  readonly own?: 'disk'
  /** Does it, at moments that the seed chooses, and heals it again. Answers what there is to say and to count. */
  strike(world: World, random: Random): Promise<Struck>
}

export interface Struck {
  /** Processes that were killed, connections that were cut. */
  readonly kills?: number
  readonly note?: string
  /** How long it took until a command was answered again, in milliseconds. */
  readonly recoveryMs?: number
  readonly problems?: readonly string[]
}

const targetOf = ({ backend, vault }: World): Target =>
  ({ url: backend.ready.url, vaultUrl: vault.ready.url, secretKey: backend.ready.marketplace.secretKey })

/** The time until a write is answered, whatever stands in between. */
async function untilAnswered(world: World, within = 30_000): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < within) {
    const { ending } = await send(targetOf(world), command('seller', '/v1/sellers', { name: 'S', country: 'DE' }))
    if (ending === 'ok') return performance.now() - began
    await pause(20)
  }
  return Infinity
}

/** `kill -9` of one part, once or twice in a round, and a new start. */
const killPart = (part: (world: World) => World['backend' | 'worker' | 'vault']): FaultKind['strike'] => async (world, random) => {
  const times = random.between(1, 2)
  for (let kill = 0; kill < times; kill += 1) {
    await pause(random.between(20, 900))
    await part(world).kill()
    await pause(random.between(0, 150))
    await startInsistently(part(world))
  }
  return { kills: times }
}

/** As what watches over processes does: one that does not come up is started again. */
async function startInsistently(part: World['backend' | 'worker' | 'vault']): Promise<void> {
  for (let tried = 1; !part.running; tried += 1) {
    await part.start().catch((error: unknown) => {
      if (tried === MOST_STARTS) throw error
      return pause(250)
    })
  }
}

const MOST_STARTS = 20

async function killPostgres(world: World, random: Random): Promise<Struck> {
  await pause(random.between(50, 900))
  process.kill(world.postgres.pid, 'SIGKILL')
  const recoveryMs = await untilAnswered(world)
  return { kills: 1, recoveryMs, note: `answered again after ${(recoveryMs / 1_000).toFixed(2)} s` }
}

async function killTogether(world: World, random: Random): Promise<Struck> {
  await pause(random.between(50, 900))
  process.kill(world.postgres.pid, 'SIGKILL')
  await Promise.all([world.backend.kill(), world.worker.kill(), world.vault.kill()])
  for (const part of [world.vault, world.backend, world.worker]) await startInsistently(part)
  return { kills: 4 }
}

async function cutAfterCommit({ link }: World, random: Random): Promise<Struck> {
  const wanted = random.between(3, 12)
  for (let round = 0; round < 4; round += 1) {
    link.cutAfterCommit(Math.ceil(wanted / 4))
    await pause(random.between(150, 400))
  }
  const { cut } = link
  link.cutAfterCommit(0)
  return { kills: cut, note: `${cut} commits in the last volley had no answer` }
}

const lies = ['timeout_recorded', 'timeout_unrecorded', 'reset_before_record', 'reset_after_record', 'http_500', 'malformed_json', 'slow'] as const

/** Rails that hang, are slow, and lie: what they say did not happen did, and the other way round. */
async function lyingRails({ rails }: World, random: Random): Promise<Struck> {
  const all = [rails.jpmorgan, rails.bank]
  for (let told = 0; told < 25; told += 1) {
    random.pick(all).faults.add({ fault: random.pick(lies), method: 'POST', ms: random.between(50, 700) })
    if (told % 5 === 4) all[0]!.faults.add({ fault: random.pick(lies), method: 'GET', ms: 200 })
    await pause(random.between(10, 90))
  }
  const left = all.reduce((sum, rail) => sum + rail.faults.pending().length, 0)
  for (const rail of all) rail.faults.clear()
  return { note: `${30 - left} answers were no answers` }
}

/** A rail that takes requests and never answers keeps nobody else waiting. */
async function hungRail(world: World, random: Random): Promise<Struck> {
  world.rails.jpmorgan.faults.add({ fault: 'hang', method: 'POST', count: 12 })
  await pause(random.between(300, 700))
  const slowest = Math.max(await untilAnswered(world), await untilAnswered(world))
  world.rails.jpmorgan.faults.clear()
  return { note: `others were answered within ${slowest.toFixed(0)} ms`, problems: slowest > 3_000 ? [`a hung rail kept others waiting for ${slowest.toFixed(0)} ms`] : [] }
}

const TWO_HOURS_MS = 7_200_000

/** The machines' clocks jump, each by itself, and the one that deadlines are read against. */
async function clockJumps(world: World, random: Random): Promise<Struck> {
  const move = async (ms: number): Promise<void> => {
    await world.sql('update clock set offset_ms = offset_ms + $1', [ms])
    world.moveRails(ms)
  }
  for (const ms of [TWO_HOURS_MS, -TWO_HOURS_MS]) {
    world.backend.shiftClock(ms)
    await pause(random.between(100, 300))
    world.worker.shiftClock(-ms)
    await move(ms)
    await pause(random.between(100, 400))
  }
  for (const part of [world.backend, world.worker]) part.shiftClock(0)
  return { note: 'two hours on, two hours back, and each process otherwise' }
}

/** Nothing comes back from the database for a while: whoever finds no connection is told so soon. */
async function exhaustedPool(world: World): Promise<Struck> {
  world.link.pause()
  const calls = Array.from({ length: 120 }, async () => {
    const began = performance.now()
    const { status } = await send(targetOf(world), command('seller', '/v1/sellers', { name: 'S', country: 'DE' }))
    return { status, ms: performance.now() - began }
  })
  await pause(5_000)
  world.link.resume()
  const answers = await Promise.all(calls)
  const refused = answers.filter(({ status }) => status === 503)
  const slowest = Math.max(0, ...refused.map(({ ms }) => ms))
  const recoveryMs = await untilAnswered(world)
  return {
    recoveryMs, note: `${refused.length} of ${answers.length} were refused, the slowest after ${(slowest / 1_000).toFixed(1)} s`,
    problems: [...(refused.length === 0 ? ['no call was refused although no connection was to be had'] : []), ...(recoveryMs === Infinity ? ['calls are not answered any more'] : [])],
  }
}

/** A worker is stopped while it has work under lease; another takes the work; then the first goes on. */
async function frozenWorker(world: World, random: Random): Promise<Struck> {
  for (const rail of [world.rails.jpmorgan, world.rails.bank]) rail.faults.add({ fault: 'slow', ms: 150, count: 40 })
  await pause(random.between(100, 700))
  world.worker.freeze()
  // its leases run out; what it sent is not said to be unsent, for it may yet send
  await world.sql(`update operations set leased_until = now() where leased_until > now() and lease > 1`)
  const second = await world.startSecondWorker()
  await pause(random.between(600, 1_200))
  world.worker.thaw()
  await pause(random.between(100, 400))
  await second.kill()
  for (const rail of [world.rails.jpmorgan, world.rails.bank]) rail.faults.clear()
  return { kills: 1 }
}

/** Jobs that can never be done are set aside; the others go on. */
async function poisonJobs({ sql, backend }: World, random: Random): Promise<Struck> {
  const { id } = backend.ready.marketplace
  const subjects = Array.from({ length: 20 }, (_, index) => `esc_nobody_${random.whole(1e9)}_${index}`)
  await sql(`insert into timers (marketplace_id, kind, subject, due_at) select $1, 'auto_release', unnest($2::text[]), now() - interval '1 year'`, [id, subjects])
  await pause(2_500)
  const [row] = await sql<{ failing: bigint }>(`select count(*) as failing from job_failures where queue = 'timers' and subject like '%esc_nobody_%'`)
  await sql(`delete from timers where subject like 'esc_nobody_%'`)
  await sql(`delete from job_failures where subject like '%esc_nobody_%'`)
  const failing = Number(row?.failing ?? 0n)
  return { note: `${failing} were tried and left for later`, problems: failing === 0 ? ['no poison job was tried'] : [] }
}

/** The disk that the database lies on is full for a while. */
async function fullDisk(world: World, random: Random): Promise<Struck> {
  if (!world.disk) throw new Error('this world has no disk of its own to fill')
  await pause(random.between(200, 600))
  await world.disk.fill()
  await pause(3_000)
  const [before] = [await send(targetOf(world), command('seller', '/v1/sellers', { name: 'S', country: 'DE' }))]
  await world.disk.free()
  const recoveryMs = await untilAnswered(world)
  return {
    recoveryMs, note: `while it was full a write was answered ${before.status}; again after ${(recoveryMs / 1_000).toFixed(1)} s`,
    problems: recoveryMs === Infinity ? ['writes are not answered any more'] : [],
  }
}

export const kinds: Readonly<Record<string, FaultKind>> = {
  'kill-backend': { says: 'kill -9 of the backend', strike: killPart(world => world.backend) },
  'kill-worker': { says: 'kill -9 of the worker', strike: killPart(world => world.worker) },
  'kill-vault': { says: 'kill -9 of the vault', strike: killPart(world => world.vault) },
  'kill-postgres': { says: 'kill -9 of PostgreSQL', strike: killPostgres },
  'kill-all': { says: 'kill -9 of all of them at once', strike: killTogether },
  'cut-after-commit': { says: 'the link to the database is cut after COMMIT', strike: cutAfterCommit },
  'lying-rails': { says: 'rails that time out, lie and are slow', strike: lyingRails },
  'hung-rail': { says: 'a rail that never answers', strike: hungRail },
  'clock-jumps': { says: 'clocks that jump by two hours, there and back', strike: clockJumps },
  'exhausted-pool': { says: 'no database connection is to be had', strike: exhaustedPool },
  'frozen-worker': { says: 'a worker that is stopped past its lease, and resumed', strike: frozenWorker },
  'full-disk': { says: 'the database’s disk is full', own: 'disk', strike: fullDisk },
  'poison-jobs': { says: 'jobs that can never be done', strike: poisonJobs },
}
