import { iso } from '../shared/clock.ts'
import { resultOf, success, type Result } from './decisions.ts'
import type { Payment, Refund } from './records.ts'

// Records in the rail's words.

function seconds(ms: number): string {
  return iso(ms).replace(/\.\d{3}Z$/, 'Z')
}

function resultOfPayment({ status, resultCode }: Payment): Result {
  switch (status) {
    case 'SUCCESS':
      return success
    case 'PROCESSING':
    case 'PENDING':
      return resultOf('PAYMENT_IN_PROCESS')
    default:
      return resultOf(resultCode)
  }
}

function identified({ record }: Payment): object {
  const { paymentId, paymentRequestId, amount, at } = record
  return { paymentRequestId, paymentId, paymentAmount: amount, paymentCreateTime: seconds(at) }
}

function paid({ paidAt }: Payment): object {
  return paidAt === undefined ? {} : { paymentTime: seconds(paidAt) }
}

/** `pay`: where the buyer goes while the payment waits for them, or what it came to. */
export function renderPay(payment: Payment, origin: string): object {
  const { token, terminalType } = payment.record
  const waiting = payment.status === 'PROCESSING' ? {
    normalUrl: `${origin}/cashier/${token}`,
    redirectActionForm: { method: 'GET', redirectUrl: `${origin}/cashier/${token}` },
    ...(terminalType === 'WEB' ? { orderCodeForm: codeForm(payment, `${origin}/scan/${token}`) } : {}),
  } : {}
  return { result: resultOfPayment(payment), ...identified(payment), ...paid(payment), ...waiting }
}

function codeForm({ record }: Payment, codeValue: string): object {
  const { paymentMethodType, expiresAt } = record
  const codeDetails = [{ codeValueType: 'QRCODE', codeValue, displayType: 'TEXT' }]
  return { paymentMethodType, expireTime: seconds(expiresAt), codeDetails }
}

export function renderPaymentInquiry(payment: Payment): object {
  const { resultCode, resultMessage } = resultOfPayment(payment)
  return {
    result: success,
    ...identified(payment),
    ...paid(payment),
    paymentStatus: payment.status,
    paymentResultCode: resultCode,
    paymentResultMessage: resultMessage,
    paymentExpiryTime: seconds(payment.record.expiresAt),
    paymentMethodType: payment.record.paymentMethodType,
    transactions: payment.refunds.map(refund => ({
      transactionType: 'REFUND',
      transactionId: refund.record.refundId,
      transactionRequestId: refund.record.refundRequestId,
      transactionStatus: refund.status,
      transactionAmount: refund.record.amount,
      transactionTime: seconds(refund.record.at),
    })),
  }
}

export function renderCancel({ record }: Payment, nowMs: number): object {
  const { paymentId, paymentRequestId } = record
  return { result: success, paymentId, paymentRequestId, cancelTime: seconds(nowMs) }
}

function resultOfRefund({ status }: Refund): Result {
  if (status === 'SUCCESS') return success
  return resultOf(status === 'PROCESSING' ? 'REFUND_IN_PROCESS' : 'PROCESS_FAIL')
}

function identifiedRefund({ record, settledAt }: Refund): object {
  const { refundId, refundRequestId, amount } = record
  const time = settledAt === undefined ? {} : { refundTime: seconds(settledAt) }
  return { refundRequestId, refundId, refundAmount: amount, ...time }
}

export function renderRefund(refund: Refund): object {
  return { result: resultOfRefund(refund), paymentId: refund.record.paymentId, ...identifiedRefund(refund) }
}

export function renderRefundInquiry(refund: Refund): object {
  return { result: success, ...identifiedRefund(refund), refundStatus: refund.status }
}

/** PAYMENT_PENDING says S too: it means that the buyer has paid, not that the payment is made. */
export function renderPaymentNotification(payment: Payment, notifyType: 'PAYMENT_RESULT' | 'PAYMENT_PENDING'): object {
  const result = notifyType === 'PAYMENT_PENDING' ? success : resultOfPayment(payment)
  const { paymentMethodType } = payment.record
  return { notifyType, result, ...identified(payment), ...paid(payment), paymentMethodType }
}

export function renderRefundNotification(refund: Refund): object {
  return {
    notifyType: 'REFUND_RESULT',
    result: resultOfRefund(refund),
    ...identifiedRefund(refund),
    refundStatus: refund.status,
  }
}
