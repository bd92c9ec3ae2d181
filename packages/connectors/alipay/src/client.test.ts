import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deadlineIn } from '@holdfast/connector-shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AlipayClient, type Answer } from './client.ts'
import { readOptions } from './options.ts'
import { notificationOf, optionsFor, startTestRail } from './testing.ts'
import type { AlipaySimulator } from '@holdfast/simulators'

const query = { api: 'alipay.trade.query', biz: { out_trade_no: 'T1' } } as const

async function rail(): Promise<{ simulator: AlipaySimulator; client: AlipayClient }> {
  const simulator = await startTestRail()
  onTestFinished(() => simulator.close())
  return { simulator, client: new AlipayClient(readOptions(optionsFor(simulator))) }
}

/** A gateway that answers as it is told to. */
async function gateway(answer: (reply: ServerResponse, count: number) => void): Promise<{ client: AlipayClient; requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, reply) => {
    requests.push(request.url ?? '')
    request.resume().on('end', () => { answer(reply, requests.length) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  const { simulator } = await rail()
  const options = { ...optionsFor(simulator), gateway: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gateway.do` }
  return { requests, client: new AlipayClient(readOptions(options)) }
}

const call = (client: AlipayClient, timeoutMs = 3_000): Promise<Answer> => client.call(query, deadlineIn(timeoutMs))

describe('a call through the official client', () => {
  it('is taken by the gateway, in Beijing’s time, and its answer keeps the rail’s own names', async () => {
    const { simulator, client } = await rail()
    expect(await call(client)).toMatchObject({ kind: 'answered', body: { code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' } })
    expect(simulator.requests.log.at(-1)).toMatchObject({ path: '/gateway.do', status: 200, requestId: 'T1' })
  })

  it('goes out once: a broken connection is not tried again', async () => {
    const { client, requests } = await gateway((reply) => reply.socket?.destroy())
    expect(await call(client)).toEqual({ kind: 'unknown', reason: 'the answer was lost, or led elsewhere' })
    expect(requests).toHaveLength(1)
  })

  it('follows no redirect', async () => {
    const { client, requests } = await gateway((reply) => reply.writeHead(302, { location: '/elsewhere' }).end())
    expect(await call(client)).toMatchObject({ kind: 'unknown' })
    expect(requests).toHaveLength(1)
  })

  it('ends in time when the answer drips', async () => {
    const { client } = await gateway((reply) => {
      reply.writeHead(200)
      const timer = setInterval(() => reply.write(' '), 50)
      reply.on('close', () => { clearInterval(timer) })
    })
    const started = performance.now()
    expect(await call(client, 300)).toMatchObject({ kind: 'unknown' })
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('is not made when no time is left', async () => {
    const { client, requests } = await gateway((reply) => reply.end())
    expect(await call(client, 0)).toMatchObject({ kind: 'not_sent' })
    expect(requests).toEqual([])
  })

  const body = '{"code":"10000","msg":"Success","trade_status":"TRADE_SUCCESS","out_trade_no":"T1"}'

  it.each([
    ['no signature', `{"alipay_trade_query_response":${body}}`],
    ['a signature of other words', `{"alipay_trade_query_response":${body},"sign":"${'A'.repeat(342)}=="}`],
    ['a signature that is none', `{"alipay_trade_query_response":${body},"sign":"?"}`],
    ['another method’s answer', `{"alipay_trade_close_response":${body},"sign":"x"}`],
    ['an error of the gateway without a signature', '{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id"}}'],
    ['no JSON', '<html>busy</html>'], ['nothing', ''], ['null', 'null'], ['a list', '[]'],
  ])('proves nothing with %s, and what was answered is not repeated', async (_, text) => {
    const { client } = await gateway((reply) => reply.end(text))
    const answer = await call(client)
    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringMatching(/^[a-z ,:]+$/) })
  })

  it('takes the answer of one call for another’s: whose trade it shows is for its reader to see', async () => {
    const { client } = await rail()
    const stolen = await fetch(signedUrl(client), { method: 'POST' }).then((response) => response.text())
    expect(stolen).toContain('alipay_trade_refund_response')
    const { client: fooled } = await gateway((reply) => reply.end(stolen.replace('refund_response', 'query_response')))
    // the signature holds over the object alone
    expect(await call(fooled)).toMatchObject({ kind: 'answered', body: { sub_code: 'ACQ.TRADE_NOT_EXIST' } })
  })
})

/** A call as an address: pages are made that way, and the gateway takes any method by it. */
function signedUrl(client: AlipayClient): string {
  return client.page({ api: 'alipay.trade.refund', biz: { out_trade_no: 'T1', refund_amount: '1.00' }, returnUrl: 'https://shop.example' })
}

describe('a notification’s signature', () => {
  it('holds with a percent sign in a value, where the client’s first check throws', async () => {
    const { simulator, client } = await rail()
    const biz = { out_trade_no: 'T1', total_amount: '1.00', subject: '50% off + 茶' }
    expect(await client.call({ api: 'alipay.trade.precreate', biz, notifyUrl: 'http://127.0.0.1:9/' }, deadlineIn(3_000))).toMatchObject({ body: { code: '10000' } })
    simulator.buyer('T1', 'approve')
    const form = Object.fromEntries(new URLSearchParams(Buffer.from(notificationOf(simulator, 'T1')!.body).toString()))
    expect(form['subject']).toBe('50% off + 茶')
    expect(client.signed(form)).toBe(true)
    expect(client.signed({ ...form, total_amount: '100.00' })).toBe(false)
    expect(client.signed({ ...form, added: 'x' })).toBe(false)
    expect(client.signed({ ...form, sign_type: 'RSA' })).toBe(false)
    expect(client.signed({ ...form, sign: `${form['sign']} ` })).toBe(false)
    expect(client.signed({ ...form, sign: '' })).toBe(false)
  })
})
