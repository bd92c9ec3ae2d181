import { assert } from './refusal.ts'

/**
 * Splits an amount over weights by largest remainder; of equal remainders, the earlier weight's comes first.
 *
 * Split over what *remains* (never cumulative totals over the first weights, which take money back from a
 * share), and store the parts: they are never derived again.
 *
 * @param total - minor units, ≥ 0
 * @param weights - each ≥ 0, with a sum > 0 unless `total` is 0
 * @returns parts that sum to `total`; each part ≤ its weight whenever `total` ≤ the weights' sum
 */
export function split(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n)
  assert(total >= 0n && weights.every((weight) => weight >= 0n), 'amounts and weights are not negative')
  if (total === 0n) return weights.map(() => 0n)
  assert(sum > 0n, 'there is something to split over')
  const parts = weights.map((weight) => (total * weight) / sum)
  const missing = Number(total - parts.reduce((a, b) => a + b, 0n))
  const remainders = weights.map((weight, index) => ({ index, remainder: (total * weight) % sum }))
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of remainders.slice(0, missing)) parts[index]! += 1n
  return parts
}

/** The share of `total` that goes with `part` out of `whole`: 0 ≤ part ≤ whole. */
export function shareOf(total: bigint, { part, whole }: { readonly part: bigint; readonly whole: bigint }): bigint {
  return split(total, [part, whole - part])[0]!
}
