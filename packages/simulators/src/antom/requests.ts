import * as z from 'zod'
import type { Money } from '../shared/money.ts'

// What the rail reads of a request. It reads more than it keeps, and minds no field that it doesn't know.

export interface PayRequest {
  readonly productCode: string
  readonly paymentRequestId: string
  readonly order: {
    readonly referenceOrderId: string
    readonly orderDescription: string
    readonly orderAmount: Money
    readonly merchant?: { readonly referenceMerchantId?: string | undefined; readonly merchantName?: string | undefined } | undefined
  }
  readonly paymentAmount: Money
  readonly paymentMethod: { readonly paymentMethodType: string }
  readonly paymentExpiryTime?: string | undefined
  readonly paymentRedirectUrl: string
  readonly paymentNotifyUrl?: string | undefined
  readonly env?: { readonly terminalType?: string | undefined } | undefined
}

export interface RefundRequest {
  readonly refundRequestId: string
  readonly paymentId: string
  readonly refundAmount: Money
  readonly refundNotifyUrl?: string | undefined
}

export interface PaymentQuery {
  readonly paymentId?: string | undefined
  readonly paymentRequestId?: string | undefined
}

export interface RefundQuery {
  readonly refundId?: string | undefined
  readonly refundRequestId?: string | undefined
}

const id = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/, 'is 1 to 64 letters, digits, hyphens and underscores')
const text = (longest: number): z.ZodString => z.string().min(1).max(longest)
const url = z.url({ protocol: /^https?$/ }).max(2_048)

const money: z.ZodType<Money> = z.looseObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  value: z.string().regex(/^[1-9]\d{0,15}$/, 'is a whole number of minor units, as text'),
})

/** ISO 8601 with an offset. */
const instant = z.iso.datetime({ offset: true })

const merchant = z.looseObject({ referenceMerchantId: text(64).optional(), merchantName: text(256).optional() })

export const payRequest: z.ZodType<PayRequest> = z.looseObject({
  productCode: z.literal('CASHIER_PAYMENT'),
  paymentRequestId: id,
  order: z.looseObject({
    referenceOrderId: text(64), orderDescription: text(256), orderAmount: money, merchant: merchant.optional(),
  }),
  paymentAmount: money,
  paymentMethod: z.looseObject({ paymentMethodType: z.literal('ALIPAY_CN') }),
  paymentExpiryTime: instant.optional(),
  paymentRedirectUrl: url,
  paymentNotifyUrl: url.optional(),
  env: z.looseObject({ terminalType: z.enum(['WEB', 'WAP', 'APP', 'MINI_APP']).optional() }).optional(),
})

export const refundRequest: z.ZodType<RefundRequest> = z.looseObject({
  refundRequestId: id, paymentId: text(64), refundAmount: money, refundNotifyUrl: url.optional(),
})

export const paymentQuery: z.ZodType<PaymentQuery> = z
  .looseObject({ paymentId: text(64).optional(), paymentRequestId: text(64).optional() })
  .refine(body => (body.paymentId ?? body.paymentRequestId) !== undefined, 'paymentId or paymentRequestId is required')

export const refundQuery: z.ZodType<RefundQuery> = z
  .looseObject({ refundId: text(64).optional(), refundRequestId: text(64).optional() })
  .refine(body => (body.refundId ?? body.refundRequestId) !== undefined, 'refundId or refundRequestId is required')
