import type { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../../test/support/wait.ts'
import type { Database } from './database.ts'
import type { TestBackend } from './testing/backend.ts'
import { changeRail } from './testing/rail.ts'
import { startTestShop, type Shop } from './testing/shop.ts'
import { readView } from './view.ts'

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
})
afterAll(() => backend.close())

/** A database that has something happen after so many of its statements, before the next. */
function interrupted(db: Kysely<Database>, after: number, happen: () => Promise<void>): Kysely<Database> {
  let left = after
  return db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      left -= 1
      if (left === 0) await happen()
      return result
    },
  })
}

test.each([1, 2, 3])('a session that ends after statement %i of its reading is read as it was, its attempt too', async (after) => {
  const session = await shop.session([{ seller, amount: 10_000 }])
  const answering = Promise.withResolvers<void>()
  let asked = false
  const restore = changeRail(backend, (rail) => {
    const charge = rail.charge.bind(rail)
    return { charge: async (request, options) => {
      asked = true
      await answering.promise
      return charge(request, options)
    } }
  })
  const confirming = shop.confirm(session).finally(restore)
  await waitFor(() => asked, { what: 'the charge at the rail' })
  const db = interrupted(backend.deps.db, after, async () => {
    answering.resolve()
    await confirming
  })
  const view = await readView({ ...backend.deps, db }, { marketplace: backend.marketplace.id, session: session.id })
  expect([view!.status, view!.attempt!.status]).toEqual(['processing', 'pending'])
  const now = await readView(backend.deps, { marketplace: backend.marketplace.id, session: session.id })
  expect([now!.status, now!.attempt!.status]).toEqual(['complete', 'complete'])
})
