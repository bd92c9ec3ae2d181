import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultAlipayApp, startAlipaySimulator, type AlipaySimulator, type AlipaySimulatorOptions } from '../index.ts'
import { monday, newFolder, send, stoppedClock } from '../testing.ts'
import { dayMs } from '../shared/clock.ts'

/* The wire, said by hand: what the simulator takes and gives is held against the protocol, not against itself. */

const der = { format: 'der' } as const
const appKey = createPrivateKey({ key: Buffer.from(defaultAlipayApp.privateKey, 'base64'), ...der, type: 'pkcs8' })
const railKey = createPublicKey({ key: Buffer.from(defaultAlipayApp.alipayPublicKey, 'base64'), ...der, type: 'spki' })

type Fields = Record<string, string>
type Biz = Record<string, unknown>

const sorted = (fields: Fields): string => Object.keys(fields).toSorted().map(key => `${key}=${fields[key]}`).join('&')

function request(method: string, biz: Biz, more: Fields = {}): Fields {
  const fields: Fields = {
    method, app_id: defaultAlipayApp.appId, charset: 'utf-8', sign_type: 'RSA2', version: '1.0', timestamp: '2026-01-05 17:00:00',
    biz_content: JSON.stringify(biz), ...more,
  }
  return { ...fields, sign: createSign('RSA-SHA256').update(sorted(fields)).sign(appKey, 'base64') }
}

async function call(rail: AlipaySimulator, fields: Fields): Promise<{ text: string; body: Fields; name: string; signed: boolean }> {
  const { biz_content: content = '', ...query } = fields
  const { text } = await send(rail.url, {
    method: 'POST', path: `/gateway.do?${new URLSearchParams(query).toString()}`, body: new URLSearchParams({ biz_content: content }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  })
  const parsed = JSON.parse(text) as Record<string, Fields | string>
  const [name = ''] = Object.keys(parsed)
  const [, inner = '', sign = ''] = /^\{"\w+":(\{.*\}),"sign":"([^"]+)"\}$/.exec(text) ?? []
  const signed = sign !== '' && createVerify('RSA-SHA256').update(inner).verify(railKey, sign, 'base64')
  return { text, name, signed, body: parsed[name] as Fields }
}

async function start(options: AlipaySimulatorOptions = {}): Promise<AlipaySimulator> {
  const rail = await startAlipaySimulator({ now: stoppedClock().now, ...options })
  onTestFinished(() => rail.close())
  return rail
}

const order = (overrides: Biz = {}): Biz => ({ out_trade_no: 'T1', total_amount: '88.88', subject: '50% off + 茶', ...overrides })

const ask = async (rail: AlipaySimulator, method: string, biz: Biz): Promise<Fields> => (await call(rail, request(method, biz))).body

/** A code that the buyer has paid. */
async function paid(rail: AlipaySimulator, overrides: Biz = {}, more: Fields = {}): Promise<void> {
  const biz = order(overrides)
  await call(rail, request('alipay.trade.precreate', biz, more))
  expect(rail.buyer(String(biz['out_trade_no']), 'approve')).toBe(true)
}

const status = async (rail: AlipaySimulator): Promise<string | undefined> => {
  const { sub_code: refusal, trade_status: state } = await ask(rail, 'alipay.trade.query', { out_trade_no: 'T1' })
  return state ?? refusal
}

