import { randomBytes, randomUUID } from 'node:crypto'
import { fates } from '../acs/cards.ts'
import { dayMs, minuteMs } from '../shared/clock.ts'
import { askIssuer, declineForAmount, declines, recordCard, type Decline } from './cards.ts'
import { refuseCredential } from './credentials.ts'
import {
  digits,
  kept,
  operation,
  refuse,
  refuseField,
  settled,
  type Context,
  type Decision,
  type Refusal,
} from './decisions.ts'
import {
  capturedOf,
  isExpired,
  remainingAuthorized,
  type Authentication,
  type CaptureRecord,
  type Entry,
  type Payment,
  type PaymentRecord,
} from './records.ts'
import type { CaptureRequest, PatchRequest, PaymentRequest } from './requests.ts'

/** An authorization, and for `NOW` its capture with it. */
export function decidePayment(context: Context, body: PaymentRequest): Decision {
  const { terms, nowMs } = context
  const refused = refuseCredential(context, body)
  if (refused) return refused
  const { card } = body.paymentMethodType
  const answer = askIssuer({
    card,
    amount: body.amount,
    nowMs,
    partialSupported: body.partialAuthorizationSupport === 'SUPPORTED',
  })
  const decline =
    context.forced ?? answer.decline ?? (terms.declineByAmount ? declineForAmount(body.amount) : undefined)
  const authentication = authenticationOf(context, body, decline)
  if (authentication) {
    const pending = paymentRecord(context, body, { approved: answer.approvedAmount || body.amount, decline: undefined })
    return { entries: [{ type: 'payment', record: { ...pending, authentication } }] }
  }
  const record = paymentRecord(context, body, {
    approved: decline ? body.amount : answer.approvedAmount,
    decline,
  })
  const entries: Entry[] = [{ type: 'payment', record }]
  if (!decline && body.captureMethod === 'NOW') {
    entries.push(
      captureEntry(context, {
        transactionId: record.transactionId,
        captureId: record.transactionId,
        amount: record.amount,
        closes: true,
      }),
    )
  }
  return { entries }
}

/** EMV 3-D Secure: a challenge ends within ten minutes; the buyer may begin it late. */
const authenticationMinutes = 15

/** Where the card takes part and 3-D Secure was asked for. */
function authenticationOf(
  { nowMs }: Context, { paymentMethodType: { card }, browserInfo }: PaymentRequest, answer: Decline | undefined,
): Authentication | undefined {
  const asked = card.paymentAuthenticationRequest
  if (!asked || !browserInfo || !fates.has(card.accountNumber)) return undefined
  const forced = asked.threeDSRequestorAuthenticationInfo.threeDSChallengeType === 'CHALLENGE_REQUESTED'
  return {
    id: randomUUID(), signature: randomBytes(24).toString('base64url'),
    fate: card.accountNumber, mode: forced ? 'challenge' : 'automatic', returnUrl: asked.authenticationReturnUrl,
    browser: browserInfo, dueAt: nowMs + authenticationMinutes * minuteMs, ...(answer ? { answer } : {}),
  }
}

interface Said {
  readonly transStatus: string
  readonly eci: string
  readonly dsTransID: string
  readonly canceled?: boolean
}

/** The authentication has ended; where the issuer vouches, or nobody could be asked, the payment follows by itself. */
export function completion(
  { records, terms, nowMs }: Pick<Context, 'records' | 'terms' | 'nowMs'>, payment: Payment, { canceled = false, ...said }: Said,
): readonly Entry[] {
  const { record } = payment
  const { merchantId, requestId, transactionId, captureMethod, amount } = record
  const refused = said.transStatus === 'N' || said.transStatus === 'R'
  const decline = refused ? (canceled ? declines.aborted : declines.notAuthenticated) : record.authentication?.answer
  const entries: Entry[] = [{ type: 'authentication', record: { transactionId, ...said, ...(decline ? { decline } : {}) } }]
  if (!decline && captureMethod === 'NOW') {
    entries.push(captureEntry({ records, terms, nowMs, merchantId, requestId }, { transactionId, captureId: transactionId, amount, closes: true }))
  }
  return entries
}

/** What the rail does about a buyer who never came. */
export function overdue(context: Pick<Context, 'records' | 'terms' | 'nowMs'>, payment: Payment): readonly Entry[] {
  const { authentication, card } = payment.record
  if (!payment.pending || !authentication || authentication.dueAt > context.nowMs) return []
  const eci = card.cardType === 'MC' ? '00' : '07'
  return completion(context, payment, { transStatus: 'N', eci, dsTransID: payment.challenge?.dsTransID ?? randomUUID() })
}

