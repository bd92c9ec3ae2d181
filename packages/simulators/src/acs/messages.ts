import * as z from 'zod'

// The messages of EMV 3-D Secure 2.2.0 that pass between 3DS server, ACS and browser, with the fields that are
// relied on here. What isn't of its shape is refused, as the ACS of a bank would.

const uuid = z.uuid()
const version = z.literal('2.2.0')
const twoDigits = z.string().regex(/^\d{2}$/)
const url = z.url().max(256)

/** 01 250×400, 02 390×400, 03 500×600, 04 600×400, 05 full screen. */
export type WindowSize = '01' | '02' | '03' | '04' | '05'

const ids = { threeDSServerTransID: uuid, messageVersion: version }

export interface MethodData {
  readonly threeDSServerTransID: string
  readonly threeDSMethodNotificationURL: string
}

export const methodData: z.ZodType<MethodData> = z.strictObject({ threeDSServerTransID: uuid, threeDSMethodNotificationURL: url })

export interface AReq {
  readonly threeDSServerTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'AReq'
  readonly messageCategory: '01'
  readonly deviceChannel: '02'
  /** Whether the fingerprint ended in time; U: there was none. */
  readonly threeDSCompInd: 'Y' | 'N' | 'U'
  /** 01 no preference, 03 a challenge is asked for. */
  readonly threeDSRequestorChallengeInd: '01' | '03'
  readonly notificationURL: string
  readonly purchaseAmount: string
  readonly purchaseCurrency: string
  readonly merchantName: string
  readonly browserAcceptHeader: string
  readonly browserIP?: string | undefined
  readonly browserJavaEnabled: boolean
  readonly browserJavascriptEnabled: boolean
  readonly browserLanguage: string
  readonly browserColorDepth: string
  readonly browserScreenHeight: string
  readonly browserScreenWidth: string
  readonly browserTZ: string
  readonly browserUserAgent: string
}

export const areq: z.ZodType<AReq> = z.strictObject({
  ...ids,
  messageType: z.literal('AReq'),
  messageCategory: z.literal('01'),
  deviceChannel: z.literal('02'),
  threeDSCompInd: z.enum(['Y', 'N', 'U']),
  threeDSRequestorChallengeInd: z.enum(['01', '03']),
  notificationURL: url,
  purchaseAmount: z.string().regex(/^\d{1,48}$/),
  purchaseCurrency: z.string().length(3),
  merchantName: z.string().max(40),
  browserAcceptHeader: z.string().max(2048),
  browserIP: z.string().max(45).optional(),
  browserJavaEnabled: z.boolean(),
  browserJavascriptEnabled: z.boolean(),
  browserLanguage: z.string().min(1).max(8),
  browserColorDepth: z.enum(['1', '4', '8', '15', '16', '24', '32', '48']),
  browserScreenHeight: z.string().regex(/^\d{1,6}$/),
  browserScreenWidth: z.string().regex(/^\d{1,6}$/),
  browserTZ: z.string().regex(/^[+-]?\d{1,4}$/),
  browserUserAgent: z.string().max(2048),
})

export interface ARes {
  readonly threeDSServerTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'ARes'
  readonly acsTransID: string
  readonly dsTransID: string
  readonly transStatus: 'Y' | 'A' | 'C' | 'N' | 'R' | 'U'
  readonly transStatusReason?: string | undefined
  readonly acsURL?: string | undefined
  readonly acsChallengeMandated?: 'Y' | 'N' | undefined
  readonly eci?: string | undefined
  readonly authenticationValue?: string | undefined
}

export const ares: z.ZodType<ARes> = z.strictObject({
  ...ids,
  messageType: z.literal('ARes'),
  acsTransID: uuid,
  dsTransID: uuid,
  transStatus: z.enum(['Y', 'A', 'C', 'N', 'R', 'U']),
  transStatusReason: twoDigits.optional(),
  acsURL: url.optional(),
  acsChallengeMandated: z.enum(['Y', 'N']).optional(),
  eci: twoDigits.optional(),
  authenticationValue: z.string().length(28).optional(),
})

export interface CReq {
  readonly threeDSServerTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'CReq'
  readonly acsTransID: string
  readonly challengeWindowSize: WindowSize
}

export const creq: z.ZodType<CReq> = z.strictObject({
  ...ids,
  messageType: z.literal('CReq'),
  acsTransID: uuid,
  challengeWindowSize: z.enum(['01', '02', '03', '04', '05']),
})

export interface CRes {
  readonly threeDSServerTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'CRes'
  readonly acsTransID: string
  readonly transStatus: 'Y' | 'N'
}

export const cres: z.ZodType<CRes> = z.strictObject({
  ...ids,
  messageType: z.literal('CRes'),
  acsTransID: uuid,
  transStatus: z.enum(['Y', 'N']),
})

export interface RReq {
  readonly threeDSServerTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'RReq'
  readonly acsTransID: string
  readonly dsTransID: string
  readonly messageCategory: '01'
  readonly transStatus: 'Y' | 'A' | 'N' | 'R' | 'U'
  readonly transStatusReason?: string | undefined
  readonly challengeCancel?: '01' | '04' | '05' | undefined
  readonly eci?: string | undefined
  readonly authenticationValue?: string | undefined
  readonly interactionCounter: string
}

export const rreq: z.ZodType<RReq> = z.strictObject({
  ...ids,
  messageType: z.literal('RReq'),
  acsTransID: uuid,
  dsTransID: uuid,
  messageCategory: z.literal('01'),
  transStatus: z.enum(['Y', 'A', 'N', 'R', 'U']),
  transStatusReason: twoDigits.optional(),
  challengeCancel: z.enum(['01', '04', '05']).optional(),
  eci: twoDigits.optional(),
  authenticationValue: z.string().length(28).optional(),
  interactionCounter: twoDigits,
})

/** `02`: there is no such transaction, or it has ended. */
export interface RRes {
  readonly messageType: 'RRes'
  readonly threeDSServerTransID: string
  readonly resultsStatus: '01' | '02'
}

export function encode(message: object): string {
  return Buffer.from(JSON.stringify(message)).toString('base64url')
}

/** Undefined: not base64url, not JSON, or not of that shape. */
export function decode<T>(schema: z.ZodType<T>, text: unknown): T | undefined {
  if (typeof text !== 'string' || !/^[\w-]{1,8192}$/.test(text)) return undefined
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
