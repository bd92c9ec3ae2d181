import type { Deps } from '../deps.ts'
import type { JobHandler, Subject } from '../jobs/handler.ts'
import type { Finding } from './findings.ts'
import { rules } from './rules.ts'
import { runVerifier } from './run.ts'

const EVERY_MS = 2_000
/** A run of so long is followed by a pause of so many times that: the verifier takes a twentieth of a connection. */
const PAUSE_PER_RUN = 19

/** When each marketplace is looked at next, by real time of this process. */
const nextAt = new WeakMap<Deps, Map<string, number>>()

/** Looks at what changed, marketplace by marketplace; see `run.ts`. */
export const verifier: JobHandler = {
  queue: 'verifier',
  async due(deps, { limit, except }) {
    const { rows } = await deps.pool.query<Subject>({
      name: 'due_verifier',
      text: 'select marketplace_id as marketplace, marketplace_id as id from marketplaces where marketplace_id <> all($1) order by 1',
      values: [except],
    })
    const known = nextAt.get(deps)
    return rows.filter(({ id }) => performance.now() >= (known?.get(id) ?? 0)).slice(0, limit)
  },
  async handle(deps, { marketplace }) {
    const began = performance.now()
    try {
      const ran = await runVerifier(deps.pool, { marketplace })
      for (const finding of ran?.fresh ?? []) tell(deps, marketplace, finding)
    } finally {
      const took = performance.now() - began
      const times = nextAt.get(deps) ?? new Map<string, number>()
      nextAt.set(deps, times.set(marketplace, performance.now() + Math.max(EVERY_MS, took * PAUSE_PER_RUN)))
    }
  },
}

function tell({ log }: Deps, marketplace: string, { rule, subject, field, expected, actual }: Finding): void {
  const { severity, says, todo } = rules[rule]
  log.error({ marketplace, rule, severity, subject, field, expected, actual, todo }, `the verifier found: ${says}`)
}
