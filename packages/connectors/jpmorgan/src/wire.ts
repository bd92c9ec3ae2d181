import type { OperationKind } from '@holdfast/contract'
import type { CardChargeRequest, CardFacts, FollowUpRequest, Inquiry, Outcome } from '@holdfast/core'
import * as z from 'zod'
import { addendaOf, type AddendaLevel } from './addenda.ts'
import { AmountRefused, type Amounts } from './amounts.ts'
import { badCardOf, declineOf, refusalOf } from './declines.ts'
import type { Settings } from './options.ts'
import { authenticationRequest, authenticationShape, readAuthentication, readStep, type PartOfPayment } from './three-d-secure.ts'

/*
 * Between our words and those of Online Payments 2.0.55. Requests are made from ours; answers are read strictly where
 * we rely on them and loosely in all else, for J.P. Morgan adds fields without notice.
 */

/** What we were asked cannot be said to the rail. Nothing has been sent. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

export interface WireRequest {
  readonly method: 'POST' | 'PATCH'
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

interface Speaker {
  readonly storedCredentials: Settings['storedCredentials']
  readonly software: Settings['software']
  readonly amounts: Amounts
  readonly addenda: AddendaLevel
}

/** The rail's pattern is not anchored in its document; ours is. */
const orderNumberPattern = /^[A-Za-z0-9 .-]{1,40}$/
const requestIdPattern = /^[\x21-\x7e]{1,40}$/

/** @throws RequestRefused */
export function checkRequestId(requestId: string): string {
  if (requestIdPattern.test(requestId)) return requestId
  throw new RequestRefused('expected a request id of 1 to 40 printable characters')
}

/** Our payment's id as the rail's order number, which has no underscore: `pay_01…` is `pay-01…`. */
function orderNumber(subject: string): string {
  const number = subject.replaceAll('_', '-')
  if (orderNumberPattern.test(number)) return number
  throw new RequestRefused('expected a subject of at most 40 letters, digits, hyphens and underscores')
}

/** Of a payment, without its card: the vault fills that in. @param now - for the date of the purchase */
export function paymentBody(
  request: CardChargeRequest, { software, amounts, addenda, storedCredentials }: Speaker, now: Date,
): Readonly<Record<string, unknown>> {
  const descriptor = statementDescriptor(request.marketplaceName)
  const [authentication, credential] = [authenticationRequest(request, now), credentialOf(request, storedCredentials)]
  const card = { ...authentication.card, ...credential.card }
  return {
    ...(Object.keys(card).length > 0 && { paymentMethodType: { card } }),
    ...authentication.body,
    captureMethod: request.kind === 'sale' ? 'NOW' : 'MANUAL',
    amount: amounts.toRail(request),
    currency: request.currency,
    merchantOrderNumber: orderNumber(request.subject),
    merchant: {
      merchantSoftware: software,
      softMerchant: {
        name: plainText(request.marketplaceName, 100),
        merchantPurchaseDescription: plainText(`Order ${request.orderReference}`, 100),
      },
    },
    ...(descriptor === undefined ? {} : { statementDescriptor: descriptor }),
    ...credential.body,
    isAmountFinal: true,
    partialAuthorizationSupport: 'NOT_SUPPORTED',
    ...addendaOf(request, addenda),
  }
}

const accountsOnFile = { first: 'TO_BE_STORED', again: 'STORED' } as const

/** Who asks, and what is kept of the card, in the combinations of the rail's guide: CGEN, CSTO, CUSE, MUSE. */
function credentialOf({ credential }: CardChargeRequest, settings: Settings['storedCredentials']): PartOfPayment {
  if (!credential) return { body: { initiatorType: 'CARDHOLDER', accountOnFile: 'NOT_STORED' }, card: {} }
  const { use, initiator, networkTransactionId } = credential
  if (use === 'first' && initiator === 'merchant') throw new RequestRefused('a card is first stored by its buyer')
  const named = settings.originalNetworkTransactionId
  const tells = use === 'again' && networkTransactionId !== undefined && (named === 'all' || named === initiator)
  return {
    body: { initiatorType: initiator === 'merchant' ? 'MERCHANT' : 'CARDHOLDER', accountOnFile: accountsOnFile[use] },
    card: tells ? { originalNetworkTransactionId: networkTransactionId } : {},
  }
}

