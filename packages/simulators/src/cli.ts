#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { defaultBankToken, startBankSimulator } from './bank/server.ts'
import type { JpmorganClient } from './jpmorgan/oauth.ts'
import {
  defaultJpmorganClient as knownClient,
  defaultMerchantId,
  startJpmorganSimulator,
} from './jpmorgan/server.ts'

const usage = `holdfast-simulators: J.P. Morgan and a bank, simulated

  --jpmorgan-port <n>  --bank-port <n>    default 4010, 4020; 0 = any free one
  --host <address>                        default 127.0.0.1
  --data <folder>                         keep records; default memory only
  --merchant <id>                         repeatable; default ${defaultMerchantId}
  --client-id, --client-secret            default ${knownClient.clientId}, ${knownClient.clientSecret}
  --client-key <file>, --client-key-id    PEM of the public key or certificate, for private_key_jwt
  --bank-token <token>                    default ${defaultBankToken}

Each can be given in the environment: HOLDFAST_SIM_JPMORGAN_PORT, HOLDFAST_SIM_CLIENT_KEY, …
`

const { values } = parseArgs({
  options: {
    'jpmorgan-port': { type: 'string' },
    'bank-port': { type: 'string' },
    host: { type: 'string' },
    data: { type: 'string' },
    merchant: { type: 'string', multiple: true },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'client-key': { type: 'string' },
    'client-key-id': { type: 'string' },
    'bank-token': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

type Flag = Exclude<keyof typeof values, 'merchant' | 'help'>

function setting(flag: Flag): string | undefined {
  return values[flag] ?? process.env[`HOLDFAST_SIM_${flag.toUpperCase().replaceAll('-', '_')}`]
}

function port(flag: 'jpmorgan-port' | 'bank-port', fallback: number): number {
  const text = setting(flag) ?? String(fallback)
  const number = Number(text)
  if (!/^\d{1,5}$/.test(text) || number > 65_535)
    throw new Error(`--${flag} ${text}: a port from 0 to 65535 is expected`)
  return number
}

function client(): JpmorganClient {
  const keyFile = setting('client-key')
  const keyId = setting('client-key-id')
  return {
    clientId: setting('client-id') ?? knownClient.clientId,
    clientSecret: setting('client-secret') ?? knownClient.clientSecret,
    ...(keyFile !== undefined ? { publicKey: readFileSync(keyFile, 'utf8') } : {}),
    ...(keyId !== undefined ? { keyId } : {}),
  }
}

async function main(): Promise<void> {
  const dataFolder = setting('data')
  const shared = { host: setting('host') ?? '127.0.0.1', ...(dataFolder !== undefined ? { dataFolder } : {}) }
  const merchantIds = values.merchant ??
    process.env['HOLDFAST_SIM_MERCHANTS']?.split(',') ?? [defaultMerchantId]
  const rail = await startJpmorganSimulator({
    ...shared,
    port: port('jpmorgan-port', 4010),
    merchantIds,
    clients: [client()],
  })
  const bank = await startBankSimulator({
    ...shared,
    port: port('bank-port', 4020),
    token: setting('bank-token') ?? defaultBankToken,
  })
  process.stdout.write(`J.P. Morgan  ${rail.url}/api/v2\nbank         ${bank.url}\n`)
  const stop = (): void => {
    void Promise.all([rail.close(), bank.close()])
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

if (values.help) process.stdout.write(usage)
else await main()
