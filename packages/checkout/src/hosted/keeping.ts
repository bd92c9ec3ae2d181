/*
 * Where the page keeps what opens a session: out of its address, within this tab, and beyond it only while an attempt to
 * pay is under way, because a wallet on a phone may come back in a tab of its own.
 */

const shape = /^(cs_[0-9a-z]{26})_secret_([0-9a-z]{26})_[\w-]{43}$/
const prefix = 'holdfast:'
/** A wallet has a quarter of an hour, unless the operator gives it more: at most two. */
const AWAY_MS = 2 * 3_600_000

/** What a client secret names by itself; null: it is none. */
export function named(secret: string): { readonly session: string, readonly marketplace: string } | null {
  const [, session, suffix] = shape.exec(secret) ?? []
  return session && suffix ? { session, marketplace: `mkt_${suffix}` } : null
}

/** Storage can be forbidden: then a reload finds nothing, and the page says what to do. */
function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** Keeps a session for this tab, as the one that this page was opened for. */
export function keep(secret: string): void {
  attempt(() => {
    const { session } = named(secret)!
    sessionStorage.setItem(prefix + session, secret)
    sessionStorage.setItem(prefix + location.pathname, session)
  })
}

/** The secret of a session that the buyer comes back to; by default that of this page, in this tab. */
export function kept(wanted: string | null = null): string | null {
  const session = wanted ?? attempt(() => sessionStorage.getItem(prefix + location.pathname))
  if (!session) return null
  const away = attempt(() => localStorage.getItem(prefix + session))
  const secret = attempt(() => sessionStorage.getItem(prefix + session)) ?? away?.split(' ')[1] ?? ''
  return named(secret)?.session === session ? secret : null
}

interface Lending {
  /** Whether other tabs may find it. */
  readonly away: boolean
  /** In milliseconds. */
  readonly now: number
}

/** Lets the session be found from another tab, or from this one alone again. */
export function lend(secret: string, { away, now }: Lending): void {
  attempt(() => {
    const key = prefix + named(secret)!.session
    if (away) localStorage.setItem(key, `${now + AWAY_MS} ${secret}`)
    else localStorage.removeItem(key)
  })
}

/** Forgets what nobody came back for. @param now - in milliseconds */
export function sweep(now: number): void {
  attempt(() => {
    for (const [key, value] of Object.entries({ ...localStorage })) {
      if (key.startsWith(prefix) && !(Number.parseInt(String(value), 10) > now)) localStorage.removeItem(key)
    }
  })
}

/** This page was opened for nothing any more. */
export function drop(): void {
  attempt(() => sessionStorage.removeItem(prefix + location.pathname))
}
