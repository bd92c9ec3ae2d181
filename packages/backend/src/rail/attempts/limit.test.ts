import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { openShop, type Shop } from '../../testing/shop.ts'

const DECLINED = '4000000000000002'
const MOST = 10

let backend: TestBackend
let shop: Shop
beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
})
afterAll(() => backend.close())

test('a session takes only so many declined attempts, says so, and another session of the shop is free', async () => {
  const seller = (await shop.seller()).id
  const line = [{ seller, amount: 10_000, platformFee: 500 }]
  const session = await shop.session(line)
  for (let tried = 0; tried < MOST; tried += 1) {
    const { status, attempt } = await shop.confirm(session, { number: DECLINED })
    expect([status, attempt.status]).toEqual([200, 'failed'])
  }
  const sent = backend.rails.jpmorgan.records.payments().length
  const { status, body } = await shop.confirm(session)
  expect([status, body]).toMatchObject([409, { code: 'attempts_exhausted' }])
  expect(backend.rails.jpmorgan.records.payments()).toHaveLength(sent)
  expect((await shop.confirm(await shop.session(line))).attempt.status).toBe('complete')
})
