import * as z from 'zod'
import { instantSchema, releaseTermsSchema, textOf } from './fields.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema } from './money.ts'
import { totalsSchema } from './resources.ts'
import { disputeStates, milestoneStates, orderStates, paymentMethods } from './states.ts'

/* What the buyer of one order may see and do after payment, with a buyer link's secret as bearer. */

export const buyerLinkCreateSchema = z.strictObject({
  expiresInMinutes: z.int().min(1).max(10_080).optional().meta({ description: 'Four hours by default, a week at most; real time.' }),
}).meta({ id: 'BuyerLinkCreate' })

export const buyerLinkSchema = z.object({
  object: z.literal('buyer_link'),
  order: idOf('order'),
  secret: z.string().meta({ description: 'Give it to this order’s buyer alone. It can’t be revoked: it ends by itself.' }),
  expiresAt: instantSchema.meta({ description: 'Real time, whatever the test clock says.' }),
}).meta({ id: 'BuyerLink' })

/** What a buyer may do now about one seller's share. */
export const buyerActions = ['accept', 'dispute'] as const

export const orderShareSchema = z.object({
  escrow: idOf('escrow'),
  reference: z.string(),
  sellerName: z.string(),
  description: z.string().nullable(),
  status: z.enum(milestoneStates),
  amount: positiveAmountSchema,
  platformFee: amountSchema,
  totals: totalsSchema,
  releaseTerms: releaseTermsSchema,
  autoReleaseAt: instantSchema.nullable().meta({ description: 'When what is held releases by itself, unless a dispute freezes it.' }),
  dispute: z.object({
    status: z.enum(disputeStates), reason: z.string(), openedAt: instantSchema,
  }).nullable().meta({ description: 'The one that freezes this share now.' }),
  actions: z.array(z.enum(buyerActions)),
}).meta({ id: 'OrderShare' })

export const orderMoments = [
  'placed', 'paid', 'shipped', 'released', 'refund_pending', 'refunded', 'refund_failed', 'dispute_opened', 'dispute_closed',
] as const

export const orderMomentSchema = z.object({
  at: instantSchema,
  type: z.enum(orderMoments),
  escrow: idOf('escrow').nullable(),
  amount: positiveAmountSchema.nullable(),
  reason: z.enum(['requested', 'accepted', 'automatic']).nullable().meta({ description: 'Of a release.' }),
  delivery: z.object({ method: z.string(), trackingNumber: z.string().nullable() }).nullable().meta({ description: 'Of a shipment.' }),
  note: z.string().nullable().meta({ description: 'What the buyer wrote, when a dispute was opened.' }),
}).meta({ id: 'OrderMoment' })

export const orderViewSchema = z.object({
  object: z.literal('order_view'),
  order: idOf('order'),
  reference: z.string(),
  status: z.enum(orderStates),
  mode: z.enum(['test', 'live']),
  marketplaceName: z.string(),
  currency: currencySchema,
  exponent: z.int().min(0).max(4),
  amount: positiveAmountSchema,
  totals: totalsSchema,
  paidWith: z.object({
    method: z.enum(paymentMethods),
    card: z.object({ brand: z.string(), last4: z.string() }).nullable(),
  }).nullable(),
  shares: z.array(orderShareSchema),
  moments: z.array(orderMomentSchema).meta({ description: 'What happened, oldest first.' }),
  linkExpiresAt: instantSchema,
}).meta({ id: 'OrderView' })

export const orderAcceptSchema = z.strictObject({ escrow: idOf('escrow') }).meta({ id: 'OrderAccept' })

export const orderDisputeSchema = z.strictObject({
  escrow: idOf('escrow'), reason: textOf(2000),
}).meta({ id: 'OrderDispute' })
