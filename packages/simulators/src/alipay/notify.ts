import type { KeyObject } from 'node:crypto'
import type { VirtualClock } from '../shared/clock.ts'
import { iso } from '../shared/clock.ts'
import type { NotificationRecord, Records } from './records.ts'
import { beijing, sign, signedText } from './wire.ts'

/** The pauses before each try, in milliseconds: eight tries in a bit more than a day. */
export const alipaySchedule: readonly number[] = [0, 4, 10, 10, 60, 120, 360, 900].map(minutes => minutes * 60_000)

/** How notifications are sent; all honest by default. */
export interface NotificationPlan {
  /** Nothing is sent by itself: `release` does. */
  readonly hold: boolean
  /** How often each try is sent, at once. */
  readonly copies: number
  /** Real milliseconds before the first try. */
  readonly delayMs: number
  /** A code is paid, and a refund told, before the API's own answer leaves. */
  readonly early: boolean
  /** `release` sends the newest first. */
  readonly reversed: boolean
}

export const honestPlan: NotificationPlan = { hold: false, copies: 1, delayMs: 0, early: false, reversed: false }

/** One try, as it went. `status` is null where nothing was answered. */
export interface Delivery {
  readonly notification: string
  readonly outTradeNo: string
  readonly tradeStatus: string
  readonly at: string
  readonly attempt: number
  readonly status: number | null
  readonly acknowledged: boolean
}

export interface NotifierParts {
  readonly records: Records
  readonly clock: VirtualClock
  readonly key: KeyObject
  readonly schedule: readonly number[]
  readonly settled: () => Promise<void>
  readonly acknowledged: (id: string) => void
}

/** Whether an answer stops the tries: the seven letters, and nothing else. */
export function isAcknowledgement(status: number, body: string): boolean {
  return status === 200 && body.trim() === 'success'
}

/** Sends each notification until it is acknowledged, at most once a step of the schedule. */
export class Notifier {
  plan: NotificationPlan = honestPlan
  readonly deliveries: Delivery[] = []
  readonly #parts: NotifierParts
  readonly #timers: Set<NodeJS.Timeout> = new Set()
  readonly #underway: Set<Promise<unknown>> = new Set()
  #held: string[] = []
  readonly #stop = new AbortController()

  constructor(parts: NotifierParts) {
    this.#parts = parts
  }

  /** Takes a new notification over. */
  add(id: string): void {
    if (this.plan.hold) this.#held.push(id)
    else this.#schedule(id, 0)
  }

  /** Sends what was held, one after another; resolves when all were answered or not. */
  async release(): Promise<void> {
    const ids = this.plan.reversed ? this.#held.toReversed() : this.#held
    this.#held = []
    for (const id of ids) await this.#try(id, 0)
  }

  /** Sends one again, whatever became of it. */
  async again(id: string, times = 1): Promise<void> {
    for (let sent = 0; sent < times; sent += 1) await this.#send(id, 0)
  }

  /** Resolves when no first try is under way any more. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway)
  }

  /** Those on record that nobody has acknowledged: sent again after a restart. */
  resume(): void {
    const { records } = this.#parts
    for (const id of records.notifications.keys()) if (!records.acknowledged.has(id)) this.#schedule(id, 0)
  }

  close(): void {
    this.#stop.abort()
    for (const timer of this.#timers) clearTimeout(timer)
  }

  /** The body as it is sent, signed at this moment. */
  form(record: NotificationRecord): string {
    return signedForm({ ...record.fields, notify_time: beijing(this.#parts.clock.nowMs()) }, this.#parts.key)
  }

  #schedule(id: string, attempt: number): void {
    const pause = this.#parts.schedule[attempt]
    if (pause === undefined || this.#stop.signal.aborted) return
    const delay = pause + (attempt === 0 ? this.plan.delayMs : 0)
    if (delay === 0) return void this.#track(this.#try(id, attempt))
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#track(this.#try(id, attempt))
    }, delay)
    timer.unref()
    this.#timers.add(timer)
  }

  #track(work: Promise<unknown>): void {
    this.#underway.add(work)
    void work.finally(() => this.#underway.delete(work))
  }

  async #try(id: string, attempt: number): Promise<void> {
    if (this.#parts.records.acknowledged.has(id) || this.#stop.signal.aborted) return
    const copies = await Promise.all(Array.from({ length: this.plan.copies }, () => this.#send(id, attempt)))
    if (copies.includes(true)) this.#parts.acknowledged(id)
    else this.#schedule(id, attempt + 1)
  }

  async #send(id: string, attempt: number): Promise<boolean> {
    const record = this.#parts.records.notifications.get(id)
    if (!record || this.#stop.signal.aborted) return false
    // what the merchant is told is on disk
    await this.#parts.settled()
    const answer = await post(record.url, { body: this.form(record), stop: this.#stop.signal })
    const acknowledged = answer !== undefined && isAcknowledgement(answer.status, answer.body)
    this.deliveries.push({
      notification: id, outTradeNo: record.outTradeNo, tradeStatus: record.fields['trade_status'] ?? '', attempt,
      at: iso(this.#parts.clock.nowMs()), status: answer?.status ?? null, acknowledged,
    })
    if (this.deliveries.length > 1000) this.deliveries.shift()
    return acknowledged
  }
}

/** As the gateway signs what it pushes: neither `sign` nor `sign_type` is in what is signed. */
export function signedForm(fields: Readonly<Record<string, string>>, key: KeyObject): string {
  const signature = sign(signedText(fields, ['sign', 'sign_type']), key)
  return new URLSearchParams({ ...fields, sign_type: 'RSA2', sign: signature }).toString()
}

async function post(url: string, { body, stop }: { body: string; stop: AbortSignal }): Promise<{ status: number; body: string } | undefined> {
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    const signal = AbortSignal.any([stop, AbortSignal.timeout(10_000)])
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    return { status: response.status, body: await response.text() }
  } catch {
    return undefined
  }
}
