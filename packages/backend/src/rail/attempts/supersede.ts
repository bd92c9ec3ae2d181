import { newId } from '@holdfast/contract'
import { isRefusal, supersede } from '@holdfast/core'
import type { Tx } from '../../database.ts'
import type { Deps } from '../../deps.ts'
import { lockPayments, type Desk } from '../../store/book.ts'
import { insertRefund } from '../../store/movements.ts'
import { insertOperation, type OperationRow } from '../../store/operations.ts'

/**
 * Money that was taken by an attempt which was closed over, whoever shows it: an inquiry, a notification or a
 * report. It is posted, and refunded by itself. The caller saves the desk and moves the operation.
 *
 * @param took - minor units of the operation's currency
 * @returns false: the attempt is any other way, and nothing was done
 */
export async function surface(
  { deps, tx, desk, op }: { readonly deps: Deps; readonly tx: Tx; readonly desk: Desk; readonly op: OperationRow },
  { took, railReference }: { readonly took: bigint; readonly railReference: string },
): Promise<boolean> {
  const payment = op.payment_id as string
  await lockPayments(tx, desk, [payment])
  const refund = supersede(desk.book, { payment, refund: newId('refund'), amount: took })
  if (isRefusal(refund)) return false
  deps.log.error({ payment, amount: Number(took) }, 'a closed-over attempt took money; it is refunded')
  const { order_id: order } = await tx.db.selectFrom('payments').select('order_id')
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment).executeTakeFirstOrThrow()
  await tx.db.updateTable('payments').set({ rail_reference: railReference })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment).execute()
  await insertRefund(tx, desk,
    { refund, order, currency: op.currency, reference: null, reason: 'superseded' })
  await insertOperation(tx, desk, {
    id: newId('operation'), kind: 'refund', connector: op.connector, currency: op.currency, amount: refund.amount, payment,
    refund: refund.id,
    request: { subject: payment, orderReference: order, railReference },
    sentBy: { workerInSeconds: 0 },
  })
  return true
}
