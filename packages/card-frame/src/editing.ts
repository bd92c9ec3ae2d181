import { MAX_DIGITS, brandRules, ruleFor } from './cards.ts'

/*
 * What a field reads after a keystroke, a paste or autofill, and where its caret then stands. Nothing that was
 * typed is thrown away except what can't belong there.
 */

/** What a field holds and where its caret stands, counted in UTF-16 units. */
export interface Text {
  readonly value: string
  readonly caret: number
}

export interface Edit extends Text {
  /** What the field held before. */
  readonly previous: string
  /** `InputEvent.inputType`; empty when a browser filled the field in. */
  readonly inputType: string
}

/** Digits alone, whichever script or keyboard they came from. */
export function digitsOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit => String(digit.charCodeAt(0) & 0xf))
    .replace(/\D/g, '')
}

interface Digits {
  readonly digits: string
  /** How many of them stand before the caret. */
  readonly before: number
}

/** A deletion that only hit a gap takes the digit beyond the gap, as the one who presses the key expects. */
function editedDigits({ value, caret, previous, inputType }: Edit): Digits {
  const digits = digitsOf(value)
  const before = digitsOf(value.slice(0, caret)).length
  if (digits !== digitsOf(previous) || value.length >= previous.length) return { digits, before }
  if (inputType === 'deleteContentForward') return { digits: without(digits, before), before }
  if (inputType.startsWith('delete') && before > 0)
    return { digits: without(digits, before - 1), before: before - 1 }
  return { digits, before }
}

const without = (digits: string, at: number): string => digits.slice(0, at) + digits.slice(at + 1)

/** Where the caret stands after so many digits: past the gap when typing, before it when deleting. */
function caretAfter(value: string, { before, deleting }: { before: number; deleting: boolean }): number {
  let at = 0
  for (let seen = 0; seen < before && at < value.length; at += 1) {
    if (/\d/.test(value.charAt(at))) seen += 1
  }
  while (!deleting && before > 0 && at < value.length && !/\d/.test(value.charAt(at))) at += 1
  return at
}

const isDeletion = ({ inputType }: Edit): boolean => inputType.startsWith('delete')

/** The digits in groups as cards of the brand print them; while the brand isn't known, in fours. */
export function groupNumber(digits: string): string {
  const gaps = ruleFor(digits)?.gaps ?? [4, 8, 12, 16]
  return [...digits].map((digit, at) => (gaps.includes(at) ? ` ${digit}` : digit)).join('')
}

/** The card number after an edit. At most 19 digits: what follows belongs to no number. */
export function editNumber(edit: Edit): Text {
  const { digits, before } = editedDigits(edit)
  const value = groupNumber(digits.slice(0, MAX_DIGITS))
  return { value, caret: caretAfter(value, { before, deleting: isDeletion(edit) }) }
}

/** The expiry after an edit, as `MM / YY`. Takes `8/29`, `08/2029`, `2029-08` and `0829` too. */
export function editExpiry(edit: Edit): Text {
  const whole = wholeExpiry(edit.value)
  if (whole) return { value: layOutExpiry(whole, { open: true }), caret: whole.length + 3 }
  const { digits, before } = padMonth(editedDigits(edit), edit)
  const value = layOutExpiry(shortYear(digits), { open: !isDeletion(edit) })
  return { value, caret: Math.min(caretAfter(value, { before, deleting: isDeletion(edit) }), value.length) }
}

/** A date that came in one piece, year first or with four digits of it, as MMYY. */
function wholeExpiry(text: string): string | undefined {
  const yearFirst = /^\s*(20\d\d)\s*[-/.]\s*(\d{1,2})\s*$/.exec(text)
  const yearLast = /^\s*(\d{1,2})\s*[-/.]\s*(20\d\d)\s*$/.exec(text)
  const [month, year] = yearFirst ? [yearFirst[2], yearFirst[1]] : [yearLast?.[1], yearLast?.[2]]
  return month && year ? month.padStart(2, '0') + year.slice(2) : undefined
}

/** `8` can only be August; a `1` that a separator follows is January. */
function padMonth({ digits, before }: Digits, edit: Edit): Digits {
  const single = /^[2-9]/.test(digits) || (/^\s*1\s*[-/.]/.test(edit.value) && !isDeletion(edit))
  return single && !isDeletion(edit) ? { digits: `0${digits}`, before: before + 1 } : { digits, before }
}

/** Four digits of the year, typed out, shrink to two as soon as they are whole. */
function shortYear(digits: string): string {
  const whole = /^(\d\d)20(\d\d)$/.exec(digits)
  return whole ? `${whole[1]}${whole[2]}` : digits.slice(0, /^\d\d20\d/.test(digits) ? 5 : 4)
}

function layOutExpiry(digits: string, { open }: { open: boolean }): string {
  const [month, year] = [digits.slice(0, 2), digits.slice(2)]
  return year !== '' || (open && month.length === 2) ? `${month} / ${year}` : month
}

/** The security code after an edit: at most as many digits as any brand has. */
export function editSecurityCode({ value, caret }: Edit): Text {
  const most = Math.max(...brandRules.map(({ codeLength }) => codeLength))
  const digits = digitsOf(value).slice(0, most)
  return { value: digits, caret: Math.min(digitsOf(value.slice(0, caret)).length, digits.length) }
}
