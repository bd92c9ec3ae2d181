#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { defaultAlipayApp, startAlipaySimulator, type AlipaySimulatorOptions } from './alipay/server.ts'
import { startAntomSimulator } from './antom/server.ts'
import { defaultBankToken, startBankSimulator } from './bank/server.ts'
import type { JpmorganClient } from './jpmorgan/oauth.ts'
import {
  defaultJpmorganClient as knownClient,
  defaultMerchantId,
  startJpmorganSimulator,
} from './jpmorgan/server.ts'

const usage = `holdfast-simulators: J.P. Morgan, a bank, Alipay and Antom, simulated

  --jpmorgan-port <n>  --bank-port <n>    default 4010, 4020; 0 = any free one
  --alipay-port <n>  --antom-port <n>     default 4340, 4350
  --host <address>                        default 127.0.0.1
  --data <folder>                         keep records; default memory only
  --merchant <id>                         repeatable; default ${defaultMerchantId}
  --client-id, --client-secret            default ${knownClient.clientId}, ${knownClient.clientSecret}
  --client-key <file>, --client-key-id    PEM of the public key or certificate, for private_key_jwt
  --bank-token <token>                    default ${defaultBankToken}
  --alipay-app-id, --alipay-seller-id     default ${defaultAlipayApp.appId}, ${defaultAlipayApp.sellerId}
  --alipay-app-key <file>                 the application's public key, PEM or base64
  --alipay-url, --antom-url <origin>      where buyers and their phones reach them; default their own addresses

Each can be given in the environment: HOLDFAST_SIM_JPMORGAN_PORT, HOLDFAST_SIM_CLIENT_KEY, …
`

const { values } = parseArgs({
  options: {
    'jpmorgan-port': { type: 'string' },
    'bank-port': { type: 'string' },
    'alipay-port': { type: 'string' },
    'antom-port': { type: 'string' },
    host: { type: 'string' },
    data: { type: 'string' },
    merchant: { type: 'string', multiple: true },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'client-key': { type: 'string' },
    'client-key-id': { type: 'string' },
    'bank-token': { type: 'string' },
    'alipay-app-id': { type: 'string' },
    'alipay-seller-id': { type: 'string' },
    'alipay-app-key': { type: 'string' },
    'alipay-url': { type: 'string' },
    'antom-url': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

type Flag = Exclude<keyof typeof values, 'merchant' | 'help'>

function setting(flag: Flag): string | undefined {
  return values[flag] ?? process.env[`HOLDFAST_SIM_${flag.toUpperCase().replaceAll('-', '_')}`]
}

function port(flag: Extract<Flag, `${string}-port`>, fallback: number): number {
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

function alipay(): AlipaySimulatorOptions {
  const keyFile = setting('alipay-app-key')
  const publicUrl = setting('alipay-url')
  const appId = setting('alipay-app-id') ?? defaultAlipayApp.appId
  const sellerId = setting('alipay-seller-id') ?? defaultAlipayApp.sellerId
  return {
    port: port('alipay-port', 4340),
    merchant: { appId, sellerId, name: 'Holdfast Marketplace' },
    ...(keyFile !== undefined ? { appPublicKey: readFileSync(keyFile, 'utf8') } : {}),
    ...(publicUrl !== undefined ? { publicUrl } : {}),
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
  const wallet = await startAlipaySimulator({ ...shared, ...alipay() })
  const antomUrl = setting('antom-url')
  const antom = await startAntomSimulator({
    ...shared,
    port: port('antom-port', 4350),
    ...(antomUrl !== undefined ? { publicUrl: antomUrl } : {}),
  })
  process.stdout.write(
    `J.P. Morgan  ${rail.url}/api/v2\nbank         ${bank.url}\n` +
      `Alipay       ${wallet.url}/gateway.do\nAntom        ${antom.url}\n`,
  )
  const stop = (): void => {
    void Promise.all([rail, bank, wallet, antom].map(simulator => simulator.close()))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

if (values.help) process.stdout.write(usage)
else await main()