/** As a card statement has it: at most 22 letters, digits and spaces of ASCII; left out if fewer than 4 remain. */
function statementDescriptor(name: string): string | undefined {
  const letters = name.normalize('NFKD').replace(/[^A-Za-z0-9 .-]/g, '').replace(/ +/g, ' ').trim().slice(0, 22).trim()
  return letters.length < 4 ? undefined : letters
}

function plainText(text: string, longest: number): string {
  return text.replace(/[<>{}\p{Cc}]/gu, '').slice(0, longest)
}

export function followUp(request: FollowUpRequest, { software, amounts }: Omit<Speaker, 'addenda'>): WireRequest {
  const id = encodeURIComponent(request.railReference)
  switch (request.kind) {
    case 'void': return { method: 'PATCH', path: `/payments/${id}`, body: { isVoid: true } }
    case 'capture': return { method: 'POST', path: `/payments/${id}/captures`, body: captureBody(request, amounts) }
    case 'refund': return {
      method: 'POST',
      path: '/refunds',
      body: {
        merchant: { merchantSoftware: software },
        amount: amounts.toRail(request),
        currency: request.currency,
        merchantOrderNumber: orderNumber(request.subject),
        // without it, the rail would take this for a refund to some card of no payment
        paymentMethodType: { transactionReference: { transactionReferenceId: request.railReference } },
      },
    }
  }
}

/** What the rail is told to expect of captures while we don't know their number; the final one decides. */
const unknownCount = 99

function captureBody(request: FollowUpRequest, amounts: Amounts): WireRequest['body'] {
  const { sequence = 1, final = true, currency } = request
  const body = { captureMethod: 'NOW', amount: amounts.toRail(request), currency, isAmountFinal: final }
  if (sequence === 1 && final) return body
  return {
    ...body,
    multiCapture: {
      multiCaptureSequenceNumber: String(sequence),
      multiCaptureRecordCount: final ? sequence : Math.max(unknownCount, sequence),
      isFinalCapture: final,
    },
  }
}

/** Where an earlier request of each kind is asked for. A void is a PATCH on a payment. */
export function inquiryPath({ kind, requestId }: { kind: OperationKind; requestId: string }): string {
  const query = `?requestIdentifier=${encodeURIComponent(checkRequestId(requestId))}`
  switch (kind) {
    case 'authorize': case 'sale': case 'void': return `/payments${query}`
    case 'capture': return `/captures${query}`
    case 'refund': return `/refunds${query}`
    case 'payout': throw new RangeError('J.P. Morgan Online Payments makes no payouts')
  }
}

const text = z.string().optional()
const wireAmount = z.int().min(0).max(999_999_999_999)

const answerSchema = z.looseObject({
  transactionId: z.string().min(4).max(40).optional(),
  requestId: z.string(),
  transactionState: z.string(),
  responseStatus: z.string(),
  responseCode: z.string(),
  hostMessage: text,
  amount: wireAmount.optional(),
  currency: text,
  isVoid: z.boolean().optional(),
  merchant: z.looseObject({ merchantId: text }).optional(),
  paymentMethodType: z.looseObject({
    card: z.looseObject({
      cardTypeName: text,
      maskedAccountNumber: text,
      networkResponse: z.looseObject({
        networkResponseCode: text,
        networkTransactionId: text,
        additionalData: z.looseObject({ merchantAdviceCode: text }).optional(),
      }).optional(),
    }).optional(),
  }).optional(),
  paymentAuthenticationResult: authenticationShape.optional(),
  totalAuthorizedAmount: wireAmount.optional(),
  paymentRequest: z.looseObject({ captures: z.array(z.looseObject({ amount: wireAmount.optional() })).optional() }).optional(),
})

const refusalSchema = z.looseObject({
  responseStatus: z.literal('ERROR'),
  responseCode: z.string(),
  responseMessage: text,
  validationErrors: z.array(z.looseObject({ entity: text })).optional(),
})

