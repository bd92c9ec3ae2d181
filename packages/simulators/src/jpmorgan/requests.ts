import * as z from 'zod'
import { isTestCard, type PresentedCard } from './cards.ts'
import { currencies } from './currency.ts'

// The request schemas of Online Payments 2.0.55, with its patterns anchored. Fields that the simulator has no
// use for are let through: J.P. Morgan adds fields without notice.

/** What is kept of `merchant` and given back in every answer. */
export interface MerchantDetails {
  readonly merchantSoftware: {
    readonly companyName: string
    readonly productName: string
    readonly version?: string | undefined
  }
  readonly merchantCategoryCode?: string | undefined
  readonly softMerchant?: object | undefined
}

interface Shared {
  readonly merchantOrderNumber?: string | undefined
  readonly statementDescriptor?: string | undefined
  readonly initiatorType: 'CARDHOLDER' | 'MERCHANT'
  readonly accountOnFile: 'NOT_STORED' | 'STORED' | 'TO_BE_STORED'
  readonly merchant: MerchantDetails
}

export type CaptureMethod = 'NOW' | 'DELAYED' | 'MANUAL'

/** `browserInfo`, with EMV 3-D Secure's bounds. */
export interface BrowserInfo {
  readonly browserAcceptHeader: string
  readonly deviceIPAddress: string
  readonly browserLanguage: string
  readonly browserColorDepth: string
  readonly browserScreenHeight: string
  readonly browserScreenWidth: string
  readonly deviceLocalTimeZone: number
  readonly browserUserAgent: string
  readonly challengeWindowSize: string
  readonly javaEnabled: boolean
  readonly javaScriptEnabled: boolean
}

/** Orchestrated 3-D Secure is asked for. */
export interface AuthenticationRequest {
  readonly authenticationReturnUrl: string
  readonly threeDSRequestorAuthenticationInfo: { readonly threeDSChallengeType?: string | undefined }
}

export interface PaymentRequest extends Shared {
  readonly captureMethod: CaptureMethod
  readonly amount: number
  readonly currency: string
  readonly paymentMethodType: {
    readonly card: PresentedCard & {
      readonly paymentAuthenticationRequest?: AuthenticationRequest | undefined
      readonly originalNetworkTransactionId?: string | undefined
    }
  }
  readonly browserInfo?: BrowserInfo | undefined
  readonly recurring?: { readonly recurringSequence?: 'FIRST' | 'SUBSEQUENT' | undefined } | undefined
  readonly isAmountFinal: boolean
  readonly partialAuthorizationSupport?: 'SUPPORTED' | 'NOT_SUPPORTED' | undefined
  readonly accountHolder?:
    { readonly billingAddress?: { readonly postalCode?: string | undefined } | undefined } | undefined
}

export interface PatchRequest {
  readonly isVoid?: boolean | undefined
  readonly captureMethod?: CaptureMethod | undefined
  readonly amount?: number | undefined
}

export interface MultiCapture {
  readonly multiCaptureSequenceNumber: number
  readonly multiCaptureRecordCount: number
  readonly isFinalCapture: boolean
}

export interface CaptureRequest {
  readonly amount?: number | undefined
  readonly currency?: string | undefined
  readonly merchantOrderNumber?: string | undefined
  readonly multiCapture?: MultiCapture | undefined
}

export interface RefundRequest extends Shared {
  readonly amount?: number | undefined
  readonly currency?: string | undefined
  readonly paymentMethodType: {
    readonly card?: PresentedCard | undefined
    readonly transactionReference?: { readonly transactionReferenceId: string } | undefined
  }
}

const amount = z.int().min(0).max(999_999_999_999)
const positiveAmount = z.int().min(1).max(999_999_999_999)
const plainText = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .regex(/^[^<>{}]*$/, 'must not contain < > { }')

const merchant = z.looseObject({
  merchantSoftware: z.looseObject({
    companyName: plainText(256),
    productName: plainText(256),
    version: plainText(50).optional(),
  }),
  merchantCategoryCode: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  softMerchant: z
    .looseObject({
      name: z.string().optional(),
      merchantPurchaseDescription: z.string().optional(),
    })
    .optional(),
})

