/** Numbers from a seed: the same seed, the same numbers. */
export interface Random {
  /** 0 ≤ n < below, whole. */
  whole(below: number): number
  /** low ≤ n ≤ high, whole. */
  between(low: number, high: number): number
  pick<T>(of: readonly T[]): T
  /** By weights that need not sum to anything. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
  /** A generator of its own, which takes nothing out of this one whatever it is asked. */
  fork(name: string): Random
}

/** mulberry32: small, and good enough to choose moments with. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number): number => Math.floor(next() * below)
  return {
    whole,
    between: (low, high) => low + whole(high - low + 1),
    pick: of => of[whole(of.length)] as (typeof of)[number],
    weighted: weights => {
      const entries = Object.entries<number>(weights) as [keyof typeof weights, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0]
    },
    fork: name => randomFrom([...name].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 16_777_619), seed ^ 0x811c9dc5)),
  }
}