type WireAnswer = z.infer<typeof answerSchema>

/** What we asked, for the answer to be held against. An inquiry may not know the currency. */
export interface Asked {
  readonly kind: OperationKind
  readonly requestId: string
  readonly merchantId: string
  readonly currency?: string
}

export interface HttpAnswer {
  readonly status: number
  /** Undefined when it isn't JSON. */
  readonly body: unknown
}

/** What a payment, capture, void or refund came to. All that isn't plainly a yes or a no is `unknown`. */
export function readOutcome(answer: HttpAnswer, { asked, amounts }: { asked: Asked; amounts: Amounts }): Outcome {
  if (answer.status === 200) return readRecord(answer.body, { asked, amounts })
  // the request was not looked at: our access token was not accepted
  if (answer.status === 401) return { outcome: 'not_sent', reason: 'the rail refused the access token' }
  return readRefusal(answer) ?? unknown(`the rail answered ${answer.status}`)
}

/** What an inquiry shows: the record, its provisional absence, or nothing that can be relied on. */
export function readInquiry(answer: HttpAnswer, { asked, amounts }: { asked: Asked; amounts: Amounts }): Inquiry {
  const { status, body } = answer
  if (status === 404 && refusalSchema.safeParse(body).success) return { outcome: 'not_found' }
  // "the status query returns empty" where no record was made (core concepts, read 2026-11)
  if (status === 200 && isEmpty(body)) return { outcome: 'not_found' }
  return status === 200 ? readRecord(body, { asked, amounts }) : unknown(`the inquiry was answered ${status}`)
}

function isEmpty(body: unknown): boolean {
  return body === '' || (typeof body === 'object' && body !== null && Object.keys(body).length === 0)
}

function readRecord(body: unknown, { asked, amounts }: { asked: Asked; amounts: Amounts }): Outcome {
  const parsed = answerSchema.safeParse(body)
  if (!parsed.success) return unknown('the rail’s answer cannot be read')
  const answer = parsed.data
  const mismatch = mismatchOf(answer, asked)
  if (mismatch) return unknown(`the rail’s answer has another ${mismatch}`)
  if (answer.responseStatus === 'DENIED') return denied(answer)
  if (isCharge(asked)) {
    if (answer.responseStatus === 'PENDING') return readStep(answer) ?? open(answer)
    if (isAbandoned(answer)) return { outcome: 'declined', decline: { class: 'soft', code: 'canceled' } }
  }
  if (answer.responseStatus !== 'SUCCESS' || !isDone(answer, asked)) {
    return open(answer)
  }
  return approved(answer, { asked, amounts })
}

const isCharge = ({ kind }: Asked): boolean => kind === 'authorize' || kind === 'sale'

const open = ({ responseStatus, responseCode, transactionState }: WireAnswer): Outcome =>
  unknown(`the rail’s answer is ${responseStatus} ${responseCode}, ${transactionState}`)

/** It was voided while the issuer still authenticated the buyer: nothing was ever authorized. */
function isAbandoned({ isVoid, paymentAuthenticationResult: result, totalAuthorizedAmount = 0 }: WireAnswer): boolean {
  return isVoid === true && result !== undefined && result.threeDomainSecureCompletion === undefined && totalAuthorizedAmount === 0
}

/** An answer about something else says nothing about what we asked. */
function mismatchOf({ requestId, currency, merchant }: WireAnswer, asked: Asked): string | undefined {
  if (requestId !== asked.requestId) return 'request id'
  if (asked.currency !== undefined && currency !== undefined && currency !== asked.currency) return 'currency'
  if (merchant?.merchantId !== undefined && merchant.merchantId !== asked.merchantId) return 'merchant'
  return undefined
}

/** CLOSED after MANUAL is seen too: what was approved since has been captured, voided or settled. */
const settledStates: ReadonlySet<string> = new Set(['AUTHORIZED', 'CLOSED', 'COMPLETED', 'VOIDED'])

