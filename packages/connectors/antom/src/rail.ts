import { deadlineIn, type Deadline } from '@holdfast/connector-shared'
import { send } from './http.ts'
import type { Settings } from './options.ts'
import { isSigned, pathFor, sign } from './signing.ts'
import { resultSchema, type Said, type WireBody } from './wire.ts'
import * as z from 'zod'

/** What became of one call: what the rail said, under its signature, or why there is nothing to rely on. */
export type Call =
  | (Said & { readonly kind: 'said' })
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export type PaymentPath = 'pay' | 'inquiryPayment' | 'cancel' | 'refund' | 'inquiryRefund'

const envelope = z.looseObject({ result: resultSchema })

/** The rail, as one client of it: signs what it sends and believes only what is signed. */
export class AntomRail {
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.#settings = settings
  }

  async call(name: PaymentPath, content: WireBody, deadline: Deadline): Promise<Call> {
    const path = pathFor(this.#settings.clientId, `/ams/api/v1/payments/${name}`)
    const body = Buffer.from(JSON.stringify(content))
    const url = new URL(path, this.#settings.baseUrl)
    const answer = await send({ method: 'POST', url, headers: this.#headers({ method: 'POST', path, body }), body }, deadline)
    if (answer.kind !== 'answered') return answer
    const { headers } = answer
    const message = { path, clientId: this.#settings.clientId, time: headers['response-time'] ?? '', body: answer.body }
    if (!isSigned(message, headers['signature'], this.#settings.antomPublicKey)) {
      return { kind: 'unknown', reason: `the rail’s answer (${answer.status}) isn’t signed by it` }
    }
    const said = envelope.safeParse(jsonOrUndefined(answer.body))
    return said.success ? { kind: 'said', result: said.data.result, body: said.data } : { kind: 'unknown', reason: 'the rail’s answer can’t be read' }
  }

  /** A report, for which the rail's word is the connection's: only the request is signed. */
  async get(url: URL, deadline: Deadline): Promise<{ readonly body: string } | { readonly reason: string }> {
    const path = `${url.pathname}${url.search}`
    const answer = await send({ method: 'GET', url, headers: this.#headers({ method: 'GET', path, body: new Uint8Array() }) }, deadline)
    if (answer.kind !== 'answered') return { reason: answer.reason }
    return answer.status === 200 ? { body: answer.body.toString('utf8') } : { reason: `the answer was ${answer.status}` }
  }

  #headers({ method, path, body }: { method: 'GET' | 'POST'; path: string; body: Uint8Array }): Record<string, string> {
    const { clientId, privateKey, keyVersion, now } = this.#settings
    const time = String(now().getTime())
    return {
      'accept': 'application/json, text/csv',
      ...(method === 'POST' ? { 'content-type': 'application/json; charset=UTF-8' } : {}),
      'client-id': clientId,
      'request-time': time,
      'signature': sign({ method, path, clientId, time, body }, { key: privateKey, version: keyVersion }),
    }
  }
}

/** The longest that a call may take, whatever its caller allows: nothing is sent later than this after its start. */
export const longestCallMs = 30_000

export function deadlineOf({ timeoutMs }: { readonly timeoutMs: number }): Deadline {
  return deadlineIn(Math.min(timeoutMs, longestCallMs))
}

export function jsonOrUndefined(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
