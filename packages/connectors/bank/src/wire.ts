import type { Decline, Inquiry, Outcome, PayoutAccount, PayoutChange, PayoutChanges, PayoutRequest } from '@holdfast/core'
import { MAX_AMOUNT } from '@holdfast/contract'
import * as z from 'zod'

/** What the bank can say of a transfer; amounts are minor units. */
const transferIdPattern = /^[A-Za-z0-9_.-]{1,64}$/

/** What we were asked cannot be said to the bank. Nothing has been sent. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

/** @throws RequestRefused */
export function transferIdOf(requestId: string): string {
  if (transferIdPattern.test(requestId)) return requestId
  throw new RequestRefused('expected a request id of 1 to 64 letters, digits, underscores, dots, hyphens')
}

/** Our request id is the bank's `transferId`. @throws RequestRefused */
export function transferBody(request: PayoutRequest, debtorAccount: string): object {
  const { amount, currency } = request
  if (amount < 1n || amount > BigInt(MAX_AMOUNT)) throw new RequestRefused('expected an amount of 1 or more and at most 12 digits')
  const remittanceText = request.statementText.replace(/\p{Cc}/gu, ' ').trim().slice(0, 140)
  return {
    transferId: transferIdOf(request.requestId),
    amount: Number(amount),
    currency,
    debtorAccount,
    creditor: creditorOf(request.account),
    ...(remittanceText === '' ? {} : { remittanceText }),
  }
}

/** Banks cut names at 70 characters. */
function creditorOf(account: PayoutAccount): object {
  const { holder, country } = account
  const name = holder.slice(0, 70)
  if (account.kind === 'iban') return { name, country, iban: account.iban.replaceAll(' ', '') }
  return { name, country, accountNumber: account.accountNumber, routingNumber: account.routingNumber }
}

const statuses = ['accepted', 'processing', 'completed', 'rejected', 'returned'] as const

const transferSchema = z.looseObject({
  transferId: z.string(),
  bankReference: z.string().min(1),
  status: z.enum(statuses),
  amount: z.int().min(1).max(MAX_AMOUNT),
  currency: z.string(),
  reasonCode: z.string().optional(),
  reasonText: z.string().optional(),
})

const errorSchema = z.looseObject({
  error: z.looseObject({ code: z.string(), message: z.string().optional(), field: z.string().optional() }),
})

/** Reasons of ISO 20022 and NACHA, as data; any other is `account_refused`. */
const reasons: Readonly<Record<string, string>> = {
  AC01: 'account_invalid', R03: 'account_invalid', R04: 'account_invalid',
  AC04: 'account_closed', R02: 'account_closed',
  AC06: 'account_blocked', R16: 'account_blocked', R20: 'account_blocked',
}

export interface HttpAnswer {
  readonly status: number
  readonly body: unknown
}

export function readOutcome({ status, body }: HttpAnswer, asked: { requestId: string; currency: string }): Outcome {
  if (status === 200 || status === 202) return readTransfer(body, asked)
  if (status === 401) return { outcome: 'not_sent', reason: 'the bank refused our token' }
  const refusal = errorSchema.safeParse(body)
  if (!refusal.success || (status !== 400 && status !== 422)) return unknown(`the bank answered ${status}`)
  const { code, message = '', field = '' } = refusal.data.error
  const aboutAccount = field.startsWith('creditor')
  const raw = { httpStatus: String(status), code, message: message.slice(0, 200), field }
  return { outcome: 'declined', decline: { class: aboutAccount ? 'fix_data' : 'hard', code: aboutAccount ? 'account_invalid' : 'rail_refused', raw } }
}

/** 404 shows that the bank has no such transfer: what it acknowledged, it has kept. */
export function readInquiry({ status, body }: HttpAnswer, asked: { requestId: string }): Inquiry {
  const absent = errorSchema.safeParse(body)
  if (status === 404 && absent.success && absent.data.error.code === 'not_found') return { outcome: 'not_found' }
  return status === 200 ? readTransfer(body, asked) : unknown(`the inquiry was answered ${status}`)
}

/** A transfer that the bank took is approved, also when it came back since: that is told by `changes`. */
function readTransfer(body: unknown, asked: { requestId: string; currency?: string }): Outcome {
  const transfer = transferSchema.safeParse(body)
  if (!transfer.success) return unknown('the bank’s answer cannot be read')
  const { transferId, bankReference, status, amount, currency, reasonCode = '', reasonText = '' } = transfer.data
  if (transferId !== asked.requestId) return unknown('the bank’s answer has another transfer id')
  if (asked.currency !== undefined && currency !== asked.currency) return unknown('the bank’s answer has another currency')
  if (status === 'rejected') return { outcome: 'declined', decline: declineOf({ reasonCode, reasonText }), railReference: bankReference }
  return { outcome: 'approved', railReference: bankReference, amount: BigInt(amount) }
}

function declineOf(raw: { readonly reasonCode: string; readonly reasonText: string }): Decline {
  return { class: 'hard', code: reasons[raw.reasonCode] ?? 'account_refused', raw }
}

const eventsSchema = z.looseObject({
  events: z.array(z.looseObject({
    transferId: z.string(),
    status: z.enum(statuses),
    at: z.iso.datetime(),
    reasonCode: z.string().optional(),
    reasonText: z.string().optional(),
  })),
  nextCursor: z.string(),
  hasMore: z.boolean(),
})

/** `accepted` is what the submission itself says. */
const changeOf = { processing: 'processing', completed: 'completed', rejected: 'failed', returned: 'returned' } as const

/** One page of the feed; undefined when it cannot be read. */
export function readChanges({ status, body }: HttpAnswer): (PayoutChanges & { cursor: string; hasMore: boolean }) | undefined {
  const page = eventsSchema.safeParse(body)
  if (status !== 200 || !page.success) return undefined
  const changes = page.data.events.flatMap(({ transferId, status: to, at, reasonCode, reasonText }): PayoutChange[] => {
    if (to === 'accepted') return []
    return [{
      requestId: transferId,
      status: changeOf[to],
      at: new Date(at),
      ...(reasonCode === undefined ? {} : { code: reasons[reasonCode] ?? 'account_refused' }),
      ...(reasonText === undefined && reasonCode === undefined ? {} : { detail: [reasonCode, reasonText].filter(Boolean).join(' ') }),
    }]
  })
  return { changes, cursor: page.data.nextCursor, hasMore: page.data.hasMore }
}

export function unknown(reason: string): Outcome & { readonly outcome: 'unknown' } {
  return { outcome: 'unknown', reason }
}
