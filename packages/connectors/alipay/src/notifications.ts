import type { NotificationAnswer, NotificationReading, Notifications, Outcome, RawNotification } from '@holdfast/core'
import type { AlipayClient } from './client.ts'
import { closedUnpaid } from './declines.ts'
import { requestIdOf } from './wire.ts'
import { AmountRefused, currency, fromYuan } from './yuan.ts'

/** Whom a notification has to be for. */
export interface Addressee {
  readonly appId: string
  readonly sellerId: string
}

type Form = Readonly<Record<string, string>>
type Refusal = Extract<NotificationReading, { verdict: 'refused' }>

/**
 * Reads what Alipay pushes to `notify_url`: a form, signed by Alipay over its decoded values.
 *
 * Only the payment is told by it. A refund has its own answer and its own inquiry, and its notification – the trade
 * again, with `refund_fee` – does not say which of several refunds it is about in a way that is documented: it is
 * the rail's word, with nothing to do about it.
 */
export class AlipayNotifications implements Notifications {
  readonly #client: AlipayClient
  readonly #addressee: Addressee

  constructor(client: AlipayClient, addressee: Addressee) {
    this.#client = client
    this.#addressee = addressee
  }

  read(raw: RawNotification): NotificationReading {
    const form = formOf(raw.body)
    if (!form) return refused('malformed', 'the body is no form with each field once')
    if (!form['sign']) return refused('signature', 'the form has no signature')
    if (!this.#client.signed(form)) return refused('signature', 'the signature is not Alipay’s')
    return this.#refuseStranger(form) ?? readTrade(form)
  }

  /** Alipay sends it again, eight times within about 25 hours, until it reads these seven letters. */
  acknowledge(_raw: RawNotification, taken: boolean): NotificationAnswer {
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: taken ? 'success' : 'fail' }
  }

  #refuseStranger(form: Form): Refusal | undefined {
    if (form['app_id'] !== this.#addressee.appId) return refused('app_id', 'it is for another application')
    if (form['seller_id'] !== this.#addressee.sellerId) return refused('merchant', 'it is about another account’s trade')
    return undefined
  }
}

function refused(reason: Refusal['reason'], detail: string): Refusal {
  return { verdict: 'refused', reason, detail }
}

/** Undefined for what is no form in UTF-8, or has a field twice: which of the two would have been signed? */
function formOf(body: Uint8Array): Form | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    // `URLSearchParams` replaces what isn't UTF-8; `decodeURIComponent` says so
    const fields = text.split('&').filter((field) => field !== '').map((field) => {
      const [name = '', ...value] = field.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
      return [name, value.join('=')] as const
    })
    return new Set(fields.map(([name]) => name)).size === fields.length ? Object.fromEntries(fields) : undefined
  } catch {
    return undefined
  }
}

function readTrade(form: Form): NotificationReading {
  const { notify_id: id = '', notify_type: type = '', out_trade_no: number = '', total_amount: total = '' } = form
  if (id === '') return refused('malformed', 'it has no id')
  if (type !== 'trade_status_sync') return { verdict: 'ignored', id, reason: `a notification of the type ${type || '(none)'}` }
  if (form['gmt_refund'] || form['refund_fee']) return { verdict: 'ignored', id, reason: 'about a refund, which is asked for by itself' }
  if (number === '') return refused('malformed', 'it names no trade of ours')
  try {
    const amount = fromYuan(total)
    const outcome = outcomeOf(form, amount)
    if (!outcome) return { verdict: 'ignored', id, reason: `the trade is ${form['trade_status'] || 'in no state'}` }
    return { verdict: 'accepted', id, kind: 'charge', requestId: requestIdOf(number), outcome, amount, currency: form['trans_currency'] || currency }
  } catch (error) {
    if (error instanceof AmountRefused) return refused('malformed', error.message)
    throw error
  }
}

function outcomeOf(form: Form, amount: bigint): Outcome | undefined {
  const { trade_status: status, trade_no: railReference = '' } = form
  if (railReference === '') return undefined
  const paid = status === 'TRADE_SUCCESS' || status === 'TRADE_FINISHED' || (status === 'TRADE_CLOSED' && Boolean(form['gmt_payment']))
  if (paid) return { outcome: 'approved', railReference, amount }
  return status === 'TRADE_CLOSED' ? { outcome: 'declined', decline: closedUnpaid, railReference } : undefined
}
