import type { PaymentTokenClaims } from '@holdfast/contract/types'
import type { Clock } from '../clock.ts'
import { HoldfastError } from '../error.ts'
import type { KeySet } from '../key-set.ts'
import { describe, type Config } from '../options.ts'
import { checkSignature, parseToken, readClaims, type ExpectedPayment } from '../token.ts'

/** The signed tokens with which the checkout tells the merchant's page that an attempt succeeded. */
export class Tokens {
  readonly #keys: KeySet
  readonly #marketplace: string
  readonly #clock: Clock

  constructor({ keys, marketplace, clock }: { keys: KeySet; clock: Clock } & Pick<Config, 'marketplace'>) {
    this.#keys = keys
    this.#marketplace = marketplace
    this.#clock = clock
  }

  /**
   * Proves, without asking the backend, that a buyer's attempt succeeded for the payment that you expect. It
   * proves the attempt, not today's state: capture or read the payment (`sub`) for that.
   *
   * @param expected - from your own records, never from the page
   * @throws HoldfastError `token_invalid` - `field` names the claim that is wrong
   * @throws HoldfastError `keys_unavailable` - nothing is known of the token; try again
   */
  async verify(token: string, expected: ExpectedPayment): Promise<PaymentTokenClaims> {
    const payment = { ...readExpected(expected), audience: expected.audience ?? this.#marketplace }
    const parsed = parseToken(token)
    const key = await this.#keys.find(parsed.kid)
    if (!key) {
      throw new HoldfastError({ code: 'token_invalid', field: 'kid', message: `payment token refused: the marketplace has no key ${describe(parsed.kid)}` })
    }
    checkSignature(parsed, key)
    return readClaims(parsed.payload, { expected: payment, nowS: Math.floor(this.#clock.now() / 1000) })
  }
}

/** What is not given cannot be compared: leaving an expectation out would accept any token. */
function readExpected(expected: ExpectedPayment): Required<Omit<ExpectedPayment, 'audience'>> {
  const { mode, session, amount, currency } = (expected ?? {}) as Partial<ExpectedPayment>
  const rules = [
    ['mode', mode === 'test' || mode === 'live', mode], ['session', typeof session === 'string' && session !== '', session],
    ['amount', Number.isSafeInteger(amount) && (amount as number) > 0, amount],
    ['currency', typeof currency === 'string' && currency !== '', currency],
  ] as const
  const wrong = rules.find(([, isRight]) => !isRight)
  if (wrong) {
    throw new HoldfastError({
      code: 'params_invalid', field: wrong[0],
      message: `${wrong[0]} is ${describe(wrong[2])}: expected what your own records say of the payment`,
    })
  }
  return { mode, session, amount, currency } as Required<Omit<ExpectedPayment, 'audience'>>
}
