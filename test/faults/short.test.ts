import { expect, test } from 'vitest'
import { verifierLooked } from './audit.ts'
import { kinds, type FaultKind } from './kinds.ts'
import { race } from './races.ts'
import { randomFrom } from './random.ts'
import { openMarket, runRound } from './rounds.ts'
import { killStatements } from './statements.ts'
import { openWorld } from './world.ts'

/* `npm run faults`, for seconds: a few clients in no hurry, each fault once, one audit for all. */

/** Several faults in one round, one after another. */
function together(names: readonly string[]): FaultKind {
  return {
    says: names.join(', '),
    async strike(...given) {
      const struck = []
      for (const name of names) struck.push(await kinds[name]!.strike(...given))
      return { kills: struck.reduce((sum, { kills = 0 }) => sum + kills, 0), problems: struck.flatMap(({ problems = [] }) => problems) }
    },
  }
}

test('faults among clients at work: nothing is lost, nothing is done twice, and the books are right', async () => {
  const random = randomFrom(7)
  const world = await openWorld({ together: true })
  try {
    const market = await openMarket(world, random, 3)
    const kind = together(['cut-after-commit', 'lying-rails', 'clock-jumps', 'poison-jobs', 'kill-postgres', 'kill-backend'])
    const { problems, acknowledged, recovered, struck } = await runRound(world, market, { kind, random, clients: 4, thinkMs: 150 })
    expect(problems).toEqual([])
    expect(acknowledged).toBeGreaterThan(0)
    expect(recovered).toBeGreaterThan(0)
    expect(struck.kills).toBeGreaterThan(2)
    expect(await verifierLooked(world)).toBeGreaterThan(0)
  } finally {
    await world.close()
  }
}, 180_000)

test('commands that are killed at a statement are done once, and answered once', async () => {
  const killed = await killStatements({ commands: ['escrows.release', 'disputes.open', 'payouts.create'], whens: ['after'], every: 7 })
  expect(killed.flatMap(({ problems }) => problems)).toEqual([])
  expect(killed.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(6)
}, 120_000)

test('of calls that race for the same money, no two have it', async () => {
  const { problems, races, took } = await race(randomFrom(5), { races: 40, orders: 2 })
  expect(problems).toEqual([])
  expect(races).toBeGreaterThanOrEqual(40)
  expect(Object.entries(took).filter(([, { part }]) => part === 0)).toEqual([])
}, 120_000)