describe('the gateway', () => {
  it('signs exactly the characters that it sends, escaped slashes and all', async () => {
    const { text, name, signed, body } = await call(await start(), request('alipay.trade.precreate', order()))
    expect({ name, signed, code: body['code'] }).toEqual({ name: 'alipay_trade_precreate_response', signed: true, code: '10000' })
    expect(text).toContain('"qr_code":"http:\\/\\/127.0.0.1')
  })

  it.each<[string, (fields: Fields) => Fields, string, string, string, boolean]>([
    ['a signature over other values', fields => ({ ...fields, charset: 'gbk' }), 'alipay_trade_query_response', '40002', 'isv.invalid-signature', true],
    ['another application', fields => ({ ...fields, app_id: '2021000000000043' }), 'error_response', '40002', 'isv.invalid-app-id', false],
    ['no application', ({ app_id: _, ...fields }) => fields, 'error_response', '40001', 'isv.missing-app-id', false],
    ['no signature', ({ sign: _, ...fields }) => fields, 'error_response', '40001', 'isv.missing-signature', false],
    ['an unknown method', fields => ({ ...fields, method: 'alipay.trade.pray' }), 'error_response', '40002', 'isv.invalid-method', false],
  ])('refuses %s', async (_, change, name, code, subCode, signed) => {
    const answer = await call(await start(), change(request('alipay.trade.query', { out_trade_no: 'T1' })))
    expect([answer.name, answer.body['code'], answer.body['sub_code'], answer.signed]).toEqual([name, code, subCode, signed])
  })

  it.each<[Biz, string]>([
    [{ out_trade_no: 'has-a-hyphen' }, 'ACQ.INVALID_PARAMETER'], [{ out_trade_no: '' }, 'ACQ.INVALID_PARAMETER'],
    [{ total_amount: '0' }, 'ACQ.TOTAL_FEE_EXCEED'], [{ total_amount: '1.001' }, 'ACQ.TOTAL_FEE_EXCEED'],
    [{ total_amount: '100000000.01' }, 'ACQ.TOTAL_FEE_EXCEED'], [{ subject: 'a/b' }, 'ACQ.INVALID_PARAMETER'],
    [{ time_expire: '2026-01-05 16:59:59' }, 'ACQ.INVALID_PARAMETER'],
  ])('refuses an order with %j', async (overrides, subCode) => {
    expect(await ask(await start(), 'alipay.trade.precreate', order(overrides))).toMatchObject({ code: '40004', sub_code: subCode })
  })
})