const address = z.looseObject({
  line1: plainText(40).optional(),
  line2: plainText(40).optional(),
  city: z.string().max(40).optional(),
  state: z
    .string()
    .regex(/^[A-Za-z]{2,3}$/)
    .optional(),
  postalCode: z
    .string()
    .min(3)
    .max(12)
    .regex(/^[a-zA-Z0-9]+(-|\s?)[a-zA-Z0-9]+$/)
    .optional(),
  countryCode: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'is ISO 3166 alpha-3')
    .optional(),
})

const accountHolder = z.looseObject({
  referenceId: z.string().max(25).optional(),
  fullName: z.string().min(4).max(70).optional(),
  firstName: z.string().min(1).max(70).optional(),
  lastName: z.string().min(1).max(70).optional(),
  email: z.string().min(6).max(60).optional(),
  IPAddress: z.string().max(40).optional(),
  billingAddress: address.optional(),
})

const browserInfo = z.looseObject({
  browserAcceptHeader: z.string().max(2048),
  deviceIPAddress: z.string().min(2).max(45),
  browserLanguage: z.string().min(1).max(8),
  browserColorDepth: z.enum(['1', '4', '8', '15', '16', '24', '32', '48']),
  browserScreenHeight: z.string().regex(/^\d{1,6}$/),
  browserScreenWidth: z.string().regex(/^\d{1,6}$/),
  deviceLocalTimeZone: z.int().min(-1000).max(1000),
  browserUserAgent: z.string().max(2048),
  challengeWindowSize: z.enum(['250_400', '390_400', '500_600', '600_400', 'FULL_SCREEN']),
  javaEnabled: z.boolean(),
  javaScriptEnabled: z.boolean(),
})

const authenticationRequest = z.looseObject({
  authenticationReturnUrl: z.url().max(256),
  threeDSRequestorAuthenticationInfo: z.looseObject({
    authenticationPurpose: z.literal('PAYMENT_TRANSACTION'),
    threeDSChallengeType: z.enum(['CHALLENGE_REQUESTED', 'NO_CHALLENGE']).optional(),
  }),
  threeDSPurchaseInfo: z.looseObject({
    purchaseDate: z.iso.datetime(),
    threeDomainSecureTransactionType: z.enum(['GOODS_SERVICES', 'CHECK']),
  }),
})

const cardFields = z.looseObject({
  paymentAuthenticationRequest: authenticationRequest.optional(),
  accountNumberType: z
    .enum(['PAN', 'NETWORK_TOKEN', 'DEVICE_TOKEN'], 'only PAN, NETWORK_TOKEN and DEVICE_TOKEN are simulated')
    .optional(),
  walletProvider: z.enum(['APPLE_PAY', 'GOOGLE_PAY']).optional(),
  originalNetworkTransactionId: z.string().min(4).max(40).optional(),
  authentication: z
    .looseObject({
      tokenAuthenticationValue: z.base64().max(40).optional(),
      electronicCommerceIndicator: z
        .string()
        .regex(/^\d{1,2}$/, 'is one or two digits')
        .optional(),
    })
    .optional(),
  accountNumber: z
    .string()
    .max(19)
    .regex(/^\d+$/, 'must be digits')
    .refine(isTestCard, 'is not a published test number'),
  expiry: z.looseObject({ month: z.int().min(1).max(12), year: z.int().min(2018).max(2999) }),
  cvv: z
    .union([z.string(), z.int().transform(String)])
    .pipe(z.string().regex(/^\d{3,6}$/, 'is 3 to 6 digits'))
    .optional(),
})

/** A token that its holder pays with wants its cryptogram (Tokenization, developer.payments.jpmorgan.com, read 2026-11-22). */
const card = cardFields.refine(
  ({ accountNumberType = 'PAN', authentication }) =>
    accountNumberType === 'PAN' || authentication?.tokenAuthenticationValue !== undefined,
  { message: 'is required with a token', path: ['authentication', 'tokenAuthenticationValue'] },
)

const orderNumber = z
  .string()
  .regex(/^[A-Za-z0-9 .-]{1,40}$/, 'is 1 to 40 of letters, digits, space, dot, hyphen')

