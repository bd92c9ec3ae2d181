import { route, type Route } from '../http/route.ts'
import { readVerification } from '../verify/read.ts'

const verification: Route<'ledger.verification'> = route('ledger.verification', async ({ marketplace }, { pool }) => ({
  body: await readVerification(pool, marketplace.id),
}))

export default verification
