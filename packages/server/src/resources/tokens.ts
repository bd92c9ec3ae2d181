import type { PaymentTokenClaims } from '@holdfast/contract/types'
import type { ExpectedPayment } from '../options.ts'

type Verify = (token: string, expected: ExpectedPayment) => Promise<PaymentTokenClaims>

/** The signed tokens with which the checkout tells the merchant's page that an attempt succeeded. */
export class Tokens {
  readonly #verify: Verify

  constructor(verify: Verify) {
    this.#verify = verify
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
    return this.#verify(token, expected)
  }
}
