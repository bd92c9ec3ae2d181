import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface VaultProcess {
  readonly databaseUrl: string
  readonly internalKey: string
  readonly port: number
  readonly publicUrl: string
  readonly keyFile: string
  readonly jpmorganUrl: string
  readonly walletsFile: string
}

/**
 * Runs the vault as a process of its own, with its own database role, as production does
 * (`HOLDFAST_VAULT=separate`).
 */
export async function startVaultProcess(options: VaultProcess): Promise<{ close: () => Promise<void> }> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.resolve('@holdfast/vault/cli'))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'], HOLDFAST_MODE: 'test', HOLDFAST_LOG_LEVEL: 'warn', HOLDFAST_VAULT_DATABASE_URL: options.databaseUrl,
      HOLDFAST_VAULT_INTERNAL_KEY: options.internalKey, HOLDFAST_VAULT_KEYS: options.keyFile, HOLDFAST_VAULT_URL: options.publicUrl,
      HOLDFAST_VAULT_LISTEN: `127.0.0.1:${options.port}`, HOLDFAST_VAULT_HOST_JPMORGAN: options.jpmorganUrl,
      HOLDFAST_VAULT_WALLETS: options.walletsFile,
    },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('The vault is at')) resolve()
    })
    void ended.then(() => reject(new Error(`the vault ended before it was up: ${said}`)))
  })
  return {
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
