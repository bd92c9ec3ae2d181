import { iso } from '../shared/clock.ts'
import type { CardRecord } from './cards.ts'
import type { Refusal } from './decisions.ts'
import {
  isExpired,
  remainingAuthorized,
  remainingOfCapture,
  remainingRefundable,
  type CaptureRecord,
  type PatchRecord,
  type Payment,
  type PaymentRecord,
  type RefundRecord,
} from './records.ts'

// Answers in the shapes of Online Payments 2.0.55: `paymentResponse`, `refundResponse`, `messages`.

/** How an answer differs with the request it answers. */
interface Asked {
  readonly requestId: string
  readonly nowMs: number
  /** Where browsers reach the simulator. */
  readonly url: string
}

/** The payment as it stands, in answer to itself or to a change of it (`patch`). */
export function renderPayment(
  payment: Payment,
  { requestId, nowMs, patch, url }: Asked & { patch?: PatchRecord },
): object {
  const { record } = payment
  if (payment.pending) return renderPending(payment, { requestId, url })
  const { decline } = record
  const captureAt = record.captureMethod === 'NOW' ? record.at : record.captureDueAt
  return {
    transactionId: record.transactionId,
    requestId,
    transactionState: stateOf(payment, nowMs),
    ...outcome(patch?.decline ? { ...record, decline: patch.decline } : record),
    ...common(payment),
    captureMethod: payment.captureMethod,
    ...(captureAt !== undefined && !decline ? { captureTime: iso(captureAt) } : {}),
    isVoid: payment.voided,
    isAmountFinal: record.isAmountFinal,
    transactionDate: iso(record.at),
    amount: payment.total,
    ...(payment.captures.length > 0 ? { remainingRefundableAmount: remainingRefundable(payment) } : {}),
    ...held(payment, nowMs),
    ...(record.partialAuthorizationSupport
      ? { partialAuthorizationSupport: record.partialAuthorizationSupport }
      : {}),
    ...(record.partial ? { partialAuthorization: true } : {}),
    ...authenticationResult(payment, url),
    paymentRequest: renderPaymentRequest(payment, nowMs),
  }
}

/** The buyer is to be authenticated first: nothing is authorized. */
function renderPending(payment: Payment, { requestId, url }: Pick<Asked, 'requestId' | 'url'>): object {
  const { record } = payment
  const { transactionId, captureMethod, amount, currency, hostReferenceId, isAmountFinal } = record
  return {
    transactionId,
    requestId,
    transactionState: 'PENDING',
    responseStatus: 'PENDING',
    responseCode: 'PERFORM_AUTHENTICATION',
    responseMessage: 'Perform Authentication',
    captureMethod,
    isVoid: false,
    isAmountFinal,
    transactionDate: iso(record.at),
    amount,
    currency,
    hostReferenceId,
    ...parties(record),
    paymentMethodType: { card: renderCard(record.card, {}) },
    ...authenticationResult(payment, url),
    paymentRequest: { paymentRequestId: transactionId, paymentRequestStatus: 'PENDING' },
  }
}

/** `paymentAuthenticationResult`: where the browser goes, whether the issuer challenges, and how it ended. */
function authenticationResult({ record, challenge, authenticated }: Payment, url: string): object {
  const { authentication } = record
  if (!authentication) return {}
  const { id, signature, returnUrl } = authentication
  return {
    paymentAuthenticationResult: {
      authenticationId: id,
      authenticationOrchestrationUrl: `${url}/3ds/orchestrations/${id}?signature=${signature}`,
      authenticationReturnUrl: returnUrl,
      ...(challenge ? { threeDomainSecureChallenge: { threeDSAcsUrl: challenge.acsURL } } : {}),
      ...(authenticated
        ? {
            threeDomainSecureCompletion: {
              threeDSTransactionStatus: authenticated.transStatus,
              electronicCommerceIndicator: authenticated.eci,
              threeDSDirectoryServerTransactionId: authenticated.dsTransID,
              threeDSMessageVersion: '2.2.0',
            },
          }
        : {}),
    },
  }
}

