import { describe, expect, it } from 'vitest'
import { RailCaller, stoppedClock } from '../testing.ts'
import { encode } from './messages.ts'

const browserInfo = {
  browserAcceptHeader: '*/*', deviceIPAddress: '127.0.0.1', browserLanguage: 'en', browserColorDepth: '24', browserScreenHeight: '900',
  browserScreenWidth: '1440', deviceLocalTimeZone: 0, browserUserAgent: 'test', challengeWindowSize: 'FULL_SCREEN', javaEnabled: false, javaScriptEnabled: true,
}

interface Opened {
  readonly caller: RailCaller
  readonly url: string
  readonly id: string
  readonly transactionId: string
}

async function begin(accountNumber: string, { amount = 1000, ...change }: { readonly amount?: number } & object = {}, caller?: RailCaller): Promise<Opened> {
  const rail = caller ?? (await RailCaller.start())
  const { body, status, text } = await rail.call('POST', '/api/v2/payments', {
    captureMethod: 'MANUAL', amount, currency: 'USD', merchant: { merchantSoftware: { companyName: 'Shop', productName: 'Shop' } },
    paymentMethodType: { card: {
      accountNumber, expiry: { month: 12, year: 2030 }, cvv: '123',
      paymentAuthenticationRequest: {
        authenticationReturnUrl: 'https://shop.test/return', threeDSRequestorAuthenticationInfo: { authenticationPurpose: 'PAYMENT_TRANSACTION' },
        threeDSPurchaseInfo: { purchaseDate: '2026-01-01T00:00:00Z', threeDomainSecureTransactionType: 'GOODS_SERVICES' },
      },
    } },
    browserInfo: { ...browserInfo, ...change },
  })
  expect(status, text).toBe(200)
  const result = body['paymentAuthenticationResult'] as { authenticationId: string; authenticationOrchestrationUrl: string }
  return { caller: rail, url: result.authenticationOrchestrationUrl, id: result.authenticationId, transactionId: String(body['transactionId']) }
}

async function post(url: string, fields: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, text: await response.text() }
}

async function creqOf({ caller, url, id }: Opened): Promise<Record<string, string>> {
  const signature = new URL(url).searchParams.get('signature') ?? ''
  const { text } = await post(`${caller.rail.url}/3ds/orchestrations/${id}/authenticate`, { signature, threeDSCompInd: 'Y' })
  const creq = /name="creq" value="([^"]+)"/.exec(text)?.[1] ?? ''
  return JSON.parse(Buffer.from(creq, 'base64url').toString('utf8')) as Record<string, string>
}

const stateOf = async ({ caller, transactionId }: Opened): Promise<unknown> =>
  (await caller.call('GET', `/api/v2/payments/${transactionId}`)).body['transactionState']

describe('a challenge', () => {
  it.each([['250_400', '01'], ['390_400', '02'], ['500_600', '03'], ['600_400', '04'], ['FULL_SCREEN', '05']])('in the window %s is drawn for %s', async (challengeWindowSize, size) => {
    const opened = await begin('4000000000002503', { challengeWindowSize })
    const creq = await creqOf(opened)
    expect(creq).toMatchObject({ messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID: opened.id, challengeWindowSize: size })
    const { status, text } = await post(`${opened.caller.rail.url}/acs/challenge`, { creq: encode(creq) })
    expect(status).toBe(200)
    expect(text).toContain(`data-window="${size}"`)
    expect(text).toContain('<label for="code">')
  })

  it('writes the amount as the checkout around it does', async () => {
    const opened = await begin('4000000000002503', { amount: 3_993_600 })
    const { text } = await post(`${opened.caller.rail.url}/acs/challenge`, { creq: encode(await creqOf(opened)) })
    expect(text).toContain('<dd>USD 39,936.00</dd>')
  })

  it.each([
    ['another transaction', { acsTransID: crypto.randomUUID() }], ['another server’s', { threeDSServerTransID: crypto.randomUUID() }],
    ['another version', { messageVersion: '2.1.0' }], ['a window that there is not', { challengeWindowSize: '06' }], ['a field more', { transStatus: 'Y' }],
  ])('is refused for a CReq of %s', async (_what, change) => {
    const opened = await begin('4000000000002503')
    const creq = await creqOf(opened)
    expect((await post(`${opened.caller.rail.url}/acs/challenge`, { creq: encode({ ...creq, ...change }) })).status).toBe(400)
    expect(await stateOf(opened)).toBe('PENDING')
  })

  it('ends by its RReq; a second one and a late one change nothing', async () => {
    const wall = stoppedClock()
    const caller = await RailCaller.start({ now: wall.now })
    const opened = await begin('4000000000002503', {}, caller)
    const { acsTransID = '' } = await creqOf(opened)
    const rreq = {
      messageType: 'RReq', messageVersion: '2.2.0', messageCategory: '01', threeDSServerTransID: opened.id, acsTransID, dsTransID: acsTransID,
      transStatus: 'Y', interactionCounter: '01', eci: '05',
    }
    expect(caller.rail.results({ ...rreq, transStatus: 'C' })).toMatchObject({ resultsStatus: '02' })
    expect(caller.rail.results(rreq)).toMatchObject({ messageType: 'RRes', resultsStatus: '01' })
    expect(caller.rail.results({ ...rreq, transStatus: 'N' })).toMatchObject({ resultsStatus: '02' })
    expect(await stateOf(opened)).toBe('AUTHORIZED')
    const late = await begin('4000000000002503', {}, caller)
    const { acsTransID: other = '' } = await creqOf(late)
    wall.ms += 15 * 60_000
    expect(caller.rail.results({ ...rreq, threeDSServerTransID: late.id, acsTransID: other })).toMatchObject({ resultsStatus: '02' })
    expect(await stateOf(late)).toBe('DECLINED')
  })

  it('can’t be opened without the signature that the merchant was given', async () => {
    const { caller, id } = await begin('4000000000002503')
    expect((await fetch(`${caller.rail.url}/3ds/orchestrations/${id}?signature=x`)).status).toBe(404)
    expect((await post(`${caller.rail.url}/3ds/orchestrations/${id}/authenticate`, { threeDSCompInd: 'Y' })).status).toBe(404)
  })
})

it('nothing can be captured while the buyer is still to be authenticated', async () => {
  const { caller, transactionId } = await begin('4000000000002701')
  expect(await caller.capture(transactionId, { amount: 1000 })).toMatchObject({ status: 412, body: { responseCode: 'AUTHENTICATION_PENDING' } })
})

it('the fingerprint’s page answers its form alone', async () => {
  const { caller, id } = await begin('4000000000002701')
  const threeDSMethodData = encode({ threeDSServerTransID: id, threeDSMethodNotificationURL: `${caller.rail.url}/3ds/method` })
  expect((await post(`${caller.rail.url}/acs/method`, { threeDSMethodData })).text).toContain('/3ds/method')
  expect((await post(`${caller.rail.url}/acs/method`, { threeDSMethodData: 'x' })).status).toBe(400)
})
