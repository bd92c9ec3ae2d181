import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSealer } from './seal.ts'

const [key, other] = [randomBytes(32), randomBytes(32)]
const plain = Buffer.from('{"accountNumber":"9988776655"}')

test('what is sealed opens at its place, from any process that has the key', () => {
  const sealed = createSealer(key).seal(plain, 'sellers/sel_1')
  expect(createSealer(key).open(sealed, 'sellers/sel_1')).toEqual(plain)
  expect(sealed.includes(plain.subarray(0, 8))).toBe(false)
})

test('a value is never sealed to the same bytes twice', () => {
  const sealer = createSealer(key)
  expect(new Set(Array.from({ length: 1_000 }, () => sealer.seal(plain, 'here').toString('hex'))).size).toBe(1_000)
})

describe('opens nothing', () => {
  const sealed = createSealer(key).seal(plain, 'here')
  test('at another place', () => expect(() => createSealer(key).open(sealed, 'there')).toThrow())
  test('under another key', () => expect(() => createSealer(other).open(sealed, 'here')).toThrow('sealed under the key'))
  test('of another version', () => expect(() => createSealer(key).open(Buffer.concat([Buffer.of(9), sealed.subarray(1)]), 'here')).toThrow('version 9'))
  test.each(Array.from(sealed.keys()))('with its byte %i changed', (at) => {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    expect(() => createSealer(key).open(changed, 'here')).toThrow()
  })
})

test('what the key before has sealed opens while both are there', () => {
  const sealed = createSealer(key).seal(plain, 'here')
  expect(createSealer(other, key).open(sealed, 'here')).toEqual(plain)
  expect(createSealer(other, key).seal(plain, 'here').subarray(0, 5)).not.toEqual(sealed.subarray(0, 5))
})

test('what was sealed with a key for each place, as until version 3, opens still', () => {
  const { head } = createSealer(key)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', createHmac('sha256', key).update('seal/here').digest(), nonce).setAAD(Buffer.from('here'))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  const sealed = Buffer.concat([Buffer.of(2), head.subarray(1), nonce, cipher.getAuthTag(), body])
  expect(createSealer(key).open(sealed, 'here')).toEqual(plain)
  expect(() => createSealer(key).open(sealed, 'there')).toThrow()
})
