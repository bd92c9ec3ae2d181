import { recordCard } from './cards.ts'
import { refuseField, type Context, type Refusal } from './decisions.ts'
import type { PaymentRecord } from './records.ts'
import type { PaymentRequest } from './requests.ts'

/*
 * Stored credentials (pdp-skills, online-payments.md): CGEN buyer, not stored · CSTO buyer, to be stored · CREC the same,
 * recurring FIRST · CUSE buyer, stored · MUSE merchant, stored · MREC the same, recurring SUBSEQUENT. All else is refused.
 */

/** Why a request says of its card what can't be; undefined when all is well. */
export function refuseCredential(context: Context, body: PaymentRequest): { refused: Refusal } | undefined {
  const { initiatorType, accountOnFile, recurring, paymentMethodType: { card } } = body
  const byMerchant = initiatorType === 'MERCHANT'
  if (byMerchant && accountOnFile !== 'STORED') return refuseField('accountOnFile', 'must be STORED where the merchant initiates')
  if (byMerchant && card.cvv !== undefined) return refuseField('paymentMethodType.card.cvv', 'can only come from a cardholder who is present')
  const sequence = recurring?.recurringSequence
  if (sequence === 'FIRST' && accountOnFile !== 'TO_BE_STORED') return refuseField('recurring.recurringSequence', 'FIRST goes with TO_BE_STORED')
  if (sequence === 'SUBSEQUENT' && !byMerchant) return refuseField('recurring.recurringSequence', 'SUBSEQUENT goes with MERCHANT')
  return accountOnFile === 'STORED' ? refuseUnstored(context, body) : undefined
}

/** Stricter than a real rail, which doesn't remember: a card that was never stored can't be used as one that was. */
function refuseUnstored({ records, merchantId }: Context, { initiatorType, paymentMethodType: { card } }: PaymentRequest): { refused: Refusal } | undefined {
  const { maskedAccountNumber, cardType } = recordCard(card)
  const first = [...records.payments.values()].map(({ record }) => record).filter((record) =>
    record.merchantId === merchantId && record.accountOnFile === 'TO_BE_STORED' && !record.decline
    && record.card.maskedAccountNumber === maskedAccountNumber)
  if (first.length === 0) return refuseField('accountOnFile', 'is STORED, and no approved payment has stored this card')
  const original = card.originalNetworkTransactionId
  if (original === undefined) {
    return initiatorType === 'MERCHANT' && cardType === 'VI'
      ? refuseField('paymentMethodType.card.originalNetworkTransactionId', 'is required of Visa where the merchant initiates') : undefined
  }
  const known = ({ networkTransactionId }: PaymentRecord): boolean => networkTransactionId === original
  return first.some(known) ? undefined : refuseField('paymentMethodType.card.originalNetworkTransactionId', 'is not that of the payment that stored this card')
}
