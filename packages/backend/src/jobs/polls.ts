import type { Deps } from '../deps.ts'

/** When this process last asked a feed, by real time: the worker looks each second, a rail is asked more rarely. */
const asked = new WeakMap<Deps, Map<string, number>>()

/** Whether a feed may be asked again. */
export function mayAsk(deps: Deps, feed: string, { everyMs }: { readonly everyMs: number }): boolean {
  const last = asked.get(deps)?.get(feed)
  return last === undefined || performance.now() - last >= everyMs
}

/** Remembers that a feed was asked now. */
export function rememberAsked(deps: Deps, feed: string): void {
  const feeds = asked.get(deps) ?? new Map<string, number>()
  asked.set(deps, feeds.set(feed, performance.now()))
}
