import { attemptErrorCodes, API_VERSION, CHECKOUT_EVENTS_PATH, RETURN_SESSION_PARAMETER } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { apiVersion, eventsPath } from './api.ts'
import { returnParameter } from './element/outcome.ts'
import { faultOf, inWords } from './errors.ts'
import { languageOf } from './i18n/index.ts'
import { attempt, declined } from './testing/views.ts'

describe('a failed attempt', () => {
  for (const code of attemptErrorCodes) {
    test(`with ${code} is told in our words and never in the server's`, () => {
      const english = inWords(faultOf(declined(code)), languageOf('en'))
      expect(english).toMatchObject({ type: 'card', code, retryable: true })
      expect(english.message).not.toContain('INSUFFICIENT')
    })
  }

  test('with a code that is newer than this component is one that may be tried again later', () => {
    const error = { ...declined().error!, code: 'toString' as 'card_declined' }
    expect(faultOf(attempt({ status: 'failed', error }))).toMatchObject({ code: 'try_again_later' })
  })
})

test('the version that is asked for is the contract’s', () => expect(apiVersion).toBe(API_VERSION))
test('the stream is where the contract has it', () => expect(eventsPath).toBe(CHECKOUT_EVENTS_PATH))

test('the mark of a return is the contract’s', () => expect(returnParameter).toBe(RETURN_SESSION_PARAMETER))
