import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { deadlineIn } from '@holdfast/connector-shared'
import { afterEach, describe, expect, it } from 'vitest'
import { newId } from '@holdfast/contract'
import type { FollowUpRequest } from '@holdfast/core'
import { AccessTokens } from './oauth.ts'
import { createJpmorganConnector, type JpmorganAuth } from './index.ts'
import { startTestRail, testCards, type TestRail } from './testing.ts'

const hour = 3_600_000
const open: TestRail[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((rail) => rail.close())) })

async function rail(simulated: Parameters<typeof startTestRail>[0] = {}): Promise<TestRail> {
  const started = await startTestRail(simulated)
  open.push(started)
  return started
}

function tokenRequests({ simulator }: TestRail): number {
  return simulator.requests.log.filter(({ path }) => /token$/.test(path)).length
}

function capture({ marketplace }: Pick<TestRail, 'marketplace'>): FollowUpRequest {
  const operation = newId('operation')
  return {
    marketplace, operation, requestId: operation, kind: 'capture', amount: 100n, currency: 'USD',
    subject: newId('payment'), orderReference: 'PO-1', railReference: 'no-such-payment', chargeRequestId: newId('operation'),
  }
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicKey = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'pem' }).toString()
const certificateThumbprint = '0123456789ABCDEF0123456789ABCDEF01234567'

describe('the access token', () => {
  it('is asked for once by a hundred callers at once', async () => {
    const started = await rail()
    started.simulator.faults.add({ fault: 'slow', path: '/am/oauth2/alpha/access_token', ms: 100 })
    const tokens = new AccessTokens(started.options)
    const got = await Promise.all(Array.from({ length: 100 }, () => tokens.get(deadlineIn(5_000))))
    expect(new Set(got).size).toBe(1)
    expect(tokenRequests(started)).toBe(1)
  })

  it('is kept until 30 seconds before it ends, then replaced', async () => {
    const started = await rail()
    const clock = { ms: Date.UTC(2026, 10, 22) }
    const tokens = new AccessTokens({ auth: started.options.auth, now: () => new Date(clock.ms) })
    const first = await tokens.get(deadlineIn(5_000))
    clock.ms += hour - 30_001
    expect(await tokens.get(deadlineIn(5_000))).toBe(first)
    clock.ms += 1
    expect(await tokens.get(deadlineIn(5_000))).not.toBe(first)
    expect(tokenRequests(started)).toBe(2)
  })

  it('is asked for again after a failure, and the failure is no one’s token', async () => {
    const started = await rail()
    started.simulator.faults.add({ fault: 'http_500', path: '/am/oauth2/alpha/access_token' })
    const tokens = new AccessTokens(started.options)
    await expect(Promise.all([tokens.get(deadlineIn(5_000)), tokens.get(deadlineIn(5_000))])).rejects.toThrow('500')
    expect(await tokens.get(deadlineIn(5_000))).toMatch(/./)
    expect(tokenRequests(started)).toBe(2)
  })

  it('keeps a caller with little time waiting no longer than that, and serves the others', async () => {
    const started = await rail()
    started.simulator.faults.add({ fault: 'slow', path: '/am/oauth2/alpha/access_token', ms: 300 })
    const tokens = new AccessTokens(started.options)
    const [hasty, patient] = await Promise.allSettled([tokens.get(deadlineIn(50)), tokens.get(deadlineIn(5_000))])
    expect([hasty.status, patient.status]).toEqual(['rejected', 'fulfilled'])
    expect(tokenRequests(started)).toBe(1)
  })

  it('is had by a signed assertion, of which each serves once', async () => {
    const started = await rail({ clients: [{ clientId: 'CC-1', publicKey, keyId: certificateThumbprint }] })
    const auth: JpmorganAuth = {
      kind: 'assertion', tokenUrl: `${started.simulator.url}/adfs/oauth2/token`, clientId: 'CC-1', resource: 'JPMC:URI:RS-1',
      privateKeyPem, certificateThumbprint,
    }
    const connector = createJpmorganConnector({ ...started.options, auth: { ...auth, certificateThumbprint: '01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67' } })
    expect(await connector.followUp(capture(started), { timeoutMs: 5_000 })).toMatchObject({ outcome: 'declined', decline: { code: 'rail_refused' } })
    const clock = { ms: started.options.now().getTime() }
    const tokens = new AccessTokens({ auth, now: () => new Date(clock.ms) })
    const first = await tokens.get(deadlineIn(5_000))
    tokens.refused(first)
    expect(await tokens.get(deadlineIn(5_000))).not.toBe(first)
  })
})

