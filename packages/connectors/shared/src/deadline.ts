/** Milliseconds left, never below 0. */
export type Deadline = () => number

/** Runs on the monotonic clock: a wall clock that is set meanwhile changes nothing. */
export function deadlineIn(timeoutMs: number): Deadline {
  const end = performance.now() + timeoutMs
  return () => Math.max(0, Math.floor(end - performance.now()))
}
