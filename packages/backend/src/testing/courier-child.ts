import { once } from 'node:events'
import { createClock } from '../clock.ts'
import { createLog } from '../log.ts'
import { createPool, type Connection } from '../postgres/pool.ts'
import { createSealer } from '../seal.ts'
import { createGuard } from '../webhooks/guard.ts'
import { startCourier } from '../webhooks/loop.ts'

/*
 * Delivers webhooks in a process of its own, to be killed. Says in one line when it has begun.
 *
 *   node --conditions=holdfast-source testing/courier-child.ts <connection as JSON> <secret key as base64>
 */

const [connection = '{}', secretKey = ''] = process.argv.slice(2)
const app = JSON.parse(connection) as Connection
const courier = startCourier({
  log: createLog({ level: 'silent' }), sealer: createSealer(Buffer.from(secretKey, 'base64')),
  clock: createClock(createPool(app, { size: 1, applicationName: 'holdfast courier' })),
  webhookGuard: createGuard({ ports: [], loopback: true }),
}, { connection: app, metrics: { webhookAttempted: () => {} } })
process.stdout.write('begun\n')
await once(process, 'SIGTERM')
await courier.stop()
process.exit(0)
