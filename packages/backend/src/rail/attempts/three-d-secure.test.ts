import type { Attempt, CheckoutSession, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deps } from '../../deps.ts'
import { createHooks } from '../../hooks.ts'
import { inquiries } from '../../jobs/inquiries.ts'
import { crashingPool } from '../../testing/crashing-pool.ts'
import { fresh, startTestShop, type TestShop } from '../../testing/shop.ts'
import {
  actionOf, answerChallenge, begin, browser, confirmWithBrowser, formOf, goBack, issuers, post, type Form,
} from '../../testing/three-d-secure.ts'
import { confirmCheckout } from '../calls.ts'
import { takeUp } from '../inquire.ts'
import { cancelAttempt } from './cancel.ts'

let test: TestShop
beforeAll(async () => { test = await startTestShop() })
afterAll(() => test.backend.close())

const AMOUNT = 12_345
const newSession = (over: Partial<Parameters<TestShop['shop']['session']>[1]> = {}): Promise<CheckoutSession> =>
  test.shop.session([{ seller: test.seller, amount: AMOUNT }], over)

async function start(number: string, over: Parameters<typeof newSession>[0] = {}): Promise<{ session: CheckoutSession; attempt: Attempt }> {
  const session = await newSession(over)
  const { attempt, status, text } = await confirmWithBrowser(test, session, { number })
  expect(status, text).toBe(200)
  return { session, attempt }
}

const paymentOf = ({ payment }: Attempt): Promise<Payment> => test.shop.get(`/v1/payments/${payment}`)
const attemptOf = async (session: CheckoutSession): Promise<Attempt> => (await test.shop.page(session)).view.attempt as Attempt
const rail = () => test.backend.rails.jpmorgan
const railPayments = ({ payment }: Attempt) => rail().records.payments()
  .filter(({ merchantOrderNumber }) => merchantOrderNumber === payment.replaceAll('_', '-'))
const logged = (text: string) => test.backend.log.filter((line) => line.includes(text))

/** Lets the worker take up what is open, without waiting for its schedule; what the rail never recorded is final by then. */
async function work(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await test.backend.deps.pool.query(`
      update operations set next_inquiry_at = now(), sent_at = sent_at - interval '1 hour',
        leased_until = case when leased_until is not null then now() end
      where state in ('intent_written', 'sent', 'unknown')`)
    for (const subject of await inquiries.due(test.backend.deps, { limit: 500, except: [] })) await inquiries.handle(test.backend.deps, subject)
  }
}

