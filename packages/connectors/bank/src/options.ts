import * as z from 'zod'

export interface BankOptions {
  readonly baseUrl: string
  /** The bearer of every call. */
  readonly token: string
  /** The account that sellers are paid from. */
  readonly debtorAccount: string
}

/** The connector's options cannot be used; the message names each field and what was expected, never a value. */
export class BankOptionsError extends Error {
  override readonly name = 'BankOptionsError'
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const schema = z.strictObject({
  baseUrl: z.url('expected a URL').refine((text) => {
    const url = URL.parse(text)
    return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
  }, 'expected https (http only on loopback, for simulators)').transform((text) => text.replace(/\/+$/, '')),
  token: z.string().min(1, 'expected a text that is not empty'),
  debtorAccount: z.string().regex(/^[A-Za-z0-9-]{4,34}$/, 'expected an account number of 4 to 34 letters, digits, hyphens'),
})

/** @throws BankOptionsError */
export function readOptions(options: BankOptions): BankOptions {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
  throw new BankOptionsError(`the bank connector cannot start: ${problems.join('; ')}`)
}
