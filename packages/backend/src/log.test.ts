import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog, scrub } from './log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  const destination = new Writable({ write: (line, _encoding, done) => { lines.push(String(line)); done() } })
  write(createLog({ level: 'trace', destination }))
  return lines.join('')
}

test.each([
  ['an authorization header', { headers: { authorization: 'Bearer abc.def' } }],
  ['an API key', { detail: 'used sk_test_01kam3k9r3e8f9w3y0v3v8x4zq_0123456789012345678901234567890123456789012' }],
  ['a client secret', { url: '/x?s=cs_01kam3k9r3e8f9w3y0v3v8x4zq_secret_01kam3k9r3e8f9w3y0v3v8x4zq_abc.def' }],
  ['a card token', { note: 'tok_0123456789abcdefghij' }],
  ['a payment token', { note: 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJob2xkZmFzdCJ9.abc' }],
  ['a card number', { note: 'paid with 4111 1111-1111 1111' }],
  ['a card number in an error', { err: new Error('no such card: 4111111111111111') }],
  ['an IBAN by its field', { account: { iban: 'DE89370400440532013000' } }],
])('takes out %s', (_what, entry) => {
  const line = logged((log) => log.info(entry, 'said'))
  for (const secret of ['abc.def', '0123456789', 'eyJpc3', '4111', 'DE8937', '_secret_0']) expect(line).not.toContain(secret)
  expect(line).toContain('[redacted]')
})

test('leaves numbers alone that can’t be cards, and ids', () => {
  const text = 'order 1234567890123 of mkt_01kam3k9r3e8f9w3y0v3v8x4zq took 12 ms, amount 124800'
  expect(scrub(text)).toBe(text)
})

test('an error is logged by its kind, words, code and cause, without what drivers hang on it', () => {
  const error = Object.assign(new Error('terminated', { cause: new RangeError('below') }), { code: '57P01', client: { password: 'x', queue: [1] } })
  const line = logged((log) => log.warn({ err: error }, 'lost'))
  expect(JSON.parse(line)).toMatchObject({
    err: { type: 'Error', message: 'terminated', code: '57P01', cause: { type: 'RangeError', message: 'below' } },
  })
  expect(line).not.toMatch(/password|queue/)
})

test('one line of JSON an entry, with the level in words', () => {
  const line = logged((log) => log.warn({ a: 1 }, 'said\nso'))
  expect(line.trimEnd().split('\n')).toHaveLength(1)
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', a: 1, msg: 'said\nso', service: 'backend' })
})
