import { expect, test } from 'vitest'
import { formatInstant } from './instant.ts'

test('a deadline is written with its year and its zone', () => {
  expect(formatInstant('2027-01-21T09:30:00.000Z', 'en')).toMatch(/January 2[01], 2027.*\d+:\d\d.*(?:UTC|GMT|[A-Z]{2,4}T)/)
})
