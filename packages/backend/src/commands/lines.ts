import { MAX_AMOUNT } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'

/** Refuses a field that the schema alone could not. */
export function wrong(field: string, detail: string): Refusal<'validation_failed'> {
  return { refused: 'validation_failed', field, detail: `${field}: ${detail}` }
}

/** What one line can't say about itself: fees within amounts, references once, the sum within bounds. */
export function checkLines(lines: readonly Amounts[]): Refusal | null {
  return checkEach(lines) ?? checkSum(lines)
}

interface Amounts {
  readonly reference: string
  readonly amount: number
  readonly platformFee?: number | undefined
}

/** Each line by itself, and its reference once. */
export function checkEach(lines: readonly Amounts[]): Refusal | null {
  const seen = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const first = seen.get(line.reference)
    if (first !== undefined) return wrong(`lines[${index}].reference`, `'${line.reference}' is the reference of lines[${first}] already; give each line its own.`)
    seen.set(line.reference, index)
    if ((line.platformFee ?? 0) > line.amount) return wrong(`lines[${index}].platformFee`, `${line.platformFee} is more than the line's amount, ${line.amount}; expected at most that.`)
  }
  return null
}

/** That the amounts sum to what the wire can have. */
export function checkSum(lines: readonly Pick<Amounts, 'amount'>[]): Refusal | null {
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  return total > MAX_AMOUNT ? wrong('lines', `the amounts sum to ${total}; expected at most ${MAX_AMOUNT}, 12 digits.`) : null
}
