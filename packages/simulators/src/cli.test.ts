import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultBankToken, defaultMerchantId } from './index.ts'
import { newFolder, payment, portalToken, send, transfer, type Answer } from './testing.ts'

interface Running {
  readonly child: ChildProcess
  readonly rail: string
  readonly bank: string
}

/** The command as a process of its own, on free ports. */
async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  const ports = ['jpmorgan', 'bank', 'alipay', 'antom'].flatMap(name => [`--${name}-port`, '0'])
  const child = spawn(
    process.execPath,
    ['--conditions=holdfast-source', fileURLToPath(new URL('cli.ts', import.meta.url)), ...ports, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    const [rail, bank] = said.match(/http:\/\/[\d.]+:\d+/g) ?? []
    if (rail !== undefined && bank !== undefined) return { child, rail, bank }
  }
  throw new Error(`the command ended: ${said}`)
}

async function callRail({ rail }: Running, method: string, path: string, body?: object): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${await portalToken(rail)}`,
    'merchant-id': defaultMerchantId,
    'request-id': 'pay-1',
  }
  return send(rail, { method, path: `/api/v2${path}`, body, headers })
}

async function callBank({ bank }: Running, method: string, path: string, body?: object): Promise<Answer> {
  return send(bank, { method, path, body, headers: { authorization: `Bearer ${defaultBankToken}` } })
}

describe('the command', () => {
  it('remembers after kill -9 whatever it had answered', async () => {
    const data = newFolder()
    const first = await run(['--data', data])
    const paid = await callRail(first, 'POST', '/payments', payment({ captureMethod: 'NOW' }))
    const sent = await callBank(first, 'POST', '/transfers', transfer())
    expect([paid.status, sent.status]).toEqual([200, 202])
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')

    const second = await run([], { HOLDFAST_SIM_DATA: data })
    expect(await callRail(second, 'GET', '/payments?requestIdentifier=pay-1')).toEqual(paid)
    expect(await callBank(second, 'GET', '/transfers/po_1')).toMatchObject({ status: 200, body: sent.body })
  })

  it('ends by itself on SIGTERM, and serves the merchants that it is told', async () => {
    const running = await run(['--merchant', '000017904371'])
    expect(await callRail(running, 'GET', '/payments/x')).toMatchObject({ status: 403 })
    running.child.kill('SIGTERM')
    expect(await once(running.child, 'exit')).toEqual([0, null])
  })
})
