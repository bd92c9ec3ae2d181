import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { readConfig, startBackend, type Connections } from '@holdfast/backend'
import { quickPayments, quickPayouts } from './quick-rails.ts'

/*
 * The backend under load, in a process of its own, configured as an operator would leave it: worker, log and
 * all. Its rails answer at once: what is measured is Holdfast, not a simulator.
 *
 *   fork('backend-child.ts', [JSON of BackendOptions])
 */

export interface BackendOptions {
  readonly folder: string
  readonly connections: Connections
  /** Whether jobs run in the same process, as they do by default. */
  readonly worker: boolean
}

export interface BackendReady {
  readonly port: number
  readonly marketplace: string
  readonly secretKey: string
}

const { folder, connections, worker } = JSON.parse(process.argv[2] as string) as BackendOptions
const config = readConfig({
  HOLDFAST_DATA: folder,
  HOLDFAST_PORT: '0',
  HOLDFAST_VAULT_PORT: '0',
  HOLDFAST_WORKER: String(worker),
})
const backend = await startBackend(config, {
  connections,
  frame: { script: '', style: '' }, page: null,
  logTo: createWriteStream(join(folder, 'backend.log'), { flags: 'a' }),
})
const rails = backend.deps.rails
;(rails.payments as Map<string, unknown>).set(quickPayments.name, quickPayments)
;(rails.payouts as Map<string, unknown>).set(quickPayouts.name, quickPayouts)
const { id, secretKey } = await backend.ensureMarketplace({ name: 'Load', origins: [] })
const ready: BackendReady = { port: Number(new URL(backend.url).port), marketplace: id, secretKey }
process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', () => void backend.close().then(() => process.exit(0)))
process.send?.(ready)