describe('without a challenge', () => {
  it.each([
    ['frictionless', 'complete', { status: 'authenticated', eci: '05', liabilityShift: true }],
    ['frictionlessMastercard', 'complete', { status: 'authenticated', eci: '02', liabilityShift: true }],
    ['attempted', 'complete', { status: 'attempted', eci: '06', liabilityShift: true }],
    ['unavailable', 'complete', { status: 'unavailable', eci: '07', liabilityShift: false }],
    ['failed', 'failed', { status: 'failed', eci: '07', liabilityShift: false }],
    ['rejected', 'failed', { status: 'rejected', eci: '07', liabilityShift: false }],
  ] as const)('%s ends %s, as the rail says it', async (issuer, status, authentication) => {
    const { session, attempt } = await start(issuers[issuer])
    expect(attempt).toMatchObject({ status: 'pending', action: { type: 'three_d_secure', step: 'fingerprint', window: '390x400' } })
    const returning = await goBack(await begin(actionOf(attempt)))
    expect(returning.fields['responseStatus']).toBe(status === 'complete' ? 'SUCCESS' : 'DENIED')
    expect((await post(returning)).status).toBe(200)
    const ended = await attemptOf(session)
    expect(ended).toMatchObject({ payment: attempt.payment, status, error: status === 'failed' ? { code: 'authentication_required', retryable: true } : null })
    expect(await paymentOf(attempt)).toMatchObject({
      status: status === 'complete' ? 'captured' : 'declined',
      authentication: { version: '2.2.0', transactionId: expect.stringMatching(/./), ...authentication },
    })
  })

  it('a card that takes no part is charged at once', async () => {
    const { attempt } = await start('4112344112344113')
    expect(attempt.status).toBe('complete')
    expect(await paymentOf(attempt)).toMatchObject({ authentication: null })
  })

  it.each([['off', 'complete'], ['automatic', 'pending'], ['challenge', 'pending']] as const)('a session with %s ends %s at first', async (threeDSecure, status) => {
    const { attempt, session } = await start(issuers.frictionless, { threeDSecure })
    expect(attempt.status).toBe(status)
    expect(session.threeDSecure).toBe(threeDSecure)
    if (threeDSecure === 'challenge') expect((await begin(actionOf(attempt))).action).toContain('/acs/challenge')
  })

  it('tells the issuer of the browser what it is allowed to know, and keeps none of it', async () => {
    const { attempt } = await start(issuers.frictionless)
    const [record] = railPayments(attempt)
    expect(record?.authentication?.browser).toMatchObject({
      browserLanguage: 'zh-Hans', browserColorDepth: '24', challengeWindowSize: '390_400', deviceLocalTimeZone: -480,
      browserUserAgent: 'Mozilla/5.0 (test)', deviceIPAddress: expect.stringMatching(/127\.0\.0\.1$/),
    })
    const { rows } = await test.backend.deps.pool.query<{ request: string }>('select request::text from operations where payment_id = $1', [attempt.payment])
    expect(rows[0]?.request).not.toMatch(/Mozilla|zh-Hans|colorDepth/)
  })
})

describe('a challenge', () => {
  it('shows as one, and ends by the issuer’s own result', async () => {
    const { session, attempt } = await start(issuers.challenge)
    const creq = await begin(actionOf(attempt), 'N')
    expect(creq.action).toContain('/acs/challenge')
    expect(JSON.parse(Buffer.from(creq.fields['creq'] ?? '', 'base64url').toString())).toMatchObject({ messageType: 'CReq', challengeWindowSize: '02' })
    expect((await test.shop.page(session, 'check')).view.attempt).toMatchObject({ status: 'pending', action: { step: 'challenge' } })
    const cres = await answerChallenge(creq, '000000', '123456')
    expect((await post(await goBack(cres))).status).toBe(200)
    expect(await attemptOf(session)).toMatchObject({ status: 'complete', paymentToken: expect.stringMatching(/^ey/) })
    expect(await paymentOf(attempt)).toMatchObject({ status: 'captured', authentication: { status: 'authenticated', liabilityShift: true } })
  })

  it('counts also when the browser never comes back', async () => {
    const { session, attempt } = await start(issuers.challenge)
    await answerChallenge(await begin(actionOf(attempt)), '123456')
    await work()
    expect(await attemptOf(session)).toMatchObject({ status: 'complete' })
  })

  it.each([
    ['too many wrong codes', ['1', '2', '3'], 'authentication_required'],
    ['canceled at the bank', [null], 'attempt_canceled'],
  ] as const)('that ends with %s takes nothing, and another card can pay', async (_what, codes, code) => {
    const { session, attempt } = await start(issuers.challenge)
    await post(await goBack(await answerChallenge(await begin(actionOf(attempt)), ...codes)))
    expect(await attemptOf(session)).toMatchObject({ status: 'failed', error: { code, retryable: true } })
    const again = await confirmWithBrowser(test, session, { number: '4112344112344113' })
    expect(again.attempt.status).toBe('complete')
    expect(await test.shop.books()).toMatchObject({ balanced: true })
  })

  it('reserves where the session captures later', async () => {
    const { session, attempt } = await start(issuers.challenge, { captureMode: 'manual' })
    await post(await goBack(await answerChallenge(await begin(actionOf(attempt)), '123456')))
    expect(await attemptOf(session)).toMatchObject({ status: 'complete' })
    expect(await paymentOf(attempt)).toMatchObject({ status: 'authorized', authorized: AMOUNT })
  })
})

