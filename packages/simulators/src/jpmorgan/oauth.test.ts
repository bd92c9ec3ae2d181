import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  defaultMerchantId,
  startJpmorganSimulator,
  type JpmorganClient,
  type JpmorganSimulator,
} from '../index.ts'
import { newFolder, payment, send, stoppedClock, type Answer } from '../testing.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyId = 'A0B1C2D3E4F5A6B7C8D9E0F1A2B3C4D5E6F7A8B9'
const client: JpmorganClient = {
  clientId: 'CC-000000-A000000-000000-PROD',
  clientSecret: 'portal-secret',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  keyId,
  resource: 'JPMC:URI:RS-0-0-HelixAPIEntitlementsCAT-PROD',
}
const wall = stoppedClock()

async function start(
  options: { dataFolder?: string; clients?: JpmorganClient[] } = {},
): Promise<JpmorganSimulator> {
  const rail = await startJpmorganSimulator({ clients: [client], wallClock: wall.now, ...options })
  onTestFinished(() => rail.close())
  return rail
}

interface Changes {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  form?: Record<string, string>
  key?: typeof privateKey
}

function assertion(rail: JpmorganSimulator, { header = {}, claims = {}, key = privateKey }: Changes): string {
  const iat = Math.floor(wall.ms / 1000)
  const parts = [
    { typ: 'JWT', alg: 'RS256', kid: keyId, ...header },
    {
      iss: client.clientId,
      sub: client.clientId,
      aud: `${rail.url}/adfs/oauth2/token`,
      iat,
      exp: iat + 300,
      jti: randomUUID(),
      ...claims,
    },
  ]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${parts}.${createSign('RSA-SHA256').update(parts).sign(key, 'base64url')}`
}

async function ask(rail: JpmorganSimulator, changes: Changes = {}): Promise<Answer> {
  const form = {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    resource: 'JPMC:URI:RS-0-0-HelixAPIEntitlementsCAT-PROD',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(rail, changes),
    ...changes.form,
  }
  return postForm(rail, '/adfs/oauth2/token', form)
}

async function postForm(
  rail: JpmorganSimulator,
  path: string,
  form: Record<string, string>,
  headers = {},
): Promise<Answer> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(rail.url, {
    method: 'POST',
    path,
    body: new URLSearchParams(form).toString(),
    headers: { ...type, ...headers },
  })
}

async function payWith(rail: JpmorganSimulator, token: unknown): Promise<number> {
  const headers = {
    authorization: `Bearer ${String(token)}`,
    'merchant-id': defaultMerchantId,
    'request-id': randomUUID(),
  }
  return (await send(rail.url, { method: 'POST', path: '/api/v2/payments', body: payment(), headers })).status
}

describe('private_key_jwt', () => {
  it("gives an hour's token for a good assertion", async () => {
    const rail = await start()
    const { status, body } = await ask(rail)
    expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 3600 } })
    expect(await payWith(rail, body['access_token'])).toBe(200)
    wall.ms += 3_600_000
    expect(await payWith(rail, body['access_token'])).toBe(401)
  })

  const nowS = (): number => Math.floor(wall.ms / 1000)
  const refused: readonly [string, () => Changes][] = [
    ['another key', () => ({ key: other.privateKey })],
    ['another thumbprint', () => ({ header: { kid: keyId.toLowerCase() } })],
    ['no thumbprint', () => ({ header: { kid: undefined } })],
    ['alg none', () => ({ header: { alg: 'none' } })],
    ['alg HS256', () => ({ header: { alg: 'HS256' } })],
    ['another issuer', () => ({ claims: { iss: 'someone' } })],
    ['another subject', () => ({ claims: { sub: 'someone' } })],
    ['another audience', () => ({ claims: { aud: 'https://idag2.jpmorganchase.com/adfs/oauth2/token' } })],
    ['an audience list', () => ({ claims: { aud: ['x'] } })],
    ['an expired assertion', () => ({ claims: { iat: nowS() - 400, exp: nowS() - 61 } })],
    ['an assertion of the future', () => ({ claims: { iat: nowS() + 61, exp: nowS() + 100 } })],
    ['a lifetime over ten minutes', () => ({ claims: { exp: nowS() + 601 } })],
    ['no expiry', () => ({ claims: { exp: undefined } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['another resource', () => ({ form: { resource: 'JPMC:URI:other' } })],
    ['an unknown client', () => ({ form: { client_id: 'nobody' } })],
    ['no JWT', () => ({ form: { client_assertion: 'nonsense' } })],
    ['another assertion type', () => ({ form: { client_assertion_type: 'saml' } })],
  ]
  it.each(refused)('refuses %s with MSIS9622', async (_what, changes) => {
    const rail = await start()
    const answer = await ask(rail, changes())
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(answer.body['error_description']).toContain('MSIS9622')
  })

  it('refuses an assertion a second time, also after a restart', async () => {
    const dataFolder = newFolder()
    const rail = await start({ dataFolder })
    const jti = randomUUID()
    const first = await ask(rail, { claims: { jti } })
    expect(first.status).toBe(200)
    expect(await ask(rail, { claims: { jti } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    await rail.close()
    const again = await start({ dataFolder })
    expect((await ask(again, { claims: { jti } })).body['error_description']).toContain('jti')
    expect(await payWith(again, first.body['access_token'])).toBe(200)
  })
})

describe('client credentials at the portal', () => {
  const basic = (secret: string): object => ({
    authorization: `Basic ${Buffer.from(`${client.clientId}:${secret}`).toString('base64')}`,
  })
  const path = '/am/oauth2/alpha/access_token'
  const good = { grant_type: 'client_credentials', scope: 'jpm:payments:sandbox' }

  it('gives a token for id and secret', async () => {
    const rail = await start()
    const answer = await postForm(rail, path, good, basic('portal-secret'))
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', scope: 'jpm:payments:sandbox', expires_in: 3600 },
    })
    expect(await payWith(rail, answer.body['access_token'])).toBe(200)
  })

  it.each([
    ['a wrong secret', good, basic('guess'), 401, 'invalid_client'],
    ['no secret', good, {}, 401, 'invalid_client'],
    [
      'another grant',
      { ...good, grant_type: 'password' },
      basic('portal-secret'),
      400,
      'unsupported_grant_type',
    ],
    ['no grant', { scope: good.scope }, basic('portal-secret'), 400, 'invalid_request'],
    ['another scope', { ...good, scope: 'everything' }, basic('portal-secret'), 400, 'invalid_scope'],
  ])('refuses %s', async (_what, form, headers, status, error) => {
    const rail = await start()
    expect(await postForm(rail, path, form, headers)).toMatchObject({ status, body: { error } })
  })

  it('refuses a merchant for whom the client does not act', async () => {
    const rail = await start({ clients: [{ ...client, merchantIds: ['000017904371'] }] })
    const { body } = await postForm(rail, path, good, basic('portal-secret'))
    expect(await payWith(rail, body['access_token'])).toBe(403)
  })
})
