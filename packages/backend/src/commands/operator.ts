import { isRefusal, topUp, withdraw, type Refusal } from '@holdfast/core'
import type { BodyOf, EndpointName } from '@holdfast/contract'
import type { OperatorTransfer } from '@holdfast/contract/types'
import type { Tx } from '../database.ts'
import { lockCustody, readPlatform, type Desk } from '../store/book.ts'
import { readOperatorTransfers } from '../store/happenings.ts'
import { inOrder } from '../store/render/values.ts'
import type { Asked, Command } from './execute.ts'
import { onDesk } from './on-desk.ts'

type Input = BodyOf<'operator.topUp'>
type Decide = (desk: Desk, amount: { readonly currency: string; readonly amount: bigint }) => string | Refusal

/** Both lock custody, so that withdrawals wait for each other. */
function operate(
  name: EndpointName & `operator.${string}`, { reason, decide }: { reason: string; decide: Decide },
): Command<Input, OperatorTransfer> {
  return onDesk(name, {
    async lock(tx, desk, asked: readonly Asked<Input>[]) {
      const currencies = [...new Set(asked.map(({ input }) => input.currency))]
      await lockCustody(tx, desk, currencies)
      for (const currency of currencies) await readPlatform(tx, desk, currency)
      return takenBy(tx, desk, { asked, reason })
    },
    decide(desk, { input }, taken): { id: string } | Refusal {
      const existing = taken.get(input.reference)
      if (existing !== undefined) return referenceTaken(input.reference, existing)
      const id = decide(desk, { currency: input.currency, amount: BigInt(input.amount) })
      if (isRefusal(id)) return id
      taken.set(input.reference, id)
      desk.references.set(id, input.reference)
      return { id }
    },
    async read(tx, desk, decided) {
      const ids = decided.map(({ id }) => id)
      return ids.length === 0 ? [] : inOrder(ids, await readOperatorTransfers(tx.db, desk.marketplace, ids))
    },
  })
}

async function takenBy(
  tx: Tx, desk: Desk, { asked, reason }: { asked: readonly Asked<Input>[]; reason: string },
): Promise<Map<string, string>> {
  const rows = await tx.db.selectFrom('ledger_transfers').select(['id', 'reference'])
    .where('marketplace_id', '=', desk.marketplace)
    .where('reason', '=', reason).where('reference', 'in', asked.map(({ input }) => input.reference))
    .execute()
  return new Map(rows.map(({ id, reference }) => [reference as string, id]))
}

function referenceTaken(reference: string, existing: string): Refusal {
  return {
    refused: 'reference_taken', field: 'reference', existing,
    detail: `An operator's transfer with the reference '${reference}' exists: ${existing}. Use another reference.`,
  }
}

/** Records money that the operator put into custody. */
export const topUpCustody: Command<Input, OperatorTransfer> = operate('operator.topUp', {
  reason: 'operator_top_up', decide: (desk, amount) => topUp(desk.book, amount),
})

/** Takes earned fees out of custody, as far as everything that is held stays covered. */
export const withdrawFees: Command<Input, OperatorTransfer> = operate('operator.withdraw', {
  reason: 'operator_withdrawal', decide: (desk, amount) => withdraw(desk.book, amount),
})
