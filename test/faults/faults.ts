import { parseArgs } from 'node:util'
import { openSmallDisk } from './disk.ts'
import { kinds } from './kinds.ts'
import { race } from './races.ts'
import { randomFrom, type Random } from './random.ts'
import { openMarket, runRound, type Round } from './rounds.ts'
import { killStatements } from './statements.ts'
import { openWorld, type World } from './world.ts'

/*
 *   npm run faults -- [--seed N] [--rounds N] [--minutes N] [--kills N] [--races N] [--only kind,…] [--list]
 *
 * Does to Holdfast what happens to machines, and looks whether anything was lost or done twice. All that is chosen by
 * chance comes from the seed.
 */

const usage = `npm run faults -- [options]

  --seed N       what is chosen by chance; printed, so that a run can be made again
  --rounds N     rounds of a fault among clients at work; ${Object.keys(kinds).length * 2} by default
  --minutes N    no new round after so long
  --kills N      points at which something is killed, all in all; 1000 by default
  --races N      races for the same money; 10000 by default
  --only A,B     these alone: ${[...Object.keys(kinds), 'statements', 'races'].join(', ')}
  --list         what there is
`

interface Row {
  readonly name: string
  readonly times: number
  readonly kills: number
  readonly commands: number
  readonly acknowledged: number
  readonly recovered: number
  readonly problems: readonly string[]
  readonly slowestMs: number | null
  readonly ms: number
}

interface Plan {
  readonly seed: number
  readonly rounds: number
  readonly until: number
  readonly kills: number
  readonly races: number
  readonly only: readonly string[]
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

function readPlan(args: string[]): Plan | null {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' }, rounds: { type: 'string' }, minutes: { type: 'string' }, kills: { type: 'string' }, races: { type: 'string' },
      only: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' },
    },
  })
  if (values.help || values.list) return null
  const whole = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text)
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`expected a whole number, not '${text}'`)
    return value
  }
  const only = values.only?.split(',') ?? [...Object.keys(kinds), 'statements', 'races']
  const unknown = only.filter(name => !Object.hasOwn(kinds, name) && name !== 'statements' && name !== 'races')
  if (unknown.length > 0) throw new Error(`there is no fault '${unknown[0]}'`)
  return {
    seed: whole(values.seed, 1), rounds: whole(values.rounds, only.filter(name => Object.hasOwn(kinds, name)).length * 2),
    until: performance.now() + whole(values.minutes, 60) * 60_000, kills: whole(values.kills, 1_000), races: whole(values.races, 10_000), only,
  }
}

const rowOf = (name: string, { struck, commands, acknowledged, recovered, problems, ms }: Round): Row =>
  ({ name, times: 1, kills: struck.kills ?? 0, commands, acknowledged, recovered, problems, slowestMs: struck.recoveryMs ?? null, ms })

/** Rounds on one world, as long as there is time. */
async function runRounds(world: World, names: readonly string[], { random, until }: { random: Random; until: number }): Promise<Row[]> {
  const market = await openMarket(world, random)
  const rows: Row[] = []
  for (const [index, name] of names.entries()) {
    if (performance.now() > until) {
      say(`  time is up: ${names.length - index} rounds are left out`)
      break
    }
    const kind = kinds[name]!
    const round = await runRound(world, market, { kind, random: random.fork(`round ${index}`) })
    rows.push(rowOf(name, round))
    say(`  ${String(index + 1).padStart(3)}/${names.length} ${kind.says}: ${round.commands} commands, ${round.acknowledged} acknowledged, ${round.recovered} found out later, ${round.reads} reads${round.struck.note ? `; ${round.struck.note}` : ''} (${seconds(round.ms)})`)
    for (const problem of round.problems.slice(0, 10)) say(`      PROBLEM ${problem}`)
  }
  return rows
}

/** Opens a world and closes it again, also where somebody ends this program: PostgreSQL would outlive it. */
async function withWorld<T>(options: Parameters<typeof openWorld>[0], work: (world: World) => Promise<T>): Promise<T> {
  const world = await openWorld(options)
  const leave = (): void => void world.close().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)
  try {
    return await work(world)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave)
    await world.close()
  }
}

/** Every kind in turn, in an order of the seed's. */
function orderOf(names: readonly string[], { rounds, random }: { rounds: number; random: Random }): string[] {
  const order: string[] = []
  while (order.length < rounds && names.length > 0) {
    const left = [...names]
    while (left.length > 0) order.push(...left.splice(random.whole(left.length), 1))
  }
  return order.slice(0, rounds)
}

