import * as z from 'zod'
import { webhookEventTypeSchema } from './events.ts'
import { instantSchema, textSchema } from './fields.ts'
import { idOf } from './ids.ts'
import { pagingFieldsOf } from './paging.ts'

/* Endpoints that events are delivered to, signed as Standard Webhooks (standardwebhooks.com, v1) says. */

/** How many endpoints a marketplace may have: each event is delivered to all of them. */
export const MAX_WEBHOOK_ENDPOINTS = 32

const DAY_MS = 86_400_000

export const webhookEndpointStates = ['enabled', 'failing', 'disabled'] as const

export const webhookEndpointSchema = z.object({
  id: idOf('webhookEndpoint'),
  object: z.literal('webhook_endpoint'),
  url: z.string(),
  description: z.string().nullable(),
  eventTypes: z.array(webhookEventTypeSchema).nullable().meta({ description: 'What is delivered; null: every event.' }),
  status: z.enum(webhookEndpointStates).meta({ description: 'Failing: nothing has been accepted for a day; it is tried on.' }),
  disabledReason: z.enum(['requested', 'gone']).nullable().meta({ description: 'Gone: it answered 410.' }),
  failingSince: instantSchema.nullable().meta({ description: 'The first of the failures that no success has followed.' }),
  secretExpiresAt: instantSchema.nullable().meta({ description: 'Until when the secret before the newest signs too.' }),
  createdAt: instantSchema,
}).meta({ id: 'WebhookEndpoint' })

/** An endpoint with its newest secret, which only the answer to its making or rotation shows. */
export const webhookEndpointWithSecretSchema = webhookEndpointSchema.extend({
  secret: z.string().meta({ description: 'whsec_ and base64; shown this once.' }),
}).meta({ id: 'WebhookEndpointWithSecret' })

export const webhookDeliveryStates = ['pending', 'delivered', 'failed'] as const

export const webhookAttemptSchema = z.object({
  at: instantSchema,
  statusCode: z.int().nullable().meta({ description: 'What the endpoint answered; null: nothing.' }),
  durationMs: z.int(),
  error: z.string().nullable().meta({ description: 'Why it counts as failed; never what the endpoint wrote.' }),
}).meta({ id: 'WebhookAttempt' })

export const webhookDeliverySchema = z.object({
  id: idOf('webhookDelivery'),
  object: z.literal('webhook_delivery'),
  endpoint: idOf('webhookEndpoint'),
  event: idOf('event'),
  eventType: z.string(),
  status: z.enum(webhookDeliveryStates).meta({ description: 'Failed: given up after days of attempts; a replay sends it again.' }),
  attemptCount: z.int(),
  nextAttemptAt: instantSchema.nullable(),
  deliveredAt: instantSchema.nullable(),
  attempts: z.array(webhookAttemptSchema).meta({ description: 'The latest ten, newest first.' }),
  createdAt: instantSchema,
}).meta({ id: 'WebhookDelivery' })

export const webhookReplaySchema = z.object({
  object: z.literal('webhook_replay'),
  endpoint: idOf('webhookEndpoint'),
  from: idOf('event').nullable().meta({ description: 'The first event that is sent again; null: there is none.' }),
}).meta({ id: 'WebhookReplay' })

const urlSchema = z.string().min(1).max(2_000)
  .meta({ description: 'https on a public address, without user or fragment; in test mode also http on this machine.' })
const typesSchema = z.array(webhookEventTypeSchema).min(1).max(webhookEventTypeSchema.options.length)

export const webhookEndpointCreateSchema = z.strictObject({
  url: urlSchema,
  eventTypes: typesSchema.optional().meta({ description: 'Every event by default.' }),
  description: textSchema.optional(),
}).meta({ id: 'WebhookEndpointCreate' })

export const webhookEndpointUpdateSchema = z.strictObject({
  url: urlSchema.optional(),
  eventTypes: typesSchema.nullable().optional().meta({ description: 'Null: every event.' }),
  description: textSchema.nullable().optional(),
}).meta({ id: 'WebhookEndpointUpdate' })

export const webhookSecretRotateSchema = z.strictObject({
  overlapMs: z.int().min(0).max(7 * DAY_MS).optional()
    .meta({ description: 'How long the secrets before the new one still sign beside it; a day by default, 0: not at all.' }),
}).meta({ id: 'WebhookSecretRotate' })

export const webhookEndpointEnableSchema = z.strictObject({
  missed: z.enum(['deliver', 'skip']).optional()
    .meta({ description: 'What becomes of events that happened while it was disabled; delivered by default.' }),
}).meta({ id: 'WebhookEndpointEnable' })

export const webhookReplayCreateSchema = z.union([
  z.strictObject({ event: idOf('event').meta({ description: 'This one, whatever the endpoint asks for.' }) }),
  z.strictObject({ since: z.iso.datetime().meta({ description: 'Every event from this instant on that the endpoint asks for.' }) }),
  z.strictObject({ after: idOf('event').meta({ description: 'Every event after this one that the endpoint asks for.' }) }),
]).meta({ id: 'WebhookReplayCreate' })

export const webhookDeletedSchema = z.object({
  id: idOf('webhookEndpoint'), object: z.literal('webhook_endpoint'), deleted: z.literal(true),
}).meta({ id: 'WebhookEndpointDeleted' })

export const webhookDeliveryListSchema = z.strictObject({
  ...pagingFieldsOf('webhookDelivery'),
  endpoint: idOf('webhookEndpoint').optional(),
  event: idOf('event').optional(),
  status: z.enum(webhookDeliveryStates).optional(),
})
