import type { Milestone } from '../book.ts'
import { exceedsRemaining, isRefusal, type Refusal } from '../refusal.ts'
import { split } from '../split.ts'

/** `{ escrow, amount }` is shorthand: split over the escrow's milestones. Minor units. */
export type AllotmentAsk =
  | { readonly milestone: string; readonly amount: bigint }
  | { readonly escrow: string; readonly amount: bigint }

/** What a caller asks for: allotments, or an amount to split over what remains, or all that remains. */
export interface Ask {
  readonly amount?: bigint | undefined
  readonly allotments?: readonly AllotmentAsk[] | undefined
}

export interface Part {
  readonly milestone: Milestone
  readonly amount: bigint
}

interface Field {
  /** What is asked for, in words: `Capture of pay_…`. */
  readonly what: string
  readonly currency: string
  /** What remains of a milestone for this purpose. */
  readonly remaining: (milestone: Milestone) => bigint
  /** The part of it that goes first: in each escrow, of all its milestones before the rest of any. */
  readonly first?: (milestone: Milestone) => bigint
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n)

/**
 * Turns what was asked into parts by milestone, in the milestones' fixed order, over what remains of each. Where a
 * part of it goes first, the split is over escrows, then within each.
 *
 * @refuses amount_exceeds_remaining - of all, or of the escrow or milestone that an allotment names
 * @refuses not_found - an allotment names what is not of this payment
 */
export function allot(milestones: readonly Milestone[], ask: Ask, field: Field): Part[] | Refusal {
  const left = new Map(milestones.map((milestone) => [milestone, field.remaining(milestone)]))
  const asks = ask.allotments ?? [{ amount: ask.amount ?? sum([...left.values()]) }]
  const parts = new Map<Milestone, bigint>()
  for (const [index, one] of asks.entries()) {
    const at = ask.allotments ? `allotments[${index}]` : undefined
    const taken = takeOne([...left], one, { ...field, at })
    if (isRefusal(taken)) return taken
    for (const { milestone, amount } of taken) {
      left.set(milestone, left.get(milestone)! - amount)
      parts.set(milestone, (parts.get(milestone) ?? 0n) + amount)
    }
  }
  return milestones.filter((one) => parts.has(one)).map((milestone) =>
    ({ milestone, amount: parts.get(milestone)! }))
}

type OneAsk = AllotmentAsk | { readonly amount: bigint }

function takeOne(left: Left, ask: OneAsk, field: Field & { at: string | undefined }): Part[] | Refusal {
  const among = left.filter(([milestone]) =>
    'milestone' in ask ? milestone.id === ask.milestone : 'escrow' in ask ? milestone.escrow === ask.escrow
      : true)
  if (among.length === 0) return unknownTarget(ask, field.at)
  const weights = among.map(([, weight]) => weight)
  const remaining = sum(weights)
  if (ask.amount > remaining || remaining === 0n) {
    const at = field.at === undefined ? 'amount' : `${field.at}.amount`
    return exceedsRemaining(field.what, { amount: remaining, currency: field.currency }, at)
  }
  const { first } = field
  const parts = first ? splitByEscrow(ask.amount, among, { ...field, first }) : splitOver(ask.amount, among)
  return parts.filter(({ amount }) => amount > 0n)
}

type Left = readonly (readonly [Milestone, bigint])[]

function splitOver(amount: bigint, left: Left): Part[] {
  const amounts = split(amount, left.map(([, weight]) => weight))
  return left.map(([milestone], index) => ({ milestone, amount: amounts[index]! }))
}

/** Of each escrow's share of the amount: what goes first over all of its milestones, then the rest. */
function splitByEscrow(
  amount: bigint, left: Left, { remaining, first }: Pick<Required<Field>, 'remaining' | 'first'>,
): Part[] {
  const escrows = [...Map.groupBy(left, ([{ escrow }]) => escrow).values()]
  const shares = split(amount, escrows.map((own) => sum(own.map(([, weight]) => weight))))
  return escrows.flatMap((own, index) => {
    const firsts = own.map(([milestone, weight]) => {
      const untaken = first(milestone) - (remaining(milestone) - weight)
      return [milestone, untaken > 0n ? untaken : 0n] as const
    })
    const rests = own.map(([milestone, weight], at) => [milestone, weight - firsts[at]![1]] as const)
    const before = sum(firsts.map(([, weight]) => weight))
    const early = shares[index]! < before ? shares[index]! : before
    const late = splitOver(shares[index]! - early, rests)
    return splitOver(early, firsts).map((part, at) => ({ ...part, amount: part.amount + late[at]!.amount }))
  })
}

function unknownTarget(ask: OneAsk, at: string | undefined): Refusal {
  const named = 'milestone' in ask ? (['milestone', ask.milestone] as const) : 'escrow' in ask
    ? (['escrow', ask.escrow] as const) : null
  if (named === null) return { refused: 'not_found', detail: 'No milestone is funded by this payment.' }
  const [kind, id] = named
  return {
    refused: 'not_found',
    detail: `There is no ${kind} '${id}' here. Name one that this payment funds.`,
    ...(at !== undefined && { field: `${at}.${kind}` }),
  }
}
