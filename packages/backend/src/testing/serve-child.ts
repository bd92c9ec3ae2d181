import { startBackend } from '../main.ts'
import { readConfig } from '../config.ts'

/*
 * A backend in a process of its own, on the embedded database of HOLDFAST_DATA, to be killed.
 * Says in one line of JSON where it answers and which keys its marketplace has.
 *
 *   HOLDFAST_DATA=… node --conditions=holdfast-source testing/serve-child.ts
 */

const backend = await startBackend(readConfig(process.env), { frame: { script: '', style: '' }, page: null })
const marketplace = await backend.ensureMarketplace({ name: 'Faults', origins: [] })
process.once('SIGTERM', () => void backend.close().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({ url: backend.url, marketplace })}\n`)
