import type { Pool } from 'pg'
import type { Authenticated } from './auth.ts'

/** How long another process may go on taking a key that was revoked here. */
export const KEY_LIFE_MS = 2_000
const MAX_KEYS = 10_000

interface Known {
  readonly found: Authenticated
  readonly until: number
}

/**
 * API keys that were found valid a moment ago, so that not each call asks the database.
 *
 * The process that revokes a key, or changes its marketplace, forgets it at once; others take it for two seconds more
 * at most. Only valid keys are kept: a wrong one is looked up each time.
 */
class KeyCache {
  readonly #known = new Map<string, Known>()
  #changes = 0

  get(hash: string): Authenticated | null {
    const known = this.#known.get(hash)
    return known && known.until > performance.now() ? known.found : null
  }

  /** Before a key is looked up: what keeps the answer, unless something was forgotten meanwhile. */
  keeping(hash: string): (found: Authenticated, lifeMs: number) => void {
    const changes = this.#changes
    return (found, lifeMs) => {
      if (changes !== this.#changes) return
      if (this.#known.size >= MAX_KEYS) this.#known.clear()
      this.#known.set(hash, { found, until: performance.now() + Math.min(lifeMs, KEY_LIFE_MS) })
    }
  }

  forget(): void {
    this.#changes += 1
    this.#known.clear()
  }
}

/** One a pool: a process that has two backends has two. */
const caches = new WeakMap<Pool, KeyCache>()

export function keyCacheOf(pool: Pool): KeyCache {
  const known = caches.get(pool) ?? new KeyCache()
  caches.set(pool, known)
  return known
}

/** After a key was revoked or a marketplace changed. */
export function forgetKeys(pool: Pool): void {
  keyCacheOf(pool).forget()
}