function isDone(answer: WireAnswer, { kind }: Asked): boolean {
  if (kind === 'void') return answer.isVoid === true || answer.transactionState === 'VOIDED'
  return settledStates.has(answer.transactionState)
}

function approved(answer: WireAnswer, { asked, amounts }: { asked: Asked; amounts: Amounts }): Outcome {
  const { transactionId, amount } = answer
  const currency = answer.currency ?? asked.currency
  if (transactionId === undefined || amount === undefined || currency === undefined) return unknown('the rail’s answer lacks its id, amount or currency')
  try {
    const card = cardOf(answer)
    const authentication = isCharge(asked) ? readAuthentication(answer, card?.brand) : undefined
    const networkTransactionId = answer.paymentMethodType?.card?.networkResponse?.networkTransactionId
    return {
      outcome: 'approved',
      railReference: transactionId,
      amount: amounts.fromRail(asked.kind === 'void' ? amount - capturedOf(answer) : amount, currency),
      ...(card ? { card } : {}),
      ...(authentication ? { authentication } : {}),
      ...(networkTransactionId ? { networkTransactionId } : {}),
    }
  } catch (error) {
    if (error instanceof AmountRefused) return unknown(error.message)
    throw error
  }
}

/** A void releases what was not captured. */
function capturedOf({ amount = 0, paymentRequest }: WireAnswer): number {
  const captured = (paymentRequest?.captures ?? []).reduce((sum, capture) => sum + (capture.amount ?? 0), 0)
  return Math.min(captured, amount)
}

const brands: Readonly<Record<string, string>> = {
  VISA: 'visa', MASTERCARD: 'mastercard', AMERICAN_EXPRESS: 'amex', DISCOVER: 'discover', DINERS_CLUB: 'diners',
  JCB: 'jcb', CHINA_UNION_PAY: 'unionpay', CHASENET_CREDIT: 'visa', CHASENET_SIGNATURE_DEBIT: 'visa',
}

function cardOf({ paymentMethodType }: WireAnswer): CardFacts | undefined {
  const { cardTypeName = '', maskedAccountNumber = '' } = paymentMethodType?.card ?? {}
  const brand = brands[cardTypeName]
  const last4 = /\d{4}$/.exec(maskedAccountNumber)?.[0]
  return brand !== undefined && last4 !== undefined ? { brand, last4 } : undefined
}

function denied(answer: WireAnswer): Outcome {
  const { transactionId, responseCode, hostMessage, paymentMethodType } = answer
  const network = paymentMethodType?.card?.networkResponse
  const brand = brands[paymentMethodType?.card?.cardTypeName ?? '']
  const authentication = readAuthentication(answer, brand)
  const decline = declineOf({
    responseCode,
    hostMessage,
    networkResponseCode: network?.networkResponseCode,
    merchantAdviceCode: network?.additionalData?.merchantAdviceCode,
    brand,
    authentication: authentication?.status,
  })
  return {
    outcome: 'declined', decline, ...(transactionId === undefined ? {} : { railReference: transactionId }),
    ...(authentication ? { authentication } : {}),
  }
}

/** Refusals that leave no record at the rail, by their status. */
const refusing: ReadonlySet<number> = new Set([400, 403, 404, 412])

function readRefusal({ status, body }: HttpAnswer): Outcome | undefined {
  const refusal = refusalSchema.safeParse(body)
  if (!refusing.has(status) || !refusal.success) return undefined
  const { responseCode, responseMessage = '', validationErrors = [] } = refusal.data
  // the id was used before, by us: what that request came to is what counts
  if (responseCode.includes('DUPLICATE')) return unknown('the rail has had this request id before')
  const entities = validationErrors.map(({ entity = '' }) => entity)
  const raw = { httpStatus: String(status), responseCode, responseMessage, entities: entities.join(' ') }
  const aboutCard = entities.length > 0 && entities.every((entity) => entity.startsWith('paymentMethodType.card.'))
  return { outcome: 'declined', decline: aboutCard ? badCardOf(raw) : refusalOf(raw) }
}

export function unknown(reason: string): Outcome & { readonly outcome: 'unknown' } {
  return { outcome: 'unknown', reason }
}
