import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { readPaymentLinks } from '../payment-links/store.ts'

const retrieve: Route<'paymentLinks.retrieve'> = route('paymentLinks.retrieve', async ({ marketplace, params }, { db, publicUrl }) => {
  const [found] = await readPaymentLinks({ db, publicUrl }, marketplace.id, [params.id])
  return found ? { body: found } : notFound('payment link', params.id)
})

export default retrieve
