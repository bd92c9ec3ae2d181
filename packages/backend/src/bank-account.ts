import type { BodyOf } from '@holdfast/contract'
import type { PayoutAccount, Refusal } from '@holdfast/core'
import { refusalOf } from './http/validation.ts'
import type { Sealer } from './seal.ts'

export type BankAccountInput = NonNullable<BodyOf<'sellers.create'>['bankAccount']>

/** A bank account as a seller's row has it: its numbers sealed, the rest in the open. */
export interface BankColumns {
  bank_holder: string | null
  bank_country: string | null
  bank_currency: string | null
  bank_kind: 'iban' | 'us' | null
  bank_last4: string | null
  bank_sealed: Buffer | null
}

const none: BankColumns = {
  bank_holder: null, bank_country: null, bank_currency: null, bank_kind: null, bank_last4: null, bank_sealed: null,
}

/**
 * Checks what a pattern can't: an IBAN's check digits and country (ISO 13616, mod 97), an ABA routing number's
 * checksum. A mistyped account is refused here, not returned by a bank days later.
 *
 * @refuses validation_failed - naming the field under `bankAccount`
 */
export function checkBankAccount(account: BankAccountInput): Refusal | null {
  const problem = 'iban' in account ? ibanProblem(account) : usProblem(account)
  return problem && refusalOf([{ ...problem, field: `bankAccount.${problem.field}` }], 'body')
}

function ibanProblem({ iban, country }: { iban: string; country: string }) {
  if (!iban.startsWith(country)) return { field: 'iban', detail: `expected an IBAN of the account's country, ${country}…; got one that begins otherwise.` }
  if (!ibanIsValid(iban)) return { field: 'iban', detail: 'expected an IBAN whose check digits are right; these are not. Check it for a typing mistake.' }
  return null
}

function usProblem({ routingNumber, country }: { routingNumber: string; country: string }) {
  if (country !== 'US') return { field: 'country', detail: "expected 'US' with a routing number; accounts elsewhere have an iban." }
  if (!routingNumberIsValid(routingNumber)) return { field: 'routingNumber', detail: 'expected an ABA routing number whose checksum is right; this one is not. Check it for a typing mistake.' }
  return null
}

/** ISO 7064 mod 97-10 over the IBAN with its first four characters moved to the end and letters as 10–35. */
export function ibanIsValid(iban: string): boolean {
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((character) => parseInt(character, 36)).join('')
  return BigInt(digits) % 97n === 1n
}

const abaWeights = [3, 7, 1, 3, 7, 1, 3, 7, 1]

/** The weighted sum of the nine digits is a multiple of ten. */
export function routingNumberIsValid(routingNumber: string): boolean {
  const sum = abaWeights.reduce((total, weight, place) => total + weight * Number(routingNumber[place]), 0)
  return sum % 10 === 0 && sum > 0
}

export const placeOfBankAccount = (seller: { marketplace: string; seller: string }): string => `sellers/${seller.marketplace}/${seller.seller}`

/** The columns of a seller's bank account; null clears them. */
export function bankColumns(account: BankAccountInput | null, { sealer, ...seller }: { sealer: Sealer; marketplace: string; seller: string }): BankColumns {
  if (!account) return none
  const { holder: bank_holder, country: bank_country, currency: bank_currency } = account
  const kind = 'iban' in account ? 'iban' : 'us'
  const numbers: Numbers = 'iban' in account
    ? { iban: account.iban }
    : { routingNumber: account.routingNumber, accountNumber: account.accountNumber }
  return {
    bank_holder, bank_country, bank_currency, bank_kind: kind,
    bank_last4: ('iban' in account ? account.iban : account.accountNumber).slice(-4),
    bank_sealed: sealer.seal(Buffer.from(JSON.stringify(numbers)), placeOfBankAccount(seller)),
  }
}

type Numbers = { readonly iban: string } | { readonly routingNumber: string; readonly accountNumber: string }

/** A seller's bank account as a payout connector needs it; null: the seller has none. */
export function openBankAccount(row: BankColumns, { sealer, ...seller }: { sealer: Sealer; marketplace: string; seller: string }): PayoutAccount | null {
  const { bank_holder: holder, bank_country: country, bank_sealed: sealed } = row
  if (holder === null || country === null || sealed === null) return null
  const numbers = JSON.parse(sealer.open(sealed, placeOfBankAccount(seller)).toString()) as Numbers
  return 'iban' in numbers ? { kind: 'iban', holder, country, ...numbers } : { kind: 'us', holder, country, ...numbers }
}

/** A bank account as the API shows it: the last four characters of its number, no more. */
export function renderBankAccount(row: BankColumns): { holder: string; country: string; currency: string; last4: string; kind: 'iban' | 'us' } | null {
  const { bank_holder: holder, bank_country: country, bank_currency: currency, bank_last4: last4, bank_kind: kind } = row
  if (holder === null || country === null || currency === null || last4 === null || kind === null) return null
  return { holder, country, currency, last4, kind }
}
