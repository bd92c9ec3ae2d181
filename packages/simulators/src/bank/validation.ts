import { createHash } from 'node:crypto'
import * as z from 'zod'

/** IBAN lengths by country; the others are checked by ISO 13616's bounds alone. */
const ibanLengths: Readonly<Record<string, number>> = {
  AE: 23,
  AT: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  SA: 24,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TR: 26,
}

/** ISO 13616: the first four characters moved to the end, letters as numbers from 10; modulo 97 is 1. */
export function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const length = ibanLengths[iban.slice(0, 2)]
  if (length !== undefined && iban.length !== length) return false
  const digits = `${iban.slice(4)}${iban.slice(0, 4)}`.replace(/[A-Z]/g, letter =>
    String(letter.charCodeAt(0) - 55),
  )
  return BigInt(digits) % 97n === 1n
}

/** ABA routing numbers: weights 3, 7, 1; the sum is a multiple of ten. */
export function isRoutingNumber(number: string): boolean {
  if (!/^\d{9}$/.test(number) || number === '000000000') return false
  const sum = [...number].reduce(
    (total, digit, index) => total + Number(digit) * ([3, 7, 1][index % 3] ?? 0),
    0,
  )
  return sum % 10 === 0
}

const name = z.string().trim().min(1).max(70)
const country = z.string().regex(/^[A-Z]{2}$/, 'is two capital letters, ISO 3166')

const usCreditor = z.strictObject({
  name,
  accountNumber: z.string().regex(/^[A-Za-z0-9-]{4,17}$/, 'is 4 to 17 letters, digits, hyphens'),
  routingNumber: z
    .string()
    .refine(isRoutingNumber, 'is not an ABA routing number: nine digits with a valid check digit'),
  country: z.literal('US', 'a routing number is a bank of the US'),
})

const ibanCreditor = z
  .strictObject({
    name,
    iban: z.string().refine(isIban, 'is not an IBAN: its check digits or length are wrong'),
    country,
  })
  .refine(creditor => creditor.iban.startsWith(creditor.country), {
    message: 'must be the country of the IBAN',
    path: ['country'],
  })

export interface UsCreditor {
  readonly name: string
  readonly accountNumber: string
  readonly routingNumber: string
  readonly country: 'US'
}

export interface IbanCreditor {
  readonly name: string
  readonly iban: string
  readonly country: string
}

export interface TransferRequest {
  readonly transferId: string
  readonly amount: number
  readonly currency: string
  readonly debtorAccount: string
  readonly creditor: UsCreditor | IbanCreditor
  readonly remittanceText?: string | undefined
}

export interface InvalidField {
  readonly field: string
  readonly message: string
}

const transferShape = z.strictObject({
  transferId: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'is 1 to 64 letters, digits, underscores, dots, hyphens'),
  amount: z.int().min(1).max(999_999_999_999),
  currency: z.string().regex(/^[A-Z]{3}$/, 'is three capital letters, ISO 4217'),
  debtorAccount: z.string(),
  remittanceText: z.string().max(140).optional(),
  creditor: z.record(z.string(), z.unknown()),
})

/** Checks a transfer in full, and names the first field that is wrong. */
export function readTransfer(
  body: unknown,
  debtorAccounts: readonly string[],
): TransferRequest | InvalidField {
  const transfer = transferShape.safeParse(body)
  if (!transfer.success) return firstIssue(transfer.error, [])
  if (!debtorAccounts.includes(transfer.data.debtorAccount))
    return { field: 'debtorAccount', message: 'is not an account of yours' }
  const creditor = ('iban' in transfer.data.creditor ? ibanCreditor : usCreditor).safeParse(
    transfer.data.creditor,
  )
  return creditor.success
    ? { ...transfer.data, creditor: creditor.data }
    : firstIssue(creditor.error, ['creditor'])
}

function firstIssue(error: z.ZodError, above: readonly string[]): InvalidField {
  const [issue] = error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = [...above, ...(issue?.path ?? []), ...unknown].join('.')
  return { field: field === '' ? 'body' : field, message: issue?.message ?? 'is wrong' }
}

/** What tells two transfers apart that claim the same id; the account number itself is not kept. */
export function contentDigest({ creditor, ...rest }: TransferRequest): string {
  const account =
    'iban' in creditor ? ['iban', creditor.iban] : ['us', creditor.routingNumber, creditor.accountNumber]
  const content = [
    rest.amount,
    rest.currency,
    rest.debtorAccount,
    rest.remittanceText ?? null,
    creditor.name,
    creditor.country,
    account,
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}
