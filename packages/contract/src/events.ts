import * as z from 'zod'
import { instantSchema } from './fields.ts'
import { idOf } from './ids.ts'
import {
  disputeSchema, escrowSchema, marketplaceSchema, operatorTransferSchema, orderSchema, paymentSchema, payoutSchema,
  refundSchema, releaseSchema, sellerSchema, sessionSchema, settlementSchema,
} from './resources.ts'
import { savedCardSchema } from './saved-cards.ts'

/** What is in an event about a session: never its client secret, by itself or in a link. */
const sessionInEvent = sessionSchema.omit({ clientSecret: true, hostedUrl: true }).meta({ id: 'CheckoutSessionInEvent' })

/** Event types by the object that they are about; the schema of `data` is that object as it stood then. */
export const eventTypes = {
  order: { schema: orderSchema, types: ['order.created', 'order.paid', 'order.completed', 'order.refunded', 'order.canceled'] },
  session: { schema: sessionInEvent, types: ['session.created', 'session.updated', 'session.completed', 'session.expired', 'session.canceled'] },
  payment: {
    schema: paymentSchema,
    types: [
      'payment.authorized', 'payment.partially_captured', 'payment.captured', 'payment.declined', 'payment.unknown',
      'payment.voided', 'payment.expired', 'payment.superseded',
    ],
  },
  escrow: {
    schema: escrowSchema,
    types: ['escrow.funded', 'escrow.delivered', 'escrow.accepted', 'escrow.auto_accepted', 'escrow.disputed', 'escrow.undisputed', 'escrow.closed'],
  },
  release: { schema: releaseSchema, types: ['release.created'] },
  refund: { schema: refundSchema, types: ['refund.pending', 'refund.succeeded', 'refund.failed'] },
  dispute: { schema: disputeSchema, types: ['dispute.opened', 'dispute.withdrawn'] },
  payout: { schema: payoutSchema, types: ['payout.created', 'payout.submitted', 'payout.processing', 'payout.completed', 'payout.failed', 'payout.returned'] },
  settlement: { schema: settlementSchema, types: ['settlement.recorded'] },
  seller: { schema: sellerSchema, types: ['seller.created', 'seller.updated'] },
  operator: { schema: operatorTransferSchema, types: ['operator.topped_up', 'operator.withdrew'] },
  savedCard: { schema: savedCardSchema, types: ['saved_card.created', 'saved_card.removed'] },
  marketplace: { schema: marketplaceSchema, types: ['marketplace.updated'] },
} as const

export type EventType = (typeof eventTypes)[keyof typeof eventTypes]['types'][number]

const everyType = Object.values(eventTypes).flatMap(({ types }): readonly EventType[] => types)

export const webhookEventTypeSchema = z.enum(everyType as [EventType, ...EventType[]])
  .meta({ id: 'WebhookEventType', description: 'A type of event: what may be listed, and what an endpoint may ask for.' })

const envelope = {
  id: idOf('event'),
  object: z.literal('event'),
  subject: z.string().meta({ description: 'The id of the object that it is about.' }),
  sequence: z.int().min(1).meta({ description: 'Counts from 1 per subject, without gaps.' }),
  createdAt: instantSchema,
}

const variants = Object.values(eventTypes).map(({ schema, types }) =>
  z.object({ ...envelope, type: z.enum(types as unknown as [string, ...string[]]), data: schema }),
)

/** An event: what happened, to which object, and that object as it stood then. Discriminated on `type`. */
export const eventSchema = z
  .discriminatedUnion('type', variants as unknown as [(typeof variants)[number], ...(typeof variants)[number][]])
  .meta({ id: 'Event' })
