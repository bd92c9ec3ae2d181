import { RateLimiter } from '../../http/rate-limit.ts'
import type { Deps, PageSession } from '../../deps.ts'
import { takeUp } from '../inquire.ts'
import { readLiveCharge } from './live.ts'
import { closeOverdue } from './overdue.ts'

/** Every two seconds a session, however many of its pages ask. */
const limit = { perMinute: 30, burst: 1 }
const limiters = new WeakMap<Deps['rails'], RateLimiter>()

/** A page doesn't wait longer for a rail that hangs; what it answers later is recorded all the same. */
const WAIT_MS = 5_000

/**
 * Asks the rail now what became of the attempt that a session waits for. It may have been asked a moment ago, or be
 * asked by somebody else: then there is nothing to wait for.
 */
export async function checkAttempt(deps: Deps, page: PageSession): Promise<void> {
  const charge = await readLiveCharge(deps.db, page)
  if (charge?.state !== 'unknown') return
  const limiter = limiters.get(deps.rails) ?? new RateLimiter(limit)
  limiters.set(deps.rails, limiter)
  if (limiter.take(charge.id) === null) await askNow(deps, { marketplace: page.marketplace, id: charge.id })
}

/** Asks the rail about a charge and waits a little. What waits past its deadline is closed. */
export async function askNow(deps: Deps, key: { readonly marketplace: string; readonly id: string }): Promise<void> {
  const asked = takeUp(deps, key).then(() => closeOverdue(deps, key)).catch((error: unknown) =>
    deps.log.warn({ operation: key.id, err: error }, 'the rail could not be asked'))
  let timer: NodeJS.Timeout | undefined
  await Promise.race([asked, new Promise((resolve) => { timer = setTimeout(resolve, WAIT_MS) })])
  clearTimeout(timer)
}
