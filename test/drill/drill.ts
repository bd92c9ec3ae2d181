/**
 * The restore drill: `npm run drill`. Traffic runs on a fresh backend; its database is backed up meanwhile, restored
 * into another data folder, and held against what the ledger was at the instant of the backup; then a backend starts
 * on the copy and goes on. Exits with 0 only if nothing is missing and the books are right.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backup, restore, type Manifest } from '@holdfast/backend'
import { Holdfast } from '@holdfast/server'
import { Buyer } from '../api/support/buyer.ts'
import { addSeller, buy, type Shop } from '../api/support/orders.ts'
import { Narrator } from '../story/narrator.ts'
import { waitFor } from '../support/wait.ts'
import { startWorld, type World } from '../story/world.ts'

const ORDERS = 6
const CALLERS = 4
/** So many releases are answered before the backup begins. */
const ENOUGH = 40

interface Released {
  readonly id: string
  /** Whether it was answered before the backup began. */
  readonly before: boolean
}

/** Releases a cent at a time, from several callers, until it is told to stop. */
class Traffic {
  readonly released: Released[] = []
  backingUp = false
  #going = true
  readonly #callers: readonly Promise<void>[]

  constructor({ holdfast }: Shop, escrows: readonly string[]) {
    this.#callers = Array.from({ length: CALLERS }, (_, caller) => this.#call(holdfast, escrows[caller % escrows.length] as string))
  }

  async #call(holdfast: Holdfast, escrow: string): Promise<void> {
    while (this.#going) {
      const before = !this.backingUp
      const { id } = await holdfast.escrows.release(escrow, { amount: 1 })
      this.released.push({ id, before: before && !this.backingUp })
    }
  }

  async stop(): Promise<void> {
    this.#going = false
    await Promise.all(this.#callers)
  }
}

function openShop(world: World): Shop {
  const holdfast = new Holdfast({ apiKey: world.secretKey, baseUrl: world.url })
  return { holdfast, buyer: new Buyer({ apiUrl: world.url, origin: world.origin }) }
}

async function prepare(shop: Shop): Promise<string[]> {
  await shop.holdfast.operator.topUp({ currency: 'USD', amount: 100_000, reference: 'drill-top-up' })
  const { id: seller } = await addSeller(shop)
  const escrows: string[] = []
  for (let n = 0; n < ORDERS; n += 1) {
    const { escrows: [escrow] } = await buy(shop, [{ seller, amount: 1_000_000, platformFee: 30_000 }])
    escrows.push(escrow?.id ?? '')
  }
  return escrows
}

async function backUpUnderLoad(world: World, { traffic, target }: { traffic: Traffic; target: string }): Promise<{ manifest: Manifest; seconds: number }> {
  const began = performance.now()
  traffic.backingUp = true
  const manifest = await backup({ folder: join(world.dataFolder, 'postgres'), target })
  return { manifest, seconds: (performance.now() - began) / 1_000 }
}

/** The releases that the restored books have. */
async function releasesOf(holdfast: Holdfast): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { id } of holdfast.releases.list({ limit: 100 })) ids.add(id)
  return ids
}

async function drill(folder: string, tell: Narrator): Promise<boolean> {
  const world = await startWorld()
  const target = join(folder, 'backup')
  const dataFolder = join(folder, 'restored')
  try {
    const shop = openShop(world)
    tell.step(`${ORDERS} orders are paid, and ${CALLERS} callers release from them without a pause`)
    const traffic = new Traffic(shop, await prepare(shop))
    await waitFor(async () => traffic.released.length >= ENOUGH, { what: 'the traffic' })
    tell.note(`${traffic.released.length} releases so far`)

    tell.step('The database is backed up meanwhile')
    const { manifest, seconds } = await backUpUnderLoad(world, { traffic, target })
    await traffic.stop()
    await world.stop()
    tell.note(`${manifest.totals.transfers} transfers in ${seconds.toFixed(1)} s; the traffic went on to ${traffic.released.length} releases`)

    tell.step('It is restored into another folder, and recovered')
    const { differences, found } = await restore({ source: target, folder: join(dataFolder, 'postgres') })
    for (const line of differences) tell.note(`differs: ${line}`)
    tell.note(`${found.transfers} transfers, ${Object.keys(found.accounts).length} accounts that are not zero`)
    await cp(join(world.dataFolder, 'development-keys.json'), join(dataFolder, 'development-keys.json'))

    tell.step('A backend starts on the copy and goes on')
    return await goOn({ world, dataFolder, traffic, differences, tell })
  } finally {
    await world.close()
  }
}

interface Continuing {
  readonly world: World
  readonly dataFolder: string
  readonly traffic: Traffic
  readonly differences: readonly string[]
  readonly tell: Narrator
}

async function goOn({ world, dataFolder, traffic, differences, tell }: Continuing): Promise<boolean> {
  const restored = await startWorld({ dataFolder, secretKey: world.secretKey })
  try {
    const holdfast = new Holdfast({ apiKey: restored.secretKey, baseUrl: restored.url })
    const there = await releasesOf(holdfast)
    const lost = traffic.released.filter(({ id, before }) => before && !there.has(id))
    const [escrow] = await holdfast.escrows.list().take(1)
    const next = await holdfast.escrows.release(escrow?.id ?? '', { amount: 1 })
    const { balanced } = await holdfast.ledger.trialBalance()
    tell.note(`${there.size} releases are there; one more was made: ${next.id}`)
    return tell.verdict([
      ['every account is what it was at the instant of the backup', differences.length === 0],
      [`none of the ${traffic.released.filter(({ before }) => before).length} releases answered before the backup is missing`, lost.length === 0],
      ['the trial balance balances, and the backend goes on', balanced],
    ])
  } finally {
    await restored.close()
  }
}

const tell = new Narrator(process.stdout)
const folder = await mkdtemp(join(tmpdir(), 'holdfast-drill-'))
try {
  process.exitCode = (await drill(folder, tell)) ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
