// What the tests of this folder share: a client that signs what it sends, and a shop that hears notifications.

import { createPrivateKey } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { defaultAntomClient, defaultAntomKeys } from './keys.ts'
import { startAntomSimulator, type AntomSimulator, type AntomSimulatorOptions } from './server.ts'
import { publicKeyOf, readSignature, signMessage, verifies } from './signature.ts'

const { clientId, privateKey } = defaultAntomClient
const clientKey = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
const railKey = publicKeyOf(defaultAntomKeys.publicKey)

export interface RailAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Record<string, unknown>
  /** Whether the rail has signed it. */
  readonly signed: boolean
}

export interface Asked {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly client?: string
  readonly time?: string
  readonly keyVersion?: string
  /** What is signed, where it isn't what is sent. */
  readonly signedBody?: string
  readonly signature?: string
}

/** A simulator with someone who may call it; it is closed with the test. */
export class AntomCaller {
  readonly rail: AntomSimulator

  private constructor(rail: AntomSimulator) {
    this.rail = rail
  }

  static async start(options: AntomSimulatorOptions = {}): Promise<AntomCaller> {
    const rail = await startAntomSimulator(options)
    onTestFinished(() => rail.close())
    return new AntomCaller(rail)
  }

  async ask({ method = 'POST', path, body = '', client = clientId, time = String(Date.now()), keyVersion = '1', signedBody = body, signature }: Asked): Promise<RailAnswer> {
    const message = { method, path, clientId: client, time, body: Buffer.from(signedBody) }
    const response = await fetch(this.rail.url + path, {
      method,
      headers: {
        ...(method === 'POST' ? { 'content-type': 'application/json; charset=UTF-8' } : {}),
        'client-id': client, 'request-time': time, signature: signature ?? signMessage(message, { key: clientKey, keyVersion }),
      },
      ...(method === 'POST' ? { body } : {}),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: jsonOf(text), signed: isSigned(path, response.headers, { client, text }) }
  }

  async call(name: string, content: object): Promise<RailAnswer> {
    return this.ask({ path: `/ams/api/v1/payments/${name}`, body: JSON.stringify(content) })
  }

  /** `S SUCCESS` and the like. */
  async result(name: string, content: object): Promise<string> {
    return resultOf(await this.call(name, content))
  }

  async pay(paymentRequestId: string, change: Record<string, unknown> = {}): Promise<RailAnswer> {
    return this.call('pay', payment(paymentRequestId, { clockMs: this.rail.clock.nowMs(), ...change }))
  }

  async status(paymentRequestId: string): Promise<string> {
    const { body } = await this.call('inquiryPayment', { paymentRequestId })
    return String(body['paymentStatus'] ?? Reflect.get(Object(body['result']), 'resultCode'))
  }
}

export function resultOf({ body }: { readonly body: unknown }): string {
  const { resultStatus, resultCode } = Object(Reflect.get(Object(body), 'result')) as { resultStatus?: string; resultCode?: string }
  return `${resultStatus} ${resultCode}`
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

function isSigned(path: string, headers: Headers, { client, text }: { client: string; text: string }): boolean {
  const signature = readSignature(headers.get('signature') ?? undefined)
  const message = { method: 'POST', path, clientId: client, time: headers.get('response-time') ?? '', body: Buffer.from(text) }
  return signature !== undefined && verifies(message, signature, railKey)
}

export function payment(
  paymentRequestId: string,
  { clockMs = Date.now(), notifyUrl, value = '12500', ...rest }: { clockMs?: number; notifyUrl?: string; value?: string; [field: string]: unknown } = {},
): Record<string, unknown> {
  const amount = { currency: 'USD', value }
  return {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId,
    order: {
      referenceOrderId: 'PO-42', orderDescription: 'Tea <b>& cups</b>', orderAmount: amount,
      merchant: { referenceMerchantId: 'mkt_1', merchantName: 'Example "Market"' },
    },
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentExpiryTime: new Date(clockMs + 900_000).toISOString(),
    paymentRedirectUrl: 'http://127.0.0.1:9/done?order=42',
    ...(notifyUrl === undefined ? {} : { paymentNotifyUrl: notifyUrl }),
    env: { terminalType: 'WEB' },
    ...rest,
  }
}

export interface Heard {
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  /** Whether the rail has signed it for the shop's path. */
  readonly signed: boolean
}

/** A shop that hears notifications and answers them. */
export interface Shop {
  readonly url: string
  readonly heard: Heard[]
  /** `taken`: the right acknowledgement. */
  answer: 'taken' | 'failed' | 'wrong_words'
}

const answers = {
  taken: [200, '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'],
  failed: [500, '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'],
  wrong_words: [200, 'success'],
} as const

export async function openShop(): Promise<Shop> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      heard.push({ headers: request.headers, body: jsonOf(text), signed: isSignedNotification(request, text) })
      const [status, body] = answers[shop.answer]
      const path = request.url ?? ''
      const time = String(Date.now())
      const signature = signMessage({ method: 'POST', path, clientId, time, body: Buffer.from(body) }, { key: clientKey, keyVersion: '1' })
      response.writeHead(status, { 'response-time': time, signature }).end(body)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const shop: Shop = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/notifications/antom/mkt_1`, heard, answer: 'taken' }
  return shop
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function isSignedNotification({ headers, url = '' }: IncomingMessage, text: string): boolean {
  const signature = readSignature(String(headers['signature'] ?? ''))
  const message = { method: 'POST', path: url, clientId, time: String(headers['request-time'] ?? ''), body: Buffer.from(text) }
  return signature !== undefined && verifies(message, signature, railKey)
}