describe('a browser that says more than the rail', () => {
  it('with a forged cres changes nothing', async () => {
    const { session, attempt } = await start(issuers.challenge)
    const creq = await begin(actionOf(attempt))
    const { threeDSServerTransID, acsTransID } = JSON.parse(Buffer.from(creq.fields['creq'] ?? '', 'base64url').toString()) as Record<string, string>
    const cres = Buffer.from(JSON.stringify({ threeDSServerTransID, acsTransID, messageVersion: '2.2.0', messageType: 'CRes', transStatus: 'Y' })).toString('base64url')
    const forged: Form = { action: `${rail().url}/3ds/challenges/${threeDSServerTransID}`, fields: { cres } }
    await post(await goBack(formOf((await post(forged)).text, forged.action)))
    expect(await attemptOf(session)).toMatchObject({ status: 'pending', action: { step: 'challenge' } })
    expect(railPayments(attempt)).toHaveLength(1)
    expect(rail().records.captures().filter(({ requestId }) => requestId === railPayments(attempt)[0]?.requestId)).toEqual([])
  })

  it('with a forged return changes nothing and is logged', async () => {
    const { session, attempt } = await start(issuers.challenge)
    const { frameUrl } = actionOf(attempt)
    const before = logged('the rail does not').length
    expect((await post({ action: `${frameUrl}/return`, fields: { responseStatus: 'SUCCESS', paymentRequestId: 'x' } })).status).toBe(200)
    expect(await attemptOf(session)).toMatchObject({ status: 'pending' })
    expect(logged('the rail does not')).toHaveLength(before + 1)
  })

  it.each(['/return', ''])('at an address that was never given out is refused and logged: …%s', async (end) => {
    const { session, attempt } = await start(issuers.challenge)
    const wrong = actionOf(attempt).frameUrl.replace(/[^/]+$/, 'A'.repeat(22))
    const before = logged('never given out').length
    expect((await fetch(wrong + end)).status).toBe(404)
    expect(logged('never given out')).toHaveLength(before + 1)
    expect(await attemptOf(session)).toMatchObject({ status: 'pending' })
  })

  it('a second RReq, or one for another ACS, changes nothing', async () => {
    const { session, attempt } = await start(issuers.challenge)
    const creq = await begin(actionOf(attempt))
    const { threeDSServerTransID, acsTransID } = JSON.parse(Buffer.from(creq.fields['creq'] ?? '', 'base64url').toString()) as Record<string, string>
    const message = {
      messageType: 'RReq', messageVersion: '2.2.0', messageCategory: '01', threeDSServerTransID, acsTransID, dsTransID: acsTransID,
      transStatus: 'Y', interactionCounter: '01', eci: '05',
    }
    expect(rail().results({ ...message, acsTransID: crypto.randomUUID() })).toMatchObject({ resultsStatus: '02' })
    expect((await test.shop.page(session, 'check')).view.attempt).toMatchObject({ status: 'pending' })
    await answerChallenge(creq, '1', '2', '3')
    expect(rail().results(message)).toMatchObject({ resultsStatus: '02' })
    await work()
    expect(await attemptOf(session)).toMatchObject({ status: 'failed' })
  })
})

