import { startPostgres, type PostgresOptions } from '../postgres/supervisor.ts'

/*
 * Holds a data folder until it is killed or told to leave; says in JSON what it got.
 *
 *   node --conditions=holdfast-source testing/holder-child.ts <folder> [as whom]
 */

const [folder = '', runAs] = process.argv.slice(2)
try {
  const server = await startPostgres({ folder, ...(runAs && { runAs: runAs as NonNullable<PostgresOptions['runAs']> }) })
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
  process.stdout.write(`${JSON.stringify({ started: server.started, pid: server.pid, port: server.port, app: server.app, superuser: server.superuser })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ refused: (error as Error).name, message: (error as Error).message })}\n`)
}
