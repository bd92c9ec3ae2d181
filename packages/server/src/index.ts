/**
 * The Holdfast SDK for Node servers: sessions, captures, releases, refunds, payouts, payment tokens and webhooks.
 *
 * @packageDocumentation
 */
export { HoldfastError } from './error.ts'
export type { ClientErrorCode, HoldfastErrorCode, HoldfastErrorDetails } from './error.ts'
export { Holdfast, holdfast } from './holdfast.ts'
export type { List, Page } from './list.ts'
export { API_VERSION } from './options.ts'
export type { AbortSignalLike, CallOptions, ExpectedPayment, HoldfastOptions, Mode, WriteOptions } from './options.ts'
export type { CreatedApiKey } from './resources/account.ts'
export { VERSION } from './version.ts'
export { verifyWebhook } from './webhook.ts'
export type { WebhookBody, WebhookHeaders, WebhookSecrets } from './webhook.ts'
export type * from '@holdfast/contract/types'