describe('a refused access token', () => {
  it('is replaced once, and the request then goes through', async () => {
    const { clock, ...started } = await railWithClock()
    const connector = createJpmorganConnector(started.options)
    await connector.followUp(capture(started), { timeoutMs: 5_000 })
    clock.ms += 2 * hour
    const outcome = await connector.followUp(capture(started), { timeoutMs: 5_000 })
    expect(outcome).toMatchObject({ outcome: 'declined', decline: { code: 'rail_refused', raw: { responseCode: 'TRANSACTION_NOT_FOUND' } } })
    expect(tokenRequests(started)).toBe(2)
    expect(started.simulator.requests.log.filter(({ status }) => status === 401)).toHaveLength(1)
  })

  it('is replaced once for all who were refused by it', async () => {
    const { clock, ...started } = await railWithClock()
    const connector = createJpmorganConnector(started.options)
    await connector.followUp(capture(started), { timeoutMs: 5_000 })
    clock.ms += 2 * hour
    await Promise.all(Array.from({ length: 20 }, () => connector.followUp(capture(started), { timeoutMs: 5_000 })))
    expect(tokenRequests(started)).toBe(2)
  })

  it('leaves a charge provably not sent, for the vault sends a card once; the next attempt goes through', async () => {
    const { clock, ...started } = await railWithClock()
    const connector = createJpmorganConnector(started.options)
    const charge = async (): Promise<unknown> => {
      const bound = { session: newId('session'), revision: 1 }
      const cardToken = await started.card(testCards.approved, bound)
      return connector.charge({ ...capture(started), ...bound, kind: 'sale', method: 'card', cardToken, marketplaceName: 'Example Market' }, { timeoutMs: 5_000 })
    }
    expect(await charge()).toMatchObject({ outcome: 'approved' })
    clock.ms += 2 * hour
    expect(await charge()).toMatchObject({ outcome: 'not_sent' })
    expect(await charge()).toMatchObject({ outcome: 'approved' })
  })

  /** A rail whose tokens end by a clock that the connector doesn't see. */
  async function railWithClock(): Promise<TestRail & { clock: { ms: number } }> {
    const clock = { ms: Date.UTC(2026, 10, 22) }
    return { ...await rail({ wallClock: () => new Date(clock.ms) }), clock }
  }
})

describe('without an access token', () => {
  it('nothing is sent, and an inquiry proves nothing', async () => {
    const started = await rail()
    const auth = { ...started.options.auth, clientSecret: 'another' } as JpmorganAuth
    const connector = createJpmorganConnector({ ...started.options, auth })
    expect(await connector.followUp(capture(started), { timeoutMs: 5_000 })).toMatchObject({ outcome: 'not_sent', reason: expect.stringContaining('invalid_client') })
    expect(await connector.inquire({ kind: 'sale', marketplace: started.marketplace, requestId: newId('operation') }, { timeoutMs: 5_000 })).toMatchObject({ outcome: 'unknown' })
    expect(started.simulator.requests.log.every(({ path }) => /token$/.test(path))).toBe(true)
  })

  it('a reason never holds the secret', async () => {
    const started = await rail()
    const auth = { ...started.options.auth, clientSecret: 'canary-secret' } as JpmorganAuth
    const outcome = await createJpmorganConnector({ ...started.options, auth }).followUp(capture(started), { timeoutMs: 5_000 })
    expect(JSON.stringify(outcome, (_, value: unknown) => typeof value === 'bigint' ? String(value) : value)).not.toContain('canary')
  })
})
