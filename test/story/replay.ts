import type { Holdfast, LedgerAccount } from '@holdfast/server'

/** An account whose balance is not what its postings sum to. */
export interface Difference {
  readonly name: string
  readonly balance: number
  readonly replay: number
}

/**
 * Sums every posting of every transfer, as the API shows them, and compares with the balance that it shows of each
 * account: the books, audited from outside.
 */
export async function replayBooks(holdfast: Holdfast): Promise<{ transfers: number; postings: number; differences: readonly Difference[] }> {
  const debitsLessCredits = new Map<string, number>()
  const add = (account: string, amount: number): void => void debitsLessCredits.set(account, (debitsLessCredits.get(account) ?? 0) + amount)
  let transfers = 0
  let postings = 0
  for await (const transfer of holdfast.ledger.transfers({ limit: 100 })) {
    transfers += 1
    for (const { debit, credit, amount } of transfer.postings) {
      postings += 1
      add(debit.account, amount)
      add(credit.account, -amount)
    }
  }
  const differences: Difference[] = []
  for await (const account of holdfast.ledger.accounts({ limit: 100 })) {
    const replay = onNormalSide(account, debitsLessCredits.get(account.id) ?? 0)
    if (replay !== account.balance) differences.push({ name: account.name, balance: account.balance, replay })
  }
  return { transfers, postings, differences }
}

function onNormalSide({ normalSide }: LedgerAccount, debitsLessCredits: number): number {
  return normalSide === 'credit' ? 0 - debitsLessCredits : debitsLessCredits
}
