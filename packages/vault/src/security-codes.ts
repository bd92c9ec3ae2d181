/*
 * Security codes, in this process's memory and nowhere else (PCI DSS 3.3.1.2). A restart forgets them: the send
 * is then refused as card_data_expired, and the frame, which still has what the buyer typed, makes a new token.
 */

export interface SecurityCodes {
  /** Keeps a code until an instant; false when there is no room. */
  keep(tokenHash: Buffer, entry: { readonly code: string; readonly until: Date }): boolean
  has(tokenHash: Buffer, now: Date): boolean
  /** Gives a code out, once; the caller fills it with zeros after use. */
  take(tokenHash: Buffer, now: Date): Buffer | undefined
  /** Forgets what has run out. */
  sweep(now: Date): void
  /** Forgets all. */
  clear(): void
}

interface Entry {
  readonly code: Buffer
  readonly untilMs: number
}

export function createSecurityCodes({ limit }: { readonly limit: number }): SecurityCodes {
  const entries = new Map<string, Entry>()
  const forget = (key: string): void => {
    entries.get(key)?.code.fill(0)
    entries.delete(key)
  }
  const live = (key: string, now: Date): Entry | undefined => {
    const entry = entries.get(key)
    if (entry && entry.untilMs <= now.getTime()) forget(key)
    return entries.get(key)
  }
  return {
    keep(tokenHash, { code, until }) {
      if (entries.size >= limit) return false
      entries.set(tokenHash.toString('hex'), { code: Buffer.from(code, 'latin1'), untilMs: until.getTime() })
      return true
    },
    has: (tokenHash, now) => live(tokenHash.toString('hex'), now) !== undefined,
    take(tokenHash, now) {
      const key = tokenHash.toString('hex')
      const entry = live(key, now)
      entries.delete(key)
      return entry?.code
    },
    sweep(now) {
      for (const key of [...entries.keys()]) live(key, now)
    },
    clear() {
      for (const key of [...entries.keys()]) forget(key)
    },
  }
}
