import type pg from 'pg'
import type { TrialBalance } from '@holdfast/contract/types'
import type { BackendReady } from './backend-child.ts'
import type { CommandName, Load } from './commands.ts'
import type { Target } from './generator.ts'
import { CURRENCY, HOT_SELLER, idOf, SELLERS } from './objects.ts'
import { releasable, seed, type Orders } from './seed.ts'
import type { System } from './targets.ts'
import { createBaselines, openWorld, type Child, type Measurement, type World } from './world.ts'

/** Holdfast and both baselines on one PostgreSQL, with money to release, ready to be measured. */
export interface Arena {
  readonly world: World
  readonly backend: Child<BackendReady>
  /** The backend's database, as the superuser. */
  readonly database: pg.Client
  run(run: Run): Promise<Measurement>
  /** Whether every call that was answered stands in the books, once, and the books balance. */
  prove(): Promise<Proof>
  close(): Promise<void>
}

export interface Run {
  readonly system: System
  readonly load: Load
  readonly callers: number
  readonly leadMs: number
  readonly windowMs: number
  /** Of Holdfast; `release` by default. */
  readonly command?: CommandName
}

export interface Proof {
  readonly balanced: boolean
  readonly covered: boolean
  /** Releases that were answered, and releases that the books have beyond those seeded. */
  readonly answered: number
  readonly recorded: number
  readonly stands: boolean
}

/** The database that the embedded server comes with. */
const DATABASE = 'holdfast'

export interface ArenaOptions {
  readonly orders?: readonly Orders[]
  readonly statistics?: boolean
  /** Whether the backend runs its jobs as well; false by default, for neither baseline has any. */
  readonly worker?: boolean
  readonly built?: readonly string[]
}

export async function openArena({
  orders = releasable,
  statistics = false,
  worker = false,
  built,
}: ArenaOptions = {}): Promise<Arena> {
  const world = await openWorld({ name: 'bench', statistics })
  try {
    const [backend] = await Promise.all([
      world.startBackend({ database: DATABASE, worker, ...(built && { built }) }),
      createBaselines(world),
    ])
    const database = await world.connect(DATABASE)
    await seed(database, { marketplace: backend.ready.marketplace, orders })
    await database.query('vacuum analyze')
    const plain = await world.startPlain()
    const targets: Readonly<Record<System, Target>> = {
      holdfast: { kind: 'http', port: backend.ready.port, key: backend.ready.secretKey, command: 'release' },
      bare: { kind: 'sql', database: { ...world.postgres.owner, database: 'bare' } },
      plain: { kind: 'http', port: plain.ready.port, key: plain.ready.key, command: 'plainRelease' },
    }
    const servers = { holdfast: backend.pid, plain: plain.pid, bare: undefined }
    return compose({ world, backend, database, targets, servers })
  } catch (error) {
    await world.close()
    throw error
  }
}

function compose({
  world,
  backend,
  database,
  targets,
  servers,
}: Pick<Arena, 'world' | 'backend' | 'database'> & {
  readonly targets: Readonly<Record<System, Target>>
  readonly servers: Readonly<Record<System, number | undefined>>
}): Arena {
  const answered = new Map<string, number>()
  return {
    world,
    backend,
    database,
    async run({ system, command, ...job }) {
      const target = command
        ? { ...(targets[system] as Target & { kind: 'http' }), command }
        : targets[system]
      const measurement = await world.measure({ target, ...job }, servers[system])
      const of = target.kind === 'http' ? target.command : 'transfer'
      answered.set(of, (answered.get(of) ?? 0) + measurement.done)
      return measurement
    },
    prove: () =>
      prove({
        backend,
        database,
        answered: (answered.get('release') ?? 0) + (answered.get('releaseOfSeller') ?? 0),
      }),
    async close() {
      await database.end()
      await world.close()
    },
  }
}

async function prove({
  backend,
  database,
  answered,
}: Pick<Arena, 'backend' | 'database'> & { readonly answered: number }): Promise<Proof> {
  const { balanced, covered } = await readTrialBalance(backend.ready)
  const { rows } = await database.query<{ recorded: number }>(
    `select count(*)::int as recorded from releases r join ledger_transfers t
      on t.marketplace_id = r.marketplace_id and t.id = r.transfer_id
     where r.marketplace_id = $1 and r.created_at > now() - interval '10 days'`,
    [backend.ready.marketplace],
  )
  const { recorded } = rows[0] as { recorded: number }
  return { balanced, covered, answered, recorded, stands: balanced && covered && answered === recorded }
}

async function readTrialBalance({ port, secretKey }: BackendReady): Promise<TrialBalance> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/ledger/trial-balance`, {
    headers: { authorization: `Bearer ${secretKey}` },
  })
  if (!answer.ok) throw new Error(`the trial balance answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as TrialBalance
}

/**
 * Sellers get bank accounts as merchants give them, by the API: their numbers are sealed under the backend's
 * key.
 */
export async function giveBankAccounts({ backend }: Arena): Promise<void> {
  const { port, secretKey } = backend.ready
  const account = {
    holder: 'Load',
    country: 'US',
    currency: CURRENCY,
    routingNumber: '021000021',
    accountNumber: '9988776655',
  }
  const give = async (n: number): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/sellers/${idOf('sel', n)}`, {
      method: 'PATCH',
      body: JSON.stringify({ bankAccount: account }),
      headers: {
        authorization: `Bearer ${secretKey}`,
        'content-type': 'application/json',
        'idempotency-key': `bank-account-${n}`,
      },
    })
    if (!answer.ok)
      throw new Error(`a seller's bank account answered ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
  }
  let next = HOT_SELLER
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next <= SELLERS) await give(next++)
    }),
  )
}
