import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { readConfig, startBackend } from '@holdfast/backend'
import { startVault, type VaultOptions } from '@holdfast/vault'

/*
 * A part of Holdfast in a process of its own, to be killed, stopped and lied to about the time. It ends with the
 * process that started it.
 *
 *   fork('child.ts', ['backend' | 'worker' | 'all', folder], { env })
 *   fork('child.ts', ['vault', folder, JSON of VaultOptions])
 */

/** Where card pages of the marketplace are. */
const ORIGIN = 'http://shop.test'

const [role = '', folder = '', options = '{}'] = process.argv.slice(2)
const log = createWriteStream(join(folder, `${role}.log`), { flags: 'a' })

/** Moves this process's clock, as a machine whose clock is set: timers go on, dates jump. */
function shiftClock(ms: number): void {
  const Real = globalThis.Date
  const now = Real.now.bind(Real)
  globalThis.Date = new Proxy(Real, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now() + ms] : args, self) as object,
    get: (target, name, self) => (name === 'now' ? () => now() + ms : Reflect.get(target, name, self)),
  })
}

async function start(): Promise<object> {
  if (role === 'vault') {
    const vault = await startVault({ ...(JSON.parse(options) as VaultOptions), frame: { script: '', style: '' }, log: { level: 'warn', destination: log } })
    return { url: vault.internalUrl }
  }
  const config = { ...readConfig(process.env), worker: role !== 'backend' }
  const backend = await startBackend(config, { frame: { script: '', style: '' }, page: null, logTo: log, serve: role !== 'worker' })
  const marketplace = role !== 'worker' ? await backend.ensureMarketplace({ name: 'Faults', origins: [ORIGIN] }) : null
  return { url: backend.url, vaultUrl: backend.vaultInternalUrl, marketplace }
}

process.on('disconnect', () => process.exit(0))
process.on('message', (message: { readonly shiftMs?: number }) => {
  if (message.shiftMs !== undefined) shiftClock(message.shiftMs)
})
process.send?.(await start())
