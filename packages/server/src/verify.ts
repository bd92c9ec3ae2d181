import type { PaymentTokenClaims } from '@holdfast/contract/types'
import type { Clock } from './clock.ts'
import { HoldfastError } from './error.ts'
import type { KeySet } from './key-set.ts'
import { describe, type ExpectedPayment } from './options.ts'
import { checkSignature, parseToken, readClaims, refuse } from './token.ts'

type Verify = (token: string, expected: ExpectedPayment) => Promise<PaymentTokenClaims>

export interface VerifierParts {
  readonly keys: KeySet
  readonly marketplace: string
  readonly clock: Pick<Clock, 'now'>
}

/** Verifies against a set of keys, for one marketplace, at the clock's time. */
export function tokenVerifier({ keys, marketplace, clock }: VerifierParts): Verify {
  return async (token, expected) => {
    const payment = { ...readExpected(expected), audience: expected.audience ?? marketplace }
    const parsed = parseToken(token)
    const key = await keys.find(parsed.kid)
    if (!key) throw refuse('kid', `the marketplace has no key ${describe(parsed.kid)}`)
    checkSignature(parsed, key)
    return readClaims(parsed.payload, { expected: payment, nowS: Math.floor(clock.now() / 1000) })
  }
}

/** What is not given cannot be compared: leaving an expectation out would accept any token. */
function readExpected(expected: ExpectedPayment): Required<Omit<ExpectedPayment, 'audience'>> {
  const { mode, session, amount, currency } = (expected ?? {}) as Partial<ExpectedPayment>
  const rules = [
    ['mode', mode === 'test' || mode === 'live', mode],
    ['session', typeof session === 'string' && session !== '', session],
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
