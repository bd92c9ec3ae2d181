import type { FastifyInstance } from 'fastify'
import { phonePage, type Code } from '../pages/phone.ts'
import type { Shop } from '../shop.ts'
import { part } from './forms.ts'

/** A phone for those who have none at hand: it sees the codes that wait on any screen of the demo. */
export function addPhoneRoutes(app: FastifyInstance, { shop, codes }: { readonly shop: Shop; readonly codes: () => readonly Code[] }): void {
  app.get('/phone', (request, reply) => {
    const seen = codes()
    const scanned = part(request.query, 'code')
    // what it opens is a code that it sees, and no address that somebody made up
    const open = seen.find(({ url }) => url === scanned)
    if (scanned && !open) return reply.redirect('/phone', 303)
    return shop.show(request, reply, { title: 'Phone', area: 'phone', body: phonePage({ codes: seen, open }) })
  })
}