/** A capture answers as a payment whose `transactionId` is the capture's id. */
export function renderCapture(payment: Payment, capture: CaptureRecord, { requestId, nowMs }: Asked): object {
  const { decline, multiCapture } = capture
  return {
    transactionId: capture.captureId,
    requestId,
    transactionState: decline ? 'DECLINED' : 'CLOSED',
    responseStatus: decline ? 'DENIED' : 'SUCCESS',
    responseCode: decline?.responseCode ?? 'ACCEPTED',
    responseMessage: decline?.responseMessage ?? 'Transaction accepted',
    ...common(payment),
    captureMethod: 'NOW',
    isVoid: false,
    isAmountFinal: capture.closes,
    transactionDate: iso(capture.at),
    amount: capture.amount,
    ...(decline ? {} : { remainingRefundableAmount: remainingOfCapture(payment, capture) }),
    ...held(payment, nowMs),
    ...(multiCapture
      ? {
          multiCapture: {
            ...multiCapture,
            multiCaptureSequenceNumber: String(multiCapture.multiCaptureSequenceNumber),
          },
        }
      : {}),
    paymentRequest: renderPaymentRequest(payment, nowMs),
  }
}

export function renderRefund(
  refund: RefundRecord,
  { requestId, nowMs, payment, fresh }: Asked & { payment: Payment | undefined; fresh: boolean },
): object {
  const { decline, transactionReferenceId } = refund
  return {
    transactionId: refund.refundId,
    requestId,
    transactionState: decline ? 'DECLINED' : fresh ? 'AUTHORIZED' : 'CLOSED',
    amount: refund.amount,
    currency: refund.currency,
    ...outcome({ decline, partial: false }),
    ...(transactionReferenceId !== undefined ? { transactionReferenceId } : {}),
    ...(payment ? { remainingRefundableAmount: refundableBy(payment, transactionReferenceId) } : {}),
    ...(decline
      ? { hostMessage: decline.hostMessage }
      : { approvalCode: refund.approvalCode, hostMessage: 'Approved' }),
    ...parties(refund),
    transactionDate: iso(refund.at),
    hostReferenceId: refund.hostReferenceId,
    paymentMethodType: { card: renderCard(refund.card, {}) },
    paymentRequest: payment
      ? renderPaymentRequest(payment, nowMs)
      : {
          paymentRequestId: refund.refundId,
          paymentRequestStatus: 'CLOSED',
          refunds: decline ? [] : [renderRefundLine(refund)],
        },
  }
}

function refundableBy(payment: Payment, reference: string | undefined): number {
  const capture = payment.captures.find(({ captureId }) => captureId === reference)
  return capture && reference !== payment.record.transactionId
    ? remainingOfCapture(payment, capture)
    : remainingRefundable(payment)
}

export function renderRefusal({ code, message, entity }: Refusal): object {
  return {
    ...renderError(code, message),
    ...(entity !== undefined ? { validationErrors: [{ code: 'INVALID_FIELD', message, entity }] } : {}),
  }
}

export function renderError(responseCode: string, responseMessage: string): object {
  return { responseStatus: 'ERROR', responseCode, responseMessage }
}

function outcome({
  decline,
  partial,
}: Pick<PaymentRecord, 'partial'> & { decline?: PaymentRecord['decline'] | undefined }): object {
  if (decline)
    return {
      responseStatus: 'DENIED',
      responseCode: decline.responseCode,
      responseMessage: decline.responseMessage,
    }
  return partial
    ? {
        responseStatus: 'SUCCESS',
        responseCode: 'PARTIAL_APPROVAL',
        responseMessage: 'Transaction partially approved by issuer',
      }
    : {
        responseStatus: 'SUCCESS',
        responseCode: 'APPROVED',
        responseMessage: 'Transaction approved by Issuer',
      }
}

function stateOf(payment: Payment, nowMs: number): string {
  if (payment.voided && payment.record.decline) return 'VOIDED'
  if (payment.record.decline) return 'DECLINED'
  if (remainingAuthorized(payment, nowMs) > 0) return 'AUTHORIZED'
  return payment.captures.length > 0 ? 'CLOSED' : 'VOIDED'
}

