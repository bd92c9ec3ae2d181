import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { accentsOf } from './branding.ts'

let backend: TestBackend
beforeAll(async () => { backend = await startTestBackend() })
afterAll(() => backend.close())

const brand = (branding: object) => call(backend, 'PATCH', '/v1/marketplace', { body: { branding } })
const read = async () => (await call(backend, 'GET', '/v1/marketplace')).body['branding']
const bare = { theme: 'harbour', accentColor: null, logoUrl: null, supportEmail: null, termsUrl: null, privacyUrl: null }

const pngBytes = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const dataUrl = (type: string, bytes: Buffer): string => `data:image/${type};base64,${bytes.toString('base64')}`

test('nobody who said nothing has any', async () => {
  expect(await read()).toEqual(bare)
})

test('what is said stands, what is left out stays, and null takes away', async () => {
  const said = { theme: 'ledger', accentColor: '#2c3a8c', supportEmail: 'help@shop.example', termsUrl: 'https://shop.example/terms', privacyUrl: 'https://shop.example/privacy' }
  expect((await brand(said)).body['branding']).toEqual({ ...said, logoUrl: null })
  await brand({ theme: 'hearth', termsUrl: null })
  expect(await read()).toEqual({ ...said, theme: 'hearth', termsUrl: null, logoUrl: null })
  await brand({ theme: 'harbour', accentColor: null, supportEmail: null, privacyUrl: null })
  expect(await read()).toEqual(bare)
})

test.each<[string, object, string, RegExp]>([
  ['an accent that can’t be read', { accentColor: '#ffee00' }, 'branding.accentColor', /contrast of 1\.2 : 1 .* expected 4\.5 : 1 at least, such as #[0-9a-f]{6}\./],
  ['an accent that can’t be read on the ground of the theme beside it', { theme: 'hearth', accentColor: '#767676' }, 'branding.accentColor', /ground of hearth \(#fffaf4\)/],
  ['a colour by its name', { accentColor: 'teal' }, 'branding.accentColor', /expected a colour as #rrggbb/],
  ['a theme that there isn’t', { theme: 'midnight' }, 'branding.theme', /harbour/],
  ['terms without https', { termsUrl: 'http://shop.example/terms' }, 'branding.termsUrl', /https/],
  ['a script in the place of terms', { termsUrl: 'javascript:alert(1)' }, 'branding.termsUrl', /https/],
  ['what is no address for mail', { supportEmail: 'help' }, 'branding.supportEmail', /./],
  ['a field that there isn’t', { headline: 'Buy now' }, 'branding.headline', /./],
  ['a drawing, which could hold a script', { logo: `data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}` }, 'branding.logo', /PNG, JPEG or WebP/],
  ['a picture from elsewhere', { logo: 'https://shop.example/logo.png' }, 'branding.logo', /data:image\/png;base64/],
  ['a drawing that says it is a PNG', { logo: dataUrl('png', Buffer.from('<svg onload="alert(1)"/>')) }, 'branding.logo', /first bytes/],
  ['a PNG that says it is a JPEG', { logo: dataUrl('jpeg', pngBytes) }, 'branding.logo', /expected data:image\/png;base64/],
  ['a picture that is too large', { logo: dataUrl('png', Buffer.concat([pngBytes, Buffer.alloc(64 * 1024)])) }, 'branding.logo', /64 KiB/],
])('%s is refused, and nothing of it is kept', async (_what, wrong, field, detail) => {
  const { status, body } = await brand({ supportEmail: 'help@shop.example', ...wrong })
  expect([status, body['code'], body['field']]).toEqual([400, 'validation_failed', field])
  expect(body['detail']).toMatch(detail)
  expect(await read()).toEqual(bare)
})

test('a change of theme alone is refused where the accent could not be read on its ground', async () => {
  await brand({ accentColor: '#767676' })
  expect((await brand({ theme: 'hearth' })).body).toMatchObject({ code: 'validation_failed', field: 'branding.accentColor' })
  await brand({ accentColor: null })
})

test('an event tells of it, without the picture’s bytes', async () => {
  await brand({ logo: dataUrl('png', pngBytes) })
  const { body } = await call(backend, 'GET', '/v1/events?type=marketplace.updated&limit=1')
  const [event] = body['data'] as { data: { branding: { logoUrl: string } } }[]
  expect(event?.data.branding.logoUrl).toContain(`${backend.url}/pay/${backend.marketplace.id}/logo/`)
  expect(JSON.stringify(body)).not.toContain(pngBytes.toString('base64').slice(0, 40))
})

describe('a logo', () => {
  const logoUrl = async (): Promise<string> => ((await read()) as { logoUrl: string }).logoUrl

  test('is served as what it is, to be kept forever, and can run nothing', async () => {
    await brand({ logo: dataUrl('png', pngBytes) })
    const answer = await fetch(await logoUrl())
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(pngBytes)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': expect.stringContaining('immutable') as string,
    })
  })

  test.each(['jpeg', 'webp'] as const)('may be a %s', async (type) => {
    const bytes = type === 'jpeg' ? Buffer.from('ffd8ffe000104a46', 'hex') : Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1')
    expect((await brand({ logo: dataUrl(type, bytes) })).status).toBe(200)
    expect((await fetch(await logoUrl())).headers.get('content-type')).toBe(`image/${type}`)
  })

  test('has another address once it is another, and none once it is gone', async () => {
    await brand({ logo: dataUrl('png', pngBytes) })
    const before = await logoUrl()
    await brand({ logo: null })
    expect(await read()).toEqual(bare)
    expect((await fetch(before)).status).toBe(404)
  })
})

test('in the dark scheme, an accent is lightened until it can be read', () => {
  expect(accentsOf({ accentColor: '#0b5c78' })).toEqual({ light: '#0b5c78', dark: expect.stringMatching(/^#[0-9a-f]{6}$/) as string })
  expect(accentsOf({})).toBeNull()
})
