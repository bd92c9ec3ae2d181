import { coverage, happened, need, post, type Book } from '../book.ts'
import { accounts } from '../ledger/accounts.ts'
import { move } from '../ledger/postings.ts'
import type { Refusal } from '../refusal.ts'

interface OperatorAmount {
  readonly currency: string
  readonly amount: bigint
}

/** The operator put money into custody: custody → funding. */
export function topUp(book: Book, { currency, amount }: OperatorAmount): string {
  const id = post(book, {
    reason: 'operator_top_up', subject: 'operator', order: null, currency,
    postings: move(accounts.custody, accounts.funding, amount),
  })
  happened(book, 'operator.topped_up', id)
  return id
}

/** What the operator may take: earned fees, as far as coverage and what stands free in custody allow. */
export function withdrawable(book: Book, currency: string): bigint {
  const sums = need(book.platform, currency)
  const custody = need(book.custody, currency)
  const most = [sums.fees, coverage(sums), custody.balance - custody.inPayout].reduce((a, b) => (a < b ? a : b))
  return most > 0n ? most : 0n
}

/**
 * The operator takes earned fees out of custody: fees → custody.
 *
 * @refuses custody_insufficient - more than the fees, than coverage allows, or than stands free in custody
 */
export function withdraw(book: Book, { currency, amount }: OperatorAmount): string | Refusal {
  const most = withdrawable(book, currency)
  if (amount > most) {
    return {
      refused: 'custody_insufficient',
      detail: `The operator may take ${most} now, in minor units of ${currency}: earned fees, as far as held funds stay covered and custody has them. Ask for at most that.`,
      field: 'amount',
      remaining: { amount: most, currency },
    }
  }
  const id = post(book, {
    reason: 'operator_withdrawal', subject: 'operator', order: null, currency,
    postings: move(accounts.fees, accounts.custody, amount),
  })
  happened(book, 'operator.withdrew', id)
  return id
}
