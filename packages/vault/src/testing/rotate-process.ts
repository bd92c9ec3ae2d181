// Rotates the keys of the vault given by its database and key file, in small batches.
import { createLog } from '../log.ts'
import { loadKeyring } from '../keyring.ts'
import { rotateKeys } from '../rotate.ts'
import { openPool } from '../store.ts'

const [databaseUrl = '', file = ''] = process.argv.slice(2)
const ring = loadKeyring({ file })
const pool = openPool(databaseUrl)
const log = createLog({ level: 'error', destination: process.stderr })
await rotateKeys({ pool, log, keyring: () => ring }, { batch: 5 })
await pool.end()
