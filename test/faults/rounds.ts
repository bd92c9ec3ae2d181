import { audit, type Audit } from './audit.ts'
import type { Target } from './calls.ts'
import type { FaultKind, Struck } from './kinds.ts'
import type { Random } from './random.ts'
import { Market } from './shop.ts'
import type { World } from './world.ts'
import { pause } from './moment.ts'

export interface Round extends Audit {
  readonly struck: Struck
  readonly ms: number
}

export const CLIENTS = 16
/** Clients are at work for a moment before and after. */
const BEFORE_MS = 500
const AFTER_MS = 300

/** A market on a world, with something bought, settled and payable. */
export async function openMarket(world: World, random: Random, deals = 8): Promise<Market> {
  const target = (): Target => ({ url: world.backend.ready.url, vaultUrl: world.vault.ready.url, secretKey: world.backend.ready.marketplace.secretKey })
  const market = new Market(target)
  await market.open(random, deals)
  return market
}

/** One round: clients at work, one fault among them, and an audit when it is over. */
export async function runRound(world: World, market: Market, { kind, random, clients = CLIENTS, thinkMs = 0 }: { kind: FaultKind; random: Random; clients?: number; thinkMs?: number }): Promise<Round> {
  const began = performance.now()
  await market.freshRound()
  const state = { over: false }
  const working = Promise.all(Array.from({ length: clients }, async (_, client) => {
    const own = random.fork(`client ${client}`)
    while (!state.over) {
      await market.act(client, own)
      if (thinkMs > 0) await pause(own.whole(2 * thinkMs))
    }
  }))
  await pause(BEFORE_MS)
  const struck = await kind.strike(world, random.fork('strike')).finally(() => {
    state.over = true
  })
  await pause(AFTER_MS)
  await working
  const audited = await audit(world, market)
  return { ...audited, struck, problems: [...(struck.problems ?? []), ...audited.problems], ms: performance.now() - began }
}