async function amongClients({ only, rounds, until, seed }: Plan): Promise<Row[]> {
  const random = randomFrom(seed)
  const order = orderOf(only.filter(name => Object.hasOwn(kinds, name)), { rounds, random })
  const onDisk = order.filter(name => kinds[name]!.own === 'disk')
  const others = order.filter(name => kinds[name]!.own === undefined)
  const rows: Row[] = []
  if (others.length > 0) {
    say(`\n${others.length} rounds of faults among 16 clients at work`)
    rows.push(...await withWorld({}, world => runRounds(world, others, { random, until })))
  }
  if (onDisk.length > 0 && performance.now() < until) {
    const disk = await openSmallDisk()
    if (!disk) say('\nA full disk is left out: this user may not mount a small one.')
    else {
      say(`\n${onDisk.length} rounds on a disk of its own`)
      rows.push(...await withWorld({ disk }, world => runRounds(world, onDisk, { random, until })).finally(disk.close))
    }
  }
  return rows
}

/** Kills commands at their statements until there were enough kills. */
async function atStatements({ until }: Plan, wanted: number): Promise<Row[]> {
  say(`\nCommands killed at each of their statements, ${wanted} times at least`)
  const rows: Row[] = []
  let kills = 0
  do {
    const began = performance.now()
    let last = began
    const before = kills
    const killed = await killStatements({
      onKill: ({ command }) => {
        kills += 1
        if (performance.now() - last < 5_000) return
        last = performance.now()
        say(`  ${String(kills).padStart(5)} kills, at ${command}`)
      },
    })
    const problems = killed.flatMap(one => one.problems)
    rows.push({ name: 'statements', times: 1, kills: kills - before, commands: kills - before, acknowledged: kills - before, recovered: 0, problems, slowestMs: null, ms: performance.now() - began })
    say(`  ${killed.map(one => `${one.command} ${one.kills}`).join(', ')}`)
    for (const problem of problems.slice(0, 10)) say(`      PROBLEM ${problem}`)
  } while (kills < wanted && performance.now() < until)
  return rows
}

async function racing({ seed, races, until }: Plan): Promise<Row> {
  say(`\n${races} races for the same money, on two backends at once`)
  const began = performance.now()
  let last = began
  const raced = await race(randomFrom(seed).fork('races'), {
    races, until,
    onRace: done => {
      if (performance.now() - last < 5_000) return
      last = performance.now()
      say(`  ${String(done).padStart(5)} races`)
    },
  })
  say(`  ${raced.races} races: ${Object.entries(raced.took).map(([name, { part, won }]) => `${name} ${part} times, had ${won}`).join('; ')}`)
  for (const problem of raced.problems.slice(0, 10)) say(`      PROBLEM ${problem}`)
  const calls = Object.values(raced.took).reduce((sum, { part }) => sum + part, 0)
  const won = Object.values(raced.took).reduce((sum, one) => sum + one.won, 0)
  return { name: 'races', times: raced.races, kills: 0, commands: calls, acknowledged: won, recovered: 0, problems: raced.problems, slowestMs: null, ms: performance.now() - began }
}

/** The summary: a line a kind, and the sum. */
function summary(rows: readonly Row[]): string {
  const lines = [...Map.groupBy(rows, ({ name }) => name)].map(([name, of]) => sumUp(name, of))
  const all = sumUp('all', rows)
  const head = ['', 'times', 'kills', 'commands', 'acknowledged', 'found later', 'back within', 'problems']
  const cells = [head, ...[...lines, all].map(row => [
    row.name, `${row.times}`, `${row.kills}`, `${row.commands}`, `${row.acknowledged}`, `${row.recovered}`,
    row.slowestMs === null ? '' : seconds(row.slowestMs), `${row.problems.length}`,
  ])]
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]!.length)))
  return cells.map(row => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`).join('\n')
}

function sumUp(name: string, rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const times = rows.flatMap(({ slowestMs }) => slowestMs ?? [])
  return {
    name, times: sum(row => row.times), kills: sum(row => row.kills), commands: sum(row => row.commands), acknowledged: sum(row => row.acknowledged),
    recovered: sum(row => row.recovered), problems: rows.flatMap(({ problems }) => problems), slowestMs: times.length === 0 ? null : Math.max(...times), ms: sum(row => row.ms),
  }
}

async function main(): Promise<number> {
  const plan = readPlan(process.argv.slice(2))
  if (!plan) {
    say(usage)
    for (const [name, { says }] of Object.entries(kinds)) say(`  ${name.padEnd(18)} ${says}`)
    return 0
  }
  say(`seed ${plan.seed}: the same seed chooses the same`)
  const began = performance.now()
  const rows = await amongClients(plan)
  const killed = rows.reduce((sum, { kills }) => sum + kills, 0)
  if (plan.only.includes('statements') && killed < plan.kills && performance.now() < plan.until) rows.push(...await atStatements(plan, plan.kills - killed))
  if (plan.only.includes('races') && performance.now() < plan.until) rows.push(await racing(plan))
  const problems = rows.flatMap(row => row.problems)
  say(`\n${summary(rows)}\n`)
  say(problems.length === 0 ? `Nothing was lost, nothing was done twice, and the books are right (${seconds(performance.now() - began)}).` : `${problems.length} problems; npm run faults -- --seed ${plan.seed} makes the same choices again.`)
  return problems.length === 0 ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return 2
})
