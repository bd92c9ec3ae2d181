import { exponentOf } from '@holdfast/contract'
import type { Order, TrialBalance } from '@holdfast/server'

/** Where the story is written: a terminal, or a file without colours. */
export interface Page {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** USD 1,248.00 */
export function money(amount: number, currency: string): string {
  return `${currency} ${digits(amount, currency)}`
}

function digits(amount: number, currency: string): string {
  const exponent = exponentOf(currency)
  const text = String(Math.abs(amount)).padStart(exponent + 1, '0')
  const whole = text.slice(0, text.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${amount < 0 ? '−' : ''}${whole}${exponent > 0 ? `.${text.slice(-exponent)}` : ''}`
}

const WIDTH = 44

/** Held, released and refunded, as parts of one bar. Each part that isn't zero is seen. */
export function bar({ captured, held, released, refunded }: Order['totals']): string {
  if (captured === 0) return '·'.repeat(WIDTH)
  const parts = [['█', held], ['▒', released], ['░', refunded]] as const
  const lengths = parts.map(([, amount]) => (amount > 0 ? Math.max(1, Math.round((amount * WIDTH) / captured)) : 0))
  const longest = lengths.indexOf(Math.max(...lengths))
  const spare = WIDTH - lengths.reduce((sum, length) => sum + length, 0)
  return parts.map(([sign], at) => sign.repeat((lengths[at] ?? 0) + (at === longest ? spare : 0))).join('')
}

/** Tells the story: one step, what happened, where the money is. */
export class Narrator {
  readonly #page: Page
  #step = 0

  constructor(page: Page) {
    this.#page = page
  }

  title(text: string): void {
    this.#page.write(`\n${this.#bold(text)}\n${this.#dim('█ held   ▒ released   ░ refunded')}\n`)
  }

  /** What is done next. */
  step(text: string): void {
    this.#step += 1
    this.#page.write(`\n${this.#bold(`${String(this.#step).padStart(2)}  ${text}`)}\n`)
  }

  /** What came of it. */
  note(text: string): void {
    this.#page.write(`    ${text}\n`)
  }

  /** Where an order's money is. */
  where({ totals, currency }: Pick<Order, 'totals' | 'currency'>): void {
    const parts = [['held', totals.held], ['released', totals.released], ['refunded', totals.refunded]] as const
    this.note(`${bar(totals)}  ${this.#dim(parts.map(([name, amount]) => `${name} ${digits(amount, currency)}`).join(' · '))}`)
  }

  /** Every account that ever moved, its two sides, its balance, and whether the stored row agrees. */
  trialBalance({ currencies }: TrialBalance, nickname: (account: string) => string): void {
    for (const { currency, accounts, debits, credits, coverage } of currencies) {
      const cell = (amount: number): string => digits(amount, currency).padStart(12)
      this.note(this.#dim(`${currency.padEnd(30)}${'debits'.padStart(12)}${'credits'.padStart(12)}${'balance'.padStart(12)}  row`))
      for (const { name, balance, balanceRow, agrees, ...sums } of accounts.filter((one) => one.debits + one.credits > 0)) {
        const row = balanceRow === null ? '–' : agrees ? 'agrees' : `DIFFERS: ${digits(balanceRow, currency)}`
        this.note(`${nickname(name).padEnd(30)}${cell(sums.debits)}${cell(sums.credits)}${cell(balance)}  ${row}`)
      }
      this.note(this.#bold(`${'total'.padEnd(30)}${cell(debits)}${cell(credits)}`))
      this.note(`coverage ${digits(coverage, currency)}: what is the operator's own beyond what is owed to buyers and sellers`)
    }
  }

  /** The verdict, one line a promise. Returns whether all of them hold. */
  verdict(promises: readonly (readonly [promise: string, holds: boolean])[]): boolean {
    for (const [promise, holds] of promises) this.note(`${holds ? '✓' : '✗'} ${promise}`)
    const held = promises.every(([, holds]) => holds)
    this.#page.write(`\n${this.#bold(held ? 'The books balance.' : 'THE BOOKS DO NOT BALANCE.')}\n`)
    return held
  }

  #bold(text: string): string {
    return this.#page.isTTY ? `\u001b[1m${text}\u001b[22m` : text
  }

  #dim(text: string): string {
    return this.#page.isTTY ? `\u001b[2m${text}\u001b[22m` : text
  }
}
