import type pg from 'pg'
import { createPlainServer } from './plain-server.ts'

/* The plain server in a process of its own: fork('plain-child.ts', [JSON of PlainChildOptions]) */

export interface PlainChildOptions {
  readonly database: pg.ClientConfig
  readonly poolSize: number
}

export interface PlainReady {
  readonly port: number
  readonly key: string
}

const { database, poolSize } = JSON.parse(process.argv[2] as string) as PlainChildOptions
const key = 'plain-server-key'
const app = createPlainServer({ database, poolSize, key })
const address = await app.listen({ host: '127.0.0.1', port: 0 })
const ready: PlainReady = { port: Number(new URL(address).port), key }
process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)))
process.send?.(ready)