describe('a buyer who doesn’t come to an end', () => {
  it.each(['automatic', 'manual'] as const)('and gives up leaves nothing at the rail (%s capture)', async (captureMode) => {
    const { session, attempt } = await start(issuers.challenge, { captureMode })
    const creq = await begin(actionOf(attempt))
    const { view } = await test.shop.page(session, 'cancel-attempt')
    expect(view).toMatchObject({ status: 'open', attempt: { status: 'failed', error: { code: 'attempt_canceled' } } })
    await answerChallenge(creq, '123456')
    await work()
    expect(railPayments(attempt)).toMatchObject([{ decline: { responseCode: 'CONSUMER_ABORTED' } }])
    expect(await paymentOf(attempt)).toMatchObject({ status: 'voided', captured: 0, authorized: 0 })
  })

  it('is given up by the worker once the time is over', async () => {
    const { session, attempt } = await start(issuers.challenge)
    await begin(actionOf(attempt))
    await test.shop.advance(12 * 60_000)
    await work()
    expect(await attemptOf(session)).toMatchObject({ status: 'failed', action: null, error: { code: 'authentication_required' } })
    expect(railPayments(attempt)).toMatchObject([{ decline: { responseCode: 'CONSUMER_ABORTED' } }])
    expect((await confirmWithBrowser(test, session, { number: '4112344112344113' })).attempt.status).toBe('complete')
  })

  it('and has finished a moment before giving up has paid', async () => {
    const { session, attempt } = await start(issuers.challenge)
    await answerChallenge(await begin(actionOf(attempt)), '123456')
    const { view } = await test.shop.page(session, 'cancel-attempt')
    expect(view).toMatchObject({ status: 'complete', attempt: { status: 'complete', payment: attempt.payment } })
  })

  it.each(['automatic', 'manual'] as const)('whose close the rail never answers is closed over; what is authorized later goes back (%s capture)', async (captureMode) => {
    const { session, attempt } = await start(issuers.challenge, { captureMode })
    const creq = await begin(actionOf(attempt))
    rail().faults.add({ fault: 'timeout_unrecorded', method: 'PATCH', path: '/api/v2/payments/*' })
    const { view } = await test.shop.page(session, 'cancel-attempt')
    expect(view).toMatchObject({ status: 'open', attempt: { status: 'failed' } })
    await answerChallenge(creq, '123456')
    await work()
    await test.backend.deps.wakeWorker()
    await work()
    const [record] = railPayments(attempt)
    expect(record?.decline).toBeUndefined()
    if (captureMode === 'automatic') {
      expect(await paymentOf(attempt)).toMatchObject({ captured: AMOUNT, refunded: AMOUNT })
    } else {
      const { operations } = await paymentOf(attempt)
      expect(operations.filter(({ kind }) => kind === 'void').map(({ status }) => status)).toContain('confirmed')
    }
    expect(await test.shop.books()).toMatchObject({ balanced: true })
  })
})

