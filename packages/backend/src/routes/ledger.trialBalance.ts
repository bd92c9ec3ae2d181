import { route, type Route } from '../http/route.ts'
import { readTrialBalance } from '../store/render/balances.ts'

const trialBalance: Route<'ledger.trialBalance'> = route('ledger.trialBalance', async ({ marketplace }, { db }) => ({
  body: await readTrialBalance(db, marketplace.id),
}))

export default trialBalance
