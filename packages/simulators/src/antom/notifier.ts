import type { Desk } from './desk.ts'
import type { Notification } from './records.ts'
import type { Signer } from './signer.ts'

/** When the rail tries: at once, then this long after each try that was not acknowledged; eight times in all. */
const minuteMs = 60_000
export const triesMs: readonly number[] = [0, 2, 10, 10, 60, 120, 360, 900].map(minutes => minutes * minuteMs)

const tickMs = 25
const answerWithinMs = 10_000

/** Sends notifications when they are due by the simulator's clock, which may be moved meanwhile. */
export class Notifier {
  readonly #desk: Desk
  readonly #signer: Signer
  readonly #stop = new AbortController()
  readonly #sending = new Map<string, Promise<void>>()
  /** The last delivery to each address: one comes after the other, in the order in which they were due. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #timer: NodeJS.Timeout

  constructor({ desk, signer }: { desk: Desk; signer: Signer }) {
    this.#desk = desk
    this.#signer = signer
    this.#timer = setInterval(() => { this.#pump() }, tickMs).unref()
  }

  /** Delivers what is due about one request, and waits until it is answered. */
  async deliverNow(about: string): Promise<void> {
    const due = [...this.#desk.records.pending].filter(({ record }) => record.about === about)
    await Promise.all(due.map(notification => this.#deliver(notification)))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await Promise.all(this.#sending.values())
  }

  #pump(): void {
    const nowMs = this.#desk.clock.nowMs()
    this.#desk.current(() => undefined)
    for (const notification of this.#desk.records.pending) {
      if (notification.dueAt !== undefined && notification.dueAt <= nowMs) void this.#deliver(notification)
    }
  }

  #deliver(notification: Notification): Promise<void> {
    const { id, url } = notification.record
    const under = this.#sending.get(id)
    if (under) return under
    const before = this.#last.get(url) ?? Promise.resolve()
    const sending = before.catch(() => undefined).then(() => this.#send(notification)).finally(() => this.#sending.delete(id))
    this.#sending.set(id, sending)
    this.#last.set(url, sending)
    return sending
  }

  async #send({ record }: Notification): Promise<void> {
    if (this.#stop.signal.aborted) return
    const at = this.#desk.clock.nowMs()
    const answer = await this.#post(record)
    if (this.#stop.signal.aborted) return
    this.#desk.write([{ type: 'try', record: { notificationId: record.id, at, ...answer } }])
  }

  async #post({ url, clientId, body }: Notification['record']): Promise<{ status: number | null; acknowledged: boolean; signed: boolean }> {
    const { pathname, search } = new URL(url)
    const bytes = Buffer.from(body)
    const path = `${pathname}${search}`
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: this.#signer.notificationHeaders({ path, clientId, body: bytes }),
        body: bytes,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(answerWithinMs)]),
      })
      const answer = Buffer.from(await response.arrayBuffer())
      const signed = this.#signer.signedByClient({ path, clientId, headers: response.headers, body: answer })
      return { status: response.status, acknowledged: isAcknowledgement(response.status, answer), signed }
    } catch {
      return { status: null, acknowledged: false, signed: false }
    }
  }
}

/** The rail stops at this and at nothing else. */
export function isAcknowledgement(status: number, body: Uint8Array | string): boolean {
  if (status !== 200) return false
  try {
    const { result } = JSON.parse(String(body)) as { result?: { resultCode?: unknown; resultStatus?: unknown } }
    return result?.resultStatus === 'S' && result.resultCode === 'SUCCESS'
  } catch {
    return false
  }
}
