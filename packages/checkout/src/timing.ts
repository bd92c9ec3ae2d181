/** How long the component waits for what, in milliseconds. */
export interface Timing {
  /** For one answer to a read. */
  readonly readTimeoutMs: number
  /** For one answer to a payment; longer, because a rail is asked meanwhile. */
  readonly confirmTimeoutMs: number
  /** For a payment with all its retries; after that its outcome is pending. */
  readonly confirmDeadlineMs: number
  /** Before the first retry; it doubles, with jitter. */
  readonly retryMs: number
  readonly pollMs: number
  readonly pollMaxMs: number
  /** How long reads must show no trace of a payment whose answer was lost before it counts as never received. */
  readonly lostAfterMs: number
  /** For resume(), before it answers that the payment is still pending. */
  readonly resumeMs: number
  /** How long a stream of the session may be silent before it counts as dead. */
  readonly streamQuietMs: number
  /** How many reads come between two tries to open a stream that could not be opened. */
  readonly readsPerStream: number
  /** After an action's last moment, before its attempt counts as pending for the page. */
  readonly graceMs: number
  /** From the frame's first byte to its `ready`. */
  readonly frameReadyMs: number
  /** For the frame's answer to what it was asked. */
  readonly frameAnswerMs: number
  /** Before the skeleton says that the connection is slow. */
  readonly slowMs: number
  /** How long before its session expires a buyer is told. */
  readonly soonMs: number
}

export const patient: Timing = {
  readTimeoutMs: 10_000,
  confirmTimeoutMs: 25_000,
  confirmDeadlineMs: 60_000,
  retryMs: 400,
  pollMs: 1500,
  pollMaxMs: 10_000,
  lostAfterMs: 20_000,
  resumeMs: 60_000,
  streamQuietMs: 30_000,
  readsPerStream: 6,
  graceMs: 90_000,
  frameReadyMs: 20_000,
  frameAnswerMs: 30_000,
  slowMs: 6000,
  soonMs: 300_000,
}

/** Waits, but not longer than until `stopped`, the browser is connected again, or the page is looked at again. */
export function pause(ms: number, stopped?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController()
    const done = (): void => {
      clearTimeout(timer)
      stop.abort()
      resolve()
    }
    const timer = setTimeout(done, ms)
    stopped?.addEventListener('abort', done, stop)
    addEventListener('online', done, stop)
    document.addEventListener('visibilitychange', () => document.hidden || done(), stop)
  })
}

/** The value, or undefined when it is late. */
export async function within<T>(ms: number, value: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([value, late])
  } finally {
    clearTimeout(timer)
  }
}
