import { Holdfast } from '@holdfast/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type Api } from './support/api.ts'

let api: Api
beforeAll(async () => { api = await startApi() }, 120_000)
afterAll(() => api.close())

const holder = (apiKey: string) => new Holdfast({ apiKey, baseUrl: api.url, maxRetries: 0 })

it('a key that is rotated works on beside the one that follows it, until the overlap is over', async () => {
  const first = await api.holdfast.apiKeys.create({ kind: 'secret' })
  const second = await holder(first.key).apiKeys.rotate(first.id, { overlapHours: 1 })
  expect(second).toMatchObject({ kind: 'secret', expiresAt: null, revokedAt: null })
  for (const { key } of [first, second]) expect(await holder(key).marketplace.retrieve()).toMatchObject({ object: 'marketplace' })
  const [old] = (await api.holdfast.apiKeys.list().take(10)).filter(({ id }) => id === first.id)
  const inAnHour = Date.parse(old?.expiresAt ?? '') - Date.now()
  expect(inAnHour).toBeGreaterThan(55 * 60_000)
  expect(inAnHour).toBeLessThanOrEqual(60 * 60_000)

  const third = await holder(second.key).apiKeys.rotate(second.id, { overlapHours: 0 })
  await expect(holder(second.key).marketplace.retrieve()).rejects.toMatchObject({ status: 401, code: 'key_invalid' })
  expect(await holder(third.key).marketplace.retrieve()).toMatchObject({ object: 'marketplace' })
})

it('a key that was revoked is not rotated', async () => {
  const key = await api.holdfast.apiKeys.create({ kind: 'publishable' })
  await api.holdfast.apiKeys.revoke(key.id)
  await expect(api.holdfast.apiKeys.rotate(key.id)).rejects.toMatchObject({ status: 404, code: 'not_found', field: 'id' })
})