const shared = {
  merchantOrderNumber: orderNumber.optional(),
  statementDescriptor: z.string().min(4).max(100).optional(),
  initiatorType: z.enum(['CARDHOLDER', 'MERCHANT']).default('CARDHOLDER'),
  accountOnFile: z.enum(['NOT_STORED', 'STORED', 'TO_BE_STORED']).default('NOT_STORED'),
  accountHolder: accountHolder.optional(),
  shipTo: z
    .looseObject({ shippingAddress: address.optional(), shippingDescription: z.string().max(120).optional() })
    .optional(),
}

const currency = z.enum(currencies)
const captureMethod = z.enum(['NOW', 'DELAYED', 'MANUAL'])

/** `POST /payments` */
export const paymentRequest: z.ZodType<PaymentRequest> = z.looseObject({
  ...shared,
  captureMethod: captureMethod.default('NOW'),
  amount: positiveAmount,
  currency,
  merchant,
  paymentMethodType: z.strictObject({ card }, 'exactly one method, and only card is simulated'),
  browserInfo: browserInfo.optional(),
  recurring: z.looseObject({ recurringSequence: z.enum(['FIRST', 'SUBSEQUENT']).optional() }).optional(),
  isAmountFinal: z.boolean().default(true),
  partialAuthorizationSupport: z.enum(['SUPPORTED', 'NOT_SUPPORTED']).optional(),
}).refine(body => body.paymentMethodType.card.paymentAuthenticationRequest === undefined || body.browserInfo !== undefined, {
  message: 'is required with paymentAuthenticationRequest',
  path: ['browserInfo'],
})

/** `PATCH /payments/{id}` */
export const patchRequest: z.ZodType<PatchRequest> = z
  .looseObject({
    isVoid: z.boolean().optional(),
    captureMethod: captureMethod.optional(),
    amount: positiveAmount.optional(),
  })
  .refine(body => body.isVoid === true || body.amount !== undefined || body.captureMethod === 'NOW', {
    message: 'one of isVoid:true, amount, captureMethod:NOW is expected',
  })
  .refine(body => body.isVoid !== true || (body.amount === undefined && body.captureMethod === undefined), {
    message: 'a void takes neither amount nor captureMethod',
    path: ['isVoid'],
  })

/** `POST /payments/{id}/captures` */
export const captureRequest: z.ZodType<CaptureRequest> = z
  .looseObject({
    captureMethod: z.literal('NOW').default('NOW'),
    amount: positiveAmount.optional(),
    currency: currency.optional(),
    merchantOrderNumber: orderNumber.optional(),
    isAmountFinal: z.boolean().optional(),
    multiCapture: z
      .looseObject({
        multiCaptureSequenceNumber: z
          .union([
            z.int(),
            z
              .string()
              .regex(/^\d{1,3}$/)
              .transform(Number),
          ])
          .pipe(z.int().min(1)),
        multiCaptureRecordCount: z.int().min(1),
        isFinalCapture: z.boolean(),
      })
      .refine(multi => multi.multiCaptureRecordCount >= multi.multiCaptureSequenceNumber, {
        message: 'must be at least multiCaptureSequenceNumber',
        path: ['multiCaptureRecordCount'],
      })
      .optional(),
  })
  .refine(body => body.multiCapture === undefined || body.amount !== undefined, {
    message: 'is required with multiCapture',
    path: ['amount'],
  })
  .refine(body => body.multiCapture !== undefined || body.isAmountFinal !== false, {
    message: 'a capture without multiCapture is final',
    path: ['isAmountFinal'],
  })

/** `POST /refunds` */
export const refundRequest: z.ZodType<RefundRequest> = z
  .looseObject({
    ...shared,
    merchant,
    amount: amount.min(1).optional(),
    currency: currency.optional(),
    paymentMethodType: z
      .looseObject({
        card: card.optional(),
        transactionReference: z.looseObject({ transactionReferenceId: z.string().min(4).max(40) }).optional(),
      })
      .refine(
        ({ card: number, transactionReference }) =>
          (number === undefined) !== (transactionReference === undefined),
        {
          message: 'exactly one of transactionReference and card is expected',
        },
      ),
  })
  .refine(
    body =>
      body.paymentMethodType.card === undefined || (body.amount !== undefined && body.currency !== undefined),
    {
      message: 'is required, with currency, for a standalone refund',
      path: ['amount'],
    },
  )