function paymentRecord(
  context: Context,
  body: PaymentRequest,
  { approved, decline }: { approved: number; decline: Decline | undefined },
): PaymentRecord {
  const { terms, nowMs } = context
  const { captureMethod } = body
  return {
    ...operation(context, decline),
    transactionId: randomUUID(),
    captureMethod,
    amount: approved,
    partial: approved < body.amount,
    currency: body.currency,
    expiresAt: nowMs + terms.authorizationDays * dayMs,
    ...(captureMethod === 'DELAYED' ? { captureDueAt: nowMs + terms.delayedCaptureMinutes * minuteMs } : {}),
    card: recordCard(body.paymentMethodType.card),
    postalCodeGiven: body.accountHolder?.billingAddress?.postalCode !== undefined,
    networkTransactionId: digits(15),
    isAmountFinal: body.isAmountFinal,
    ...(body.partialAuthorizationSupport
      ? { partialAuthorizationSupport: body.partialAuthorizationSupport }
      : {}),
    ...kept(body),
  }
}

/** Why nothing more can be taken from or changed on an authorization; undefined while it is open. */
function refuseClosed(payment: Payment, nowMs: number): { refused: Refusal } | undefined {
  if (payment.pending) return refuse('AUTHENTICATION_PENDING', 'the buyer is still to be authenticated')
  if (payment.record.decline) return refuse('NOT_AUTHORIZED', 'the payment was declined')
  if (payment.voided) return refuse('ALREADY_VOIDED', 'the authorization was voided')
  if (payment.closed || capturedOf(payment) >= payment.total)
    return refuse('ALREADY_CAPTURED', 'nothing is left of the authorization; refund instead')
  if (isExpired(payment, nowMs))
    return refuse('AUTHORIZATION_EXPIRED', 'the authorization has expired; authorize anew')
  return undefined
}

/** A void, another total to hold, or a capture. */
export function decidePatch(context: Context, payment: Payment, body: PatchRequest): Decision {
  const closed = payment.pending && body.isVoid ? undefined : refuseClosed(payment, context.nowMs)
  if (closed) return closed
  const { transactionId } = payment.record
  if (body.isVoid) {
    return {
      entries: [
        { type: 'patch', record: { ...operation(context, context.forced), transactionId, change: 'void' } },
      ],
    }
  }
  if (body.captureMethod === 'NOW') return decideCapture(context, payment, { amount: body.amount }, true)
  const { amount, captureMethod } = body
  if (amount === undefined) return refuseField('amount', 'is required')
  if (amount <= capturedOf(payment))
    return refuseField('amount', 'must exceed what was captured already; void to release the rest')
  return {
    entries: [
      {
        type: 'patch',
        record: {
          ...operation(context, context.forced),
          transactionId,
          change: 'amount',
          amount,
          ...(captureMethod ? { captureMethod } : {}),
        },
      },
    ],
  }
}

/** The first capture bears the payment's id, as in J.P. Morgan's examples; later ones have their own. */
export function decideCapture(
  context: Context,
  payment: Payment,
  body: CaptureRequest,
  byPatch = false,
): Decision {
  const left = remainingAuthorized(payment, context.nowMs)
  const amount = body.amount ?? left
  const refused = refuseClosed(payment, context.nowMs) ?? refuseOrder(payment, body)
  if (refused) return refused
  if (body.currency !== undefined && body.currency !== payment.record.currency) {
    return refuse('CURRENCY_MISMATCH', `the payment is in ${payment.record.currency}`)
  }
  if (amount > left)
    return refuse('AMOUNT_EXCEEDS_AUTHORIZATION', `${left} is left to capture, ${amount} was asked`)
  return {
    entries: [
      captureEntry(context, {
        transactionId: payment.record.transactionId,
        captureId:
          payment.captures.length === 0 && !context.forced ? payment.record.transactionId : randomUUID(),
        amount,
        closes: body.multiCapture?.isFinalCapture ?? true,
        ...(body.multiCapture ? { multiCapture: body.multiCapture } : {}),
        ...(byPatch ? { byPatch } : {}),
      }),
    ],
  }
}

function refuseOrder(payment: Payment, { multiCapture }: CaptureRequest): { refused: Refusal } | undefined {
  const next = payment.captures.length + 1
  if (!multiCapture)
    return next > 1 ? refuse('MULTI_CAPTURE_OPEN', 'captures of several need multiCapture') : undefined
  if (multiCapture.multiCaptureSequenceNumber === next) return undefined
  return refuse('MULTI_CAPTURE_OUT_OF_ORDER', `multiCaptureSequenceNumber ${next} is next`)
}

/** The capture that a DELAYED payment makes by itself when it is due. */
export function delayedCapture(
  context: Omit<Context, 'merchantId' | 'requestId'>,
  payment: Payment,
): Entry | undefined {
  const { record } = payment
  const dueAt = record.captureDueAt
  if (dueAt === undefined || dueAt > context.nowMs) return undefined
  const { merchantId, requestId, transactionId } = record
  return captureEntry(
    { ...context, merchantId, requestId, nowMs: dueAt },
    {
      transactionId,
      captureId: transactionId,
      amount: payment.total,
      closes: true,
    },
  )
}

function captureEntry(
  context: Context,
  fields: Pick<
    CaptureRecord,
    'transactionId' | 'captureId' | 'amount' | 'closes' | 'multiCapture' | 'byPatch'
  >,
): Entry {
  return {
    type: 'capture',
    record: {
      ...operation(context, context.forced),
      ...settled(context, { amount: fields.amount, fee: context.terms.captureFee }),
      ...fields,
    },
  }
}
