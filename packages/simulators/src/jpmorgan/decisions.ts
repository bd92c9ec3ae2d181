import { randomBytes, randomInt } from 'node:crypto'
import type { Decline } from './cards.ts'
import type { Entry, Operation, PaymentRecord, Records } from './records.ts'
import type { PaymentRequest, RefundRequest } from './requests.ts'

// What all decisions share. A decision is pure but for the ids it draws: it reads records, returns entries.

/** A fee in basis points of the amount (half up) and a fixed part in minor units. */
export interface Fee {
  readonly bps: number
  readonly fixed: number
}

export interface Terms {
  readonly captureFee: Fee
  readonly refundFee: Fee
  readonly declineByAmount: boolean
  readonly authorizationDays: number
  readonly delayedCaptureMinutes: number
}

/** What is common to one request. */
export interface Context {
  readonly records: Records
  readonly terms: Terms
  readonly merchantId: string
  readonly requestId: string
  readonly nowMs: number
  /** A decline that a fault asks for. */
  readonly forced?: Decline | undefined
}

/** A refusal leaves no record. `entity` is the field at fault, for 400. */
export interface Refusal {
  readonly status: 400 | 404 | 412
  readonly code: string
  readonly message: string
  readonly entity?: string
}

/** A decision is what to write in the journal, all or nothing. */
export type Decision = { readonly entries: readonly Entry[] } | { readonly refused: Refusal }

/** The request is well-formed, but what it acts on doesn't allow it. */
export function refuse(code: string, message: string): { refused: Refusal } {
  return { refused: { status: 412, code, message } }
}

export function refuseField(entity: string, message: string): { refused: Refusal } {
  return { refused: { status: 400, code: 'VALIDATION_ERROR', message, entity } }
}

/** A request id serves once, whatever became of it. */
export function refuseDuplicate({ records, merchantId, requestId }: Context): Refusal | undefined {
  if (!records.find(merchantId, requestId)) return undefined
  return {
    status: 412,
    code: 'DUPLICATE_REQUEST',
    message: 'request-id was used before; ask for its outcome by requestIdentifier',
  }
}

/** What of a request is given back in every answer. */
export function kept(
  body: PaymentRequest | RefundRequest,
): Pick<
  PaymentRecord,
  'merchant' | 'merchantOrderNumber' | 'statementDescriptor' | 'initiatorType' | 'accountOnFile'
> {
  const { merchantSoftware, merchantCategoryCode, softMerchant } = body.merchant
  return {
    merchant: {
      merchantSoftware,
      ...(merchantCategoryCode !== undefined ? { merchantCategoryCode } : {}),
      ...(softMerchant !== undefined ? { softMerchant } : {}),
    },
    ...(body.merchantOrderNumber !== undefined ? { merchantOrderNumber: body.merchantOrderNumber } : {}),
    ...(body.statementDescriptor !== undefined ? { statementDescriptor: body.statementDescriptor } : {}),
    initiatorType: body.initiatorType,
    accountOnFile: body.accountOnFile,
  }
}

/** On whose day's report money stands, and what moving it costs. */
export function settled(
  { records, merchantId, nowMs }: Context,
  { amount, fee }: { amount: number; fee: Fee },
): { settlementDay: string; fee: number } {
  return {
    settlementDay: records.settlementDay(merchantId, nowMs),
    fee: Number((BigInt(amount) * BigInt(fee.bps) + 5000n) / 10_000n) + fee.fixed,
  }
}

/** What every record begins with. */
export function operation(
  { merchantId, requestId, nowMs }: Context,
  decline: Decline | undefined,
): Operation {
  return {
    requestId,
    merchantId,
    at: nowMs,
    approvalCode: decline ? '' : `tst${digits(3)}`,
    hostReferenceId: randomBytes(16).toString('base64url'),
    ...(decline ? { decline } : {}),
  }
}

export function digits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('')
}
