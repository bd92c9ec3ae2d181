/**
 * The time by which tickets, sessions and tokens end: real time, never the virtual clock, and steady while the
 * process lives, so that setting the machine's clock back prolongs nothing.
 */
export function steadyNow(): Date {
  return new Date(performance.timeOrigin + performance.now())
}
