import type { Deadline } from '@holdfast/connector-shared'
import { connectionFailure } from '@holdfast/core'
import { AlipaySdk, type AlipaySdkConfig } from 'alipay-sdk'
import { Agent, type Dispatcher } from 'urllib'
import { beijingTime } from './beijing.ts'
import type { Settings } from './options.ts'

/*
 * The official client, held to our promises: one call is one request, it ends in time, every answer's signature is
 * verified, and nothing of what it throws – it quotes whole answers – leaves this file.
 */

/** What became of one call. `not_sent` is proof that no byte of it left; all else that fails is `unknown`. */
export type Answer =
  | { readonly kind: 'answered'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** One pool of connections for all calls. */
const agent = new Agent()

/** What the client's HTTP library says a second time is not said to the rail: it would repeat a request whose answer is lost. */
class SentBefore extends Error {
  override readonly name = 'SentBefore'
}

/** Lets one request through. The client knows it as its proxy; that is where a dispatcher is given to it. */
class OneRequest {
  #used = false

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#used) throw new SentBefore('the request has been sent once')
    this.#used = true
    return agent.dispatch(options, handler)
  }
}

export interface Call {
  /** `alipay.trade.query` */
  readonly api: string
  readonly biz: Readonly<Record<string, unknown>>
  readonly notifyUrl?: string
}

export interface PageCall extends Call {
  readonly returnUrl: string
}

export class AlipayClient {
  readonly #settings: Settings
  readonly #config: AlipaySdkConfig
  /** For what makes no call. */
  readonly #still: AlipaySdk

  constructor(settings: Settings) {
    this.#settings = settings
    this.#config = {
      gateway: settings.gateway, appId: settings.appId, signType: 'RSA2', camelcase: false, keyType: 'PKCS1',
      privateKey: settings.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      alipayPublicKey: settings.alipayPublicKey.export({ format: 'pem', type: 'spki' }).toString(),
    }
    this.#still = new AlipaySdk({ ...this.#config })
  }

  /** Calls once, and waits no longer than the deadline. */
  async call({ api, biz, notifyUrl }: Call, deadline: Deadline): Promise<Answer> {
    const timeout = deadline()
    if (timeout === 0) return { kind: 'not_sent', reason: 'no time was left to send it' }
    const sdk = new AlipaySdk({ ...this.#config, timeout, proxyAgent: new OneRequest() as unknown as NonNullable<AlipaySdkConfig['proxyAgent']> })
    const params = { bizContent: biz, timestamp: this.#timestamp(), ...(notifyUrl === undefined ? {} : { notifyUrl }) }
    const answered = sdk.exec(api, params, { validateSign: true }).then((body): Answer => ({ kind: 'answered', body }), readFailure)
    return withinTime(answered, timeout)
  }

  /** The address of a page, with all that it says signed: no call is made. */
  page({ api, biz, notifyUrl = '', returnUrl }: PageCall): string {
    return this.#still.pageExecute(api, 'GET', { bizContent: biz, timestamp: this.#timestamp(), notifyUrl, returnUrl })
  }

  /** Whether Alipay signed a notification, by its decoded form. The client's first such check decodes a second time, and throws at a percent sign. */
  signed(form: Readonly<Record<string, string>>): boolean {
    const { sign = '', sign_type: type } = form
    // decoding base64 forgives what is not written as Alipay writes it
    if (type !== 'RSA2' || Buffer.from(sign, 'base64').toString('base64') !== sign) return false
    try {
      return this.#still.checkNotifySignV2(form)
    } catch {
      return false
    }
  }

  #timestamp(): string {
    return beijingTime(this.#settings.now())
  }
}

/** The client bounds the wait for the first byte and for each next one; this bounds them all. */
async function withinTime(answered: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const timer = setTimeout(() => { resolve({ kind: 'unknown', reason: 'the answer did not come in time' }) }, timeoutMs)
  try {
    return await Promise.race([answered, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The client wraps what went wrong on the wire; what it throws by itself is about an answer that cannot be relied on. */
function readFailure(error: unknown): Answer {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause === undefined || cause instanceof SyntaxError) return { kind: 'unknown', reason: 'the answer cannot be relied on: its status, form or signature is wrong' }
  if (cause instanceof SentBefore) return { kind: 'unknown', reason: 'the answer was lost, or led elsewhere' }
  return connectionFailure(cause)
}