describe('a trade', () => {
  it('is not there before the buyer has come, and cannot be closed; then it waits, and is paid', async () => {
    const rail = await start()
    await ask(rail, 'alipay.trade.precreate', order())
    expect(await status(rail)).toBe('ACQ.TRADE_NOT_EXIST')
    expect(await ask(rail, 'alipay.trade.close', { out_trade_no: 'T1' })).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' })
    rail.buyer('T1', 'scan')
    expect(await status(rail)).toBe('WAIT_BUYER_PAY')
    rail.buyer('T1', 'approve')
    expect(await status(rail)).toBe('TRADE_SUCCESS')
    expect(await ask(rail, 'alipay.trade.close', { out_trade_no: 'T1' })).toMatchObject({ sub_code: 'ACQ.TRADE_STATUS_ERROR' })
  })

  it.each<['merchant' | 'buyer' | 'time', (rail: AlipaySimulator) => unknown]>([
    ['merchant', rail => ask(rail, 'alipay.trade.close', { out_trade_no: 'T1' })],
    ['buyer', rail => rail.buyer('T1', 'refuse')],
    ['time', rail => { rail.clock.set(2 * 3_600_000) }],
  ])('that the %s closed is not paid any more', async (by, close) => {
    const rail = await start()
    await ask(rail, 'alipay.trade.precreate', order())
    rail.buyer('T1', 'scan')
    await close(rail)
    expect(await status(rail)).toBe('TRADE_CLOSED')
    expect(rail.buyer('T1', 'approve')).toBe(false)
    expect(rail.records.trades()).toMatchObject([{ closedBy: by }])
    expect(await ask(rail, 'alipay.trade.precreate', order())).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' })
  })

  it('can be paid after its end by force, as on a rail that lies', async () => {
    const rail = await start()
    await ask(rail, 'alipay.trade.precreate', order())
    rail.buyer('T1', 'refuse')
    expect(rail.buyer('T1', 'approve', { force: true })).toBe(true)
    expect(await status(rail)).toBe('TRADE_SUCCESS')
  })

  it('is one under its number, however often it is asked for; another amount is refused', async () => {
    const rail = await start()
    const codes = [await ask(rail, 'alipay.trade.precreate', order()), await ask(rail, 'alipay.trade.precreate', order())]
    expect(codes[1]!['qr_code']).toBe(codes[0]!['qr_code'])
    expect(await ask(rail, 'alipay.trade.precreate', order({ total_amount: '1.00' }))).toMatchObject({ sub_code: 'ACQ.CONTEXT_INCONSISTENT' })
    rail.buyer('T1', 'approve')
    expect(await ask(rail, 'alipay.trade.precreate', order())).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_SUCCESS' })
  })

  it('is refunded in parts, each request once, and closed when nothing is left', async () => {
    const rail = await start()
    await paid(rail)
    const refund = (out_request_no: string, refund_amount: string): Promise<Fields> => ask(rail, 'alipay.trade.refund', { out_trade_no: 'T1', out_request_no, refund_amount })
    expect(await refund('R1', '80.00')).toMatchObject({ fund_change: 'Y', refund_fee: '80.00' })
    expect(await refund('R1', '80.00')).toMatchObject({ fund_change: 'N', refund_fee: '80.00' })
    expect(await refund('R1', '8.00')).toMatchObject({ sub_code: 'ACQ.DISCORDANT_REPEAT_REQUEST' })
    expect(await refund('R2', '8.89')).toMatchObject({ sub_code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' })
    expect(await status(rail)).toBe('TRADE_SUCCESS')
    expect(await refund('R3', '8.88')).toMatchObject({ fund_change: 'Y', refund_fee: '88.88' })
    expect(await status(rail)).toBe('TRADE_CLOSED')
    expect(await ask(rail, 'alipay.trade.fastpay.refund.query', { out_trade_no: 'T1', out_request_no: 'R3' })).toMatchObject({ refund_status: 'REFUND_SUCCESS', refund_amount: '8.88' })
    expect(await ask(rail, 'alipay.trade.fastpay.refund.query', { out_trade_no: 'T1', out_request_no: 'R2' })).toEqual({ code: '10000', msg: 'Success' })
  })

  it('is finished, and not refunded any more, after 90 days', async () => {
    const rail = await start()
    await paid(rail)
    rail.clock.set(90 * dayMs)
    expect(await status(rail)).toBe('TRADE_FINISHED')
    expect(await ask(rail, 'alipay.trade.refund', { out_trade_no: 'T1', refund_amount: '1.00' })).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_FINISHED' })
  })

  it('is there after a restart, whatever had been answered', async () => {
    const dataFolder = newFolder()
    const first = await startAlipaySimulator({ dataFolder, now: stoppedClock().now })
    await ask(first, 'alipay.trade.precreate', order())
    first.buyer('T1', 'approve')
    await ask(first, 'alipay.trade.refund', { out_trade_no: 'T1', out_request_no: 'R1', refund_amount: '1.00' })
    await first.close()
    const again = await start({ dataFolder })
    expect(again.records.trades()).toMatchObject([{ outTradeNo: 'T1', status: 'TRADE_SUCCESS', refunded: 100 }])
  })

  it.each([['isp.unknow-error', '20000'], ['ACQ.SYSTEM_ERROR', '40004']])('answers %s on request', async (responseCode, code) => {
    const rail = await start()
    rail.faults.add({ fault: 'decline', api: 'alipay.trade.query', responseCode })
    expect(await ask(rail, 'alipay.trade.query', { out_trade_no: 'T1' })).toMatchObject({ code, sub_code: responseCode })
    expect(await status(rail)).toBe('ACQ.TRADE_NOT_EXIST')
  })
})

describe('the cashier', () => {
  const back = 'https://shop.example/done?order=7'
  const pageUrl = (rail: AlipaySimulator, method: string, biz = order({ quit_url: 'https://shop.example/basket' })): string =>
    `${rail.url}/gateway.do?${new URLSearchParams(request(method, biz, { return_url: back })).toString()}`
  const act = (url: string, deed: string): Promise<Response> => fetch(url, { method: 'POST', body: new URLSearchParams({ deed }), redirect: 'manual' })

  it.each(['alipay.trade.page.pay', 'alipay.trade.wap.pay'])('%s: shows what is paid, and sends the buyer back with signed words', async method => {
    const rail = await start()
    const page = await fetch(pageUrl(rail, method))
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).toContain('88.88')
    expect(html).toContain('50% off + 茶')
    expect(await status(rail)).toBe('WAIT_BUYER_PAY')
    const returned = new URL((await act(page.url, 'approve')).headers.get('location') ?? '')
    const { sign = '', sign_type: _, order: own, ...fields } = Object.fromEntries(returned.searchParams)
    expect([own, fields['method'], fields['total_amount']]).toEqual(['7', `${method}.return`, '88.88'])
    expect(createVerify('RSA-SHA256').update(sorted(fields)).verify(railKey, sign, 'base64')).toBe(true)
    expect(await (await fetch(page.url)).text()).toContain('Paid')
  })

  it('closes what the buyer refuses, and sends them back without a word of payment', async () => {
    const rail = await start()
    const page = await fetch(pageUrl(rail, 'alipay.trade.wap.pay'))
    expect((await act(page.url, 'refuse')).headers.get('location')).toBe('https://shop.example/basket')
    expect(await status(rail)).toBe('TRADE_CLOSED')
  })

  it.each<[string, (url: string) => string, string]>([
    ['one changed word', url => url.replace('88.88', '0.01'), 'isv.invalid-signature'],
    ['a time that is over', url => url, 'ACQ.INVALID_PARAMETER'],
  ])('does not open an address with %s', async (what, change, code) => {
    const rail = await start()
    const biz = what.startsWith('a time') ? order({ time_expire: '2026-01-05 16:00:00' }) : order()
    const page = await fetch(change(pageUrl(rail, 'alipay.trade.page.pay', biz)))
    expect([page.status, (await page.text()).includes(code)]).toEqual([400, true])
    expect(rail.records.trades()).toEqual([])
  })

  it('opens a code on the phone that scans it', async () => {
    const rail = await start()
    const { qr_code: url = '' } = await ask(rail, 'alipay.trade.precreate', order())
    expect(await (await fetch(url)).text()).toContain('Approve')
    expect((await act(url, 'approve')).headers.get('location')).toBe(new URL(url).pathname)
    expect(await status(rail)).toBe('TRADE_SUCCESS')
    expect((await fetch(`${rail.url}/scan/nobody`)).status).toBe(404)
  })
})

interface Listener {
  readonly url: string
  readonly got: Fields[]
  answer: string
}

/** A merchant that listens. */
async function listener(answer = 'success'): Promise<Listener> {
  const heard: Listener = { url: '', got: [], answer }
  const server = createServer((incoming, reply) => void bodyOf(incoming).then(body => {
    heard.got.push(Object.fromEntries(new URLSearchParams(body)))
    reply.end(heard.answer)
  }))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return Object.assign(heard, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify` })
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += String(chunk)
  return text
}

describe('notifications', () => {
  it('are forms that Alipay signed, but for their signature and its kind', async () => {
    const [rail, merchant] = [await start(), await listener()]
    await paid(rail, {}, { notify_url: merchant.url })
    await rail.notifications.idle()
    const [{ sign = '', sign_type: type, ...fields } = {}] = merchant.got
    expect(createVerify('RSA-SHA256').update(sorted(fields)).verify(railKey, sign, 'base64')).toBe(true)
    expect({ ...fields, type }).toMatchObject({
      app_id: defaultAlipayApp.appId, seller_id: defaultAlipayApp.sellerId, out_trade_no: 'T1', total_amount: '88.88', trade_status: 'TRADE_SUCCESS',
      subject: '50% off + 茶', notify_type: 'trade_status_sync', type: 'RSA2', gmt_payment: '2026-01-05 17:00:00',
    })
  })

  it('stop at the seven letters, and otherwise come eight times with one id', async () => {
    const merchant = await listener('<html>success</html>')
    const rail = await start({ notifySchedule: [0, 1, 1, 1, 1, 1, 1, 1] })
    await paid(rail, {}, { notify_url: merchant.url })
    await expect.poll(() => merchant.got.length, { timeout: 5_000 }).toBe(8)
    expect(new Set(merchant.got.map(({ notify_id: id }) => id)).size).toBe(1)
    merchant.answer = 'success'
    await paid(rail, { out_trade_no: 'T2' }, { notify_url: merchant.url })
    await rail.notifications.idle()
    expect(rail.records.deliveries().at(-1)).toMatchObject({ outTradeNo: 'T2', attempt: 0, acknowledged: true })
    expect(merchant.got).toHaveLength(9)
  })

  it('come twice, held back and in another order on request', async () => {
    const [rail, merchant] = [await start(), await listener()]
    rail.notifications.plan({ hold: true, reversed: true, copies: 2 })
    await paid(rail, {}, { notify_url: merchant.url })
    await ask(rail, 'alipay.trade.refund', { out_trade_no: 'T1', refund_amount: '88.88' })
    expect(merchant.got).toEqual([])
    await rail.notifications.release()
    expect(merchant.got.map(({ trade_status: state }) => state)).toEqual(['TRADE_CLOSED', 'TRADE_CLOSED', 'TRADE_SUCCESS', 'TRADE_SUCCESS'])
  })

  it('come before the API’s own answer on request', async () => {
    const [rail, merchant] = [await start(), await listener()]
    rail.notifications.plan({ early: true })
    const answer = call(rail, request('alipay.trade.precreate', order(), { notify_url: merchant.url })).then(() => merchant.got.length)
    expect(await answer).toBe(1)
    expect(await status(rail)).toBe('TRADE_SUCCESS')
  })

  it('tell what the time closed, and nothing of a code that nobody scanned', async () => {
    const [rail, merchant] = [await start(), await listener()]
    for (const out_trade_no of ['T1', 'T2']) await call(rail, request('alipay.trade.precreate', order({ out_trade_no }), { notify_url: merchant.url }))
    rail.buyer('T1', 'scan')
    rail.clock.set(2 * 3_600_000)
    rail.records.trades()
    await rail.notifications.idle()
    expect(merchant.got).toMatchObject([{ out_trade_no: 'T1', trade_status: 'TRADE_CLOSED' }])
    expect(merchant.got[0]).not.toHaveProperty('gmt_payment')
  })
})

describe('the control endpoints', () => {
  it('act as the buyer, change how notifications go, and list what there is', async () => {
    const [rail, merchant] = [await start(), await listener()]
    const post = (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> => send(rail.url, { method: 'POST', path: `/_control/${path}`, body })
    expect(await post('notifications/plan', { hold: true })).toMatchObject({ body: { hold: true, copies: 1 } })
    await call(rail, request('alipay.trade.precreate', order(), { notify_url: merchant.url }))
    expect(await post('buyer', { outTradeNo: 'T1', deed: 'approve' })).toMatchObject({ body: { let: true } })
    expect(await post('notifications/release', {})).toMatchObject({ status: 204 })
    expect(await post('notifications/again', { outTradeNo: 'T1', times: 2 })).toMatchObject({ status: 204 })
    expect(merchant.got).toHaveLength(3)
    expect(JSON.parse((await send(rail.url, { method: 'GET', path: '/_control/trades' })).text)).toMatchObject([{ status: 'TRADE_SUCCESS' }])
    expect(await post('buyer', { outTradeNo: 'T1', deed: 'dance' })).toMatchObject({ status: 400 })
  })
})

describe('the bill', () => {
  const billOf = (rail: AlipaySimulator, bill_date: string): Promise<Fields> =>
    ask(rail, 'alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date })

  it('is there when the day is over in Beijing, and only if something moved on it', async () => {
    // 23:59 in Beijing
    const rail = await start({ now: stoppedClock(monday + 7 * 3_600_000 - 60_000).now })
    await paid(rail)
    expect(await billOf(rail, '2026-01-05')).toMatchObject({ sub_code: 'isv.invalid_arguments' })
    rail.clock.set(60_000)
    const { bill_download_url: url = '' } = await billOf(rail, '2026-01-05')
    const archive = Buffer.from(await (await fetch(url)).arrayBuffer())
    expect([archive.subarray(0, 2).toString(), archive.includes(Buffer.from('T1\t'))]).toEqual(['PK', false])
    expect(await billOf(rail, '2026-01-04')).toMatchObject({ sub_code: 'isp.bill_not_exist' })
  })
})