/** What the issuer still holds; left out at zero, for the schema's minimum is 1. */
function held(payment: Payment, nowMs: number): object {
  const remaining = remainingAuthorized(payment, nowMs)
  return {
    ...(remaining > 0 ? { remainingAuthAmount: remaining } : {}),
    ...(payment.record.decline ? {} : { totalAuthorizedAmount: payment.total }),
  }
}

function common({ record }: Payment): object {
  const { decline } = record
  return {
    paymentMethodType: {
      card: renderCard(record.card, {
        networkTransactionId: record.networkTransactionId,
        networkResponseCode: decline?.networkCode ?? '00',
        addressVerificationResult: record.postalCodeGiven ? 'ADDRESS_POSTALCODE_MATCH' : 'NOT_REQUESTED',
      }),
    },
    ...parties(record),
    ...(decline
      ? { hostMessage: decline.hostMessage }
      : { approvalCode: record.approvalCode, hostMessage: 'Approved' }),
    currency: record.currency,
    hostReferenceId: record.hostReferenceId,
  }
}

function parties(record: PaymentRecord | RefundRecord): object {
  return {
    initiatorType: record.initiatorType,
    accountOnFile: record.accountOnFile,
    merchant: { merchantId: record.merchantId, ...record.merchant },
    ...(record.merchantOrderNumber !== undefined ? { merchantOrderNumber: record.merchantOrderNumber } : {}),
    ...(record.statementDescriptor !== undefined ? { statementDescriptor: record.statementDescriptor } : {}),
  }
}

const cvvLetters = { MATCH: 'M', NO_MATCH: 'N', NOT_PROCESSED: 'P', NOT_PRESENT: '' }

function renderCard(card: CardRecord, network: object): object {
  return {
    cardType: card.cardType,
    cardTypeName: card.cardTypeName,
    maskedAccountNumber: card.maskedAccountNumber,
    cardTypeIndicators: {
      issuanceCountryCode: 'USA',
      isDurbinRegulated: false,
      isLevel3Eligible: false,
      cardTypeCategory: 'CREDIT_CARD',
    },
    networkResponse: {
      addressVerificationResult: 'NOT_REQUESTED',
      cardVerificationResult: card.cvvResult,
      cardVerificationResultCode: cvvLetters[card.cvvResult],
      additionalData: { electronicCommerceIndicator: '7' },
      ...network,
    },
  }
}

function renderPaymentRequest(payment: Payment, nowMs: number): object {
  const { record, captures, refunds } = payment
  return {
    paymentRequestId: record.transactionId,
    paymentRequestStatus: requestStatus(payment, nowMs),
    authorizations: [
      {
        authorizationId: record.transactionId,
        amount: payment.total,
        transactionStatusCode: authorizationStatus(payment, nowMs),
        authorizationType: payment.incremented ? 'INCREMENTAL' : 'INITIAL',
      },
    ],
    captures: captures
      .map(capture => ({
        captureId: capture.captureId,
        amount: capture.amount,
        transactionStatusCode: 'CLOSED',
        captureRemainingRefundableAmount: remainingOfCapture(payment, capture),
      }))
      .reverse(),
    refunds: refunds.map(renderRefundLine),
  }
}

function renderRefundLine(refund: RefundRecord): object {
  return { refundId: refund.refundId, amount: refund.amount, transactionStatusCode: 'CLOSED' }
}

function requestStatus(payment: Payment, nowMs: number): string {
  if (payment.record.decline) return 'CLOSED'
  const open = remainingAuthorized(payment, nowMs) > 0
  if (payment.captures.length > 0) return open ? 'OPEN' : 'CLOSED'
  return open ? 'PENDING' : 'CANCELLED'
}

function authorizationStatus(payment: Payment, nowMs: number): string {
  if (payment.record.decline) return 'DECLINED'
  if (payment.voided) return 'VOIDED'
  if (remainingAuthorized(payment, nowMs) > 0) return 'AUTHORIZED'
  return payment.closed || !isExpired(payment, nowMs) ? 'CAPTURED' : 'EXPIRED'
}
