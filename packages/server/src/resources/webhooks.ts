import type {
  Event, ListFilters, WebhookDelivery, WebhookEndpoint, WebhookEndpointCreate, WebhookEndpointDeleted,
  WebhookEndpointEnable, WebhookEndpointUpdate, WebhookEndpointWithSecret, WebhookReplay, WebhookReplayCreate,
  WebhookSecretRotate,
} from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'
import { verifyWebhook, type WebhookBody, type WebhookHeaders, type WebhookSecrets } from '../webhook.ts'

/** What an endpoint receives. */
export class Webhooks {
  /**
   * Proves that a request is a delivery of ours, unchanged and fresh, and answers its event. The same event may come
   * twice, and before an older one: know it by `id`, and order what is about one object by `sequence`.
   *
   * @param body - as it came, before any parser
   * @param secrets - `whsec_…`, or several while one replaces another
   * @throws HoldfastError `webhook_invalid` - `field` says what is wrong: answer 400
   */
  verify(body: WebhookBody, headers: WebhookHeaders, secrets: WebhookSecrets): Event {
    return verifyWebhook(body, headers, secrets)
  }
}

/** Where events are delivered to. */
export class WebhookEndpoints {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Delivers events to a URL from now on. Keep `secret`: it is not shown again.
   *
   * @throws HoldfastError `validation_failed` - `url` is not https on a public address; the message says why
   * @throws HoldfastError `limit_reached` - there are 32 already
   */
  async create(params: WebhookEndpointCreate, options?: WriteOptions): Promise<WebhookEndpointWithSecret> {
    return this.#caller.post('/v1/webhook-endpoints', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<WebhookEndpoint> {
    return this.#caller.get(path`/v1/webhook-endpoints/${id}`, options)
  }

  list(filters?: ListFilters['webhookEndpoints.list'], options?: CallOptions): List<WebhookEndpoint> {
    return this.#caller.list('/v1/webhook-endpoints', filters, options)
  }

  /** Changes what is named; `eventTypes: null` asks for every event. */
  async update(id: string, params: WebhookEndpointUpdate, options?: WriteOptions): Promise<WebhookEndpoint> {
    return this.#caller.patch(path`/v1/webhook-endpoints/${id}`, params, options)
  }

  /** Makes a new secret. Those before it sign beside it for `overlapMs`, a day by default; 0 ends them at once. */
  async rotateSecret(id: string, params: WebhookSecretRotate = {}, options?: WriteOptions): Promise<WebhookEndpointWithSecret> {
    return this.#caller.post(path`/v1/webhook-endpoints/${id}/rotate-secret`, params, options)
  }

  /** Delivers nothing more until it is enabled; what happens meanwhile waits. */
  async disable(id: string, options?: WriteOptions): Promise<WebhookEndpoint> {
    return this.#caller.post(path`/v1/webhook-endpoints/${id}/disable`, {}, options)
  }

  /** Delivers again, from where it stopped; `missed: 'skip'` leaves out what happened meanwhile. */
  async enable(id: string, params: WebhookEndpointEnable = {}, options?: WriteOptions): Promise<WebhookEndpoint> {
    return this.#caller.post(path`/v1/webhook-endpoints/${id}/enable`, params, options)
  }

  /** Sends again: one `event`, or every one `since` an instant or `after` an event that the endpoint asks for. */
  async replay(id: string, params: WebhookReplayCreate, options?: WriteOptions): Promise<WebhookReplay> {
    return this.#caller.post(path`/v1/webhook-endpoints/${id}/replay`, params, options)
  }

  /** Deletes an endpoint and its secrets; its deliveries can be read for a while. */
  async delete(id: string, options?: WriteOptions): Promise<WebhookEndpointDeleted> {
    return this.#caller.delete(path`/v1/webhook-endpoints/${id}`, options)
  }
}

/** What was sent, or is to be sent, and what came of each attempt. */
export class WebhookDeliveries {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async retrieve(id: string, options?: CallOptions): Promise<WebhookDelivery> {
    return this.#caller.get(path`/v1/webhook-deliveries/${id}`, options)
  }

  list(filters?: ListFilters['webhookDeliveries.list'], options?: CallOptions): List<WebhookDelivery> {
    return this.#caller.list('/v1/webhook-deliveries', filters, options)
  }
}