describe('a process that dies', () => {
  type Dying = (deps: Deps, session: CheckoutSession) => Promise<unknown>

  /** Lets it die before every third statement in turn. @returns how many there are, two fewer at the most */
  async function killEach(prepare: () => Promise<CheckoutSession>, { does, after }: { does: Dying; after: (session: CheckoutSession, where: string) => Promise<void> }): Promise<number> {
    for (let dieAt = 1; ; dieAt += 3) {
      const session = await prepare()
      const crash = crashingPool(test.backend.deps.pool, { dieAt, when: 'before' })
      const deps: Deps = { ...test.backend.deps, pool: crash.pool, hooks: createHooks(() => deps) }
      await does(deps, session).catch(() => null)
      if (!crash.died()) return dieAt - 3
      await after(session, `killed before statement ${dieAt}`)
    }
  }

  const at = (session: CheckoutSession) => ({ marketplace: test.backend.marketplace.id, session: session.id })
  const railPaymentsOf = async (session: CheckoutSession) => {
    const { data: items } = await test.shop.get<{ data: Payment[] }>(`/v1/payments?order=${session.order}`)
    return items.flatMap(({ id }) => rail().records.payments().filter(({ merchantOrderNumber }) => merchantOrderNumber === id.replaceAll('_', '-')))
  }

  it('while it begins leaves an attempt that can be paid, once', async () => {
    const tokens = new Map<string, string>()
    const killed = await killEach(async () => {
      const session = await newSession()
      tokens.set(session.id, await test.shop.token(session, issuers.challenge))
      return session
    }, {
      does: (deps, session) => confirmCheckout(deps, { marketplace: { id: at(session).marketplace, name: 'Test marketplace' }, requestId: 'req_test', idempotency: null }, {
        session: session.id, body: { method: 'card', token: tokens.get(session.id) as string, revision: 1, browser },
        visitor: { ip: '127.0.0.1', userAgent: 'test', accept: '*/*' }, origin: 'http://shop.test',
      }),
      after: async (session, where) => {
        await work()
        const { view } = await test.shop.page(session)
        const live = view.status === 'processing' ? view.attempt : (await confirmWithBrowser(test, session, { number: issuers.challenge })).attempt
        expect(live, where).toMatchObject({ status: 'pending', action: { type: 'three_d_secure' } })
        await post(await goBack(await answerChallenge(await begin(actionOf(live)), '123456')))
        expect(await attemptOf(session), where).toMatchObject({ status: 'complete' })
        expect((await railPaymentsOf(session)).filter(({ authentication, decline }) => authentication && !decline), where).toHaveLength(1)
      },
    })
    expect(killed).toBeGreaterThan(10)
  }, 180_000)

  const challengedSession = async (): Promise<CheckoutSession> => {
    const { session, attempt } = await start(issuers.challenge)
    await answerChallenge(await begin(actionOf(attempt)), '123456')
    return session
  }

  it('while it hears of the end leaves that to be heard again, once', async () => {
    const killed = await killEach(challengedSession, {
      does: (deps, session) => test.backend.deps.db.selectFrom('operations').select('id').where('marketplace_id', '=', at(session).marketplace)
        .where('payment_id', 'in', (query) => query.selectFrom('sessions').select('payment_id').where('id', '=', session.id))
        .executeTakeFirstOrThrow().then(({ id }) => takeUp(deps, { marketplace: at(session).marketplace, id })),
      after: async (session, where) => {
        await work()
        expect(await attemptOf(session), where).toMatchObject({ status: 'complete' })
      },
    })
    expect(killed).toBeGreaterThan(4)
    expect(await test.shop.books()).toMatchObject({ balanced: true })
  }, 120_000)

  it('while it is given up leaves nothing authorized', async () => {
    const killed = await killEach(async () => (await start(issuers.challenge)).session, {
      does: (deps, session) => cancelAttempt(deps, at(session)),
      after: async (session, where) => {
        await work()
        expect((await test.shop.page(session, 'cancel-attempt')).view.status, where).toBe('open')
        expect(await railPaymentsOf(session), where).toMatchObject([{ decline: { responseCode: 'CONSUMER_ABORTED' } }])
      },
    })
    expect(killed).toBeGreaterThan(6)
  }, 120_000)
})

describe('what is lost between the steps', () => {
  it('an answer that never came is found by the inquiry, with what the buyer has to do', async () => {
    const session = await newSession()
    rail().faults.add({ fault: 'reset_after_record', method: 'POST', path: '/api/v2/payments' })
    const first = await confirmWithBrowser(test, session, { number: issuers.challenge, key: fresh('key') })
    expect(first.status).toBe(202)
    await work()
    const attempt = await attemptOf(session)
    expect(attempt).toMatchObject({ status: 'pending', action: { type: 'three_d_secure' } })
    await post(await goBack(await answerChallenge(await begin(actionOf(attempt)), '123456')))
    expect(await attemptOf(session)).toMatchObject({ status: 'complete' })
    expect(railPayments(attempt)).toHaveLength(1)
  })

  it('the return as a whole page leads on to the shop', async () => {
    const { session, attempt } = await start(issuers.frictionless)
    const returning = await goBack(await begin(actionOf(attempt)))
    const { status, headers } = await post(returning, { 'sec-fetch-dest': 'document' })
    expect(status).toBe(303)
    expect(headers.get('location')).toBe(`http://shop.test/return?holdfast_session=${session.id}`)
  })

  it('the frame is for the page that pays, and no other', async () => {
    const { attempt } = await start(issuers.frictionless)
    const { headers } = await fetch(actionOf(attempt).frameUrl)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain('frame-ancestors http://shop.test')
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("default-src 'none'")
  })
})
