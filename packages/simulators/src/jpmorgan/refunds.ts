import { randomUUID } from 'node:crypto'
import { askIssuer, declineForAmount, recordCard, type PresentedCard } from './cards.ts'
import { kept, operation, refuse, refuseField, settled, type Context, type Decision } from './decisions.ts'
import {
  remainingOfCapture,
  type CaptureRecord,
  type Operation,
  type Payment,
  type RefundRecord,
} from './records.ts'
import type { RefundRequest } from './requests.ts'

/** By reference to a payment or a later capture; to a card, on no payment. */
export function decideRefund(context: Context, body: RefundRequest): Decision {
  const { card, transactionReference } = body.paymentMethodType
  if (card) return standaloneRefund(context, body, card)
  const reference = transactionReference?.transactionReferenceId ?? ''
  const { records, merchantId } = context
  const capture = records.captures.get(reference)
  const payment = records.payments.get(reference) ?? records.payments.get(capture?.transactionId ?? '')
  if (payment?.record.merchantId !== merchantId) {
    return {
      refused: {
        status: 404,
        code: 'NOT_FOUND',
        message: 'transactionReferenceId is not a payment or capture of this merchant',
      },
    }
  }
  if (body.currency !== undefined && body.currency !== payment.record.currency) {
    return refuse('CURRENCY_MISMATCH', `the payment is in ${payment.record.currency}`)
  }
  const sources = payment.captures.filter(
    ({ captureId }) => reference === payment.record.transactionId || captureId === reference,
  )
  return linkedRefund(context, body, { payment, reference, sources })
}

function linkedRefund(
  context: Context,
  body: RefundRequest,
  { payment, reference, sources }: { payment: Payment; reference: string; sources: readonly CaptureRecord[] },
): Decision {
  const left = sources.map(capture => ({
    captureId: capture.captureId,
    amount: remainingOfCapture(payment, capture),
  }))
  const refundable = left.reduce((sum, { amount }) => sum + amount, 0)
  const amount = body.amount ?? refundable
  if (amount > refundable || amount === 0) {
    return refuse('AMOUNT_EXCEEDS_REFUNDABLE', `${refundable} is left to refund, ${amount} was asked`)
  }
  const { transactionId, currency, card, merchantOrderNumber } = payment.record
  const record: RefundRecord = {
    ...refundFields(context, { amount, refundId: randomUUID() }),
    transactionId,
    transactionReferenceId: reference,
    currency,
    card,
    allocations: allocate(left, amount),
    ...(merchantOrderNumber !== undefined ? { merchantOrderNumber } : {}),
    ...kept(body),
  }
  return { entries: [{ type: 'refund', record }] }
}

function standaloneRefund(context: Context, body: RefundRequest, card: PresentedCard): Decision {
  const { amount, currency } = body
  if (amount === undefined || currency === undefined)
    return refuseField('amount', 'is required, with currency')
  const { decline } = askIssuer({ card, amount, nowMs: context.nowMs, partialSupported: false })
  const record: RefundRecord = {
    ...refundFields({ ...context, forced: context.forced ?? decline }, { amount, refundId: randomUUID() }),
    currency,
    card: recordCard(card),
    allocations: [],
    ...kept(body),
  }
  return { entries: [{ type: 'refund', record }] }
}

function refundFields(
  context: Context,
  { amount, refundId }: { amount: number; refundId: string },
): Pick<RefundRecord, 'refundId' | 'amount' | 'settlementDay' | 'fee' | keyof Operation> {
  const { terms } = context
  const decline = context.forced ?? (terms.declineByAmount ? declineForAmount(amount) : undefined)
  return {
    ...operation(context, decline),
    ...settled(context, { amount, fee: terms.refundFee }),
    refundId,
    amount,
  }
}

/** Oldest capture first. */
function allocate(
  left: readonly { captureId: string; amount: number }[],
  amount: number,
): RefundRecord['allocations'] {
  let open = amount
  return left
    .map(({ captureId, amount: most }) => {
      const part = Math.min(open, most)
      open -= part
      return { captureId, amount: part }
    })
    .filter(part => part.amount > 0)
}
