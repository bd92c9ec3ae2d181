import type { PaymentTokenKeySet } from '@holdfast/contract/types'
import { describe, expect, it } from 'vitest'
import { importKeys, KeySet } from './key-set.ts'
import { Holdfast } from './holdfast.ts'
import { json, problem, startTestBackend, testKey, testMarketplace } from './testing/backend.ts'
import { key, makeKey, otherKey } from './testing/tokens.ts'

const minute = 60_000

function rig(...answers: (PaymentTokenKeySet | Error)[]): { set: KeySet; reads: () => number; pass: (ms: number) => void } {
  let elapsed = 0
  let reads = 0
  const read = async (): Promise<PaymentTokenKeySet> => {
    const answer = answers[Math.min(reads, answers.length - 1)]
    reads += 1
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer')
    return answer
  }
  return {
    set: new KeySet(read, { elapsed: () => elapsed }), reads: () => reads,
    pass: (ms) => {
      elapsed += ms
    },
  }
}

const one: PaymentTokenKeySet = { keys: [key.jwk] }
const both: PaymentTokenKeySet = { keys: [key.jwk, otherKey.jwk] }
const down = new Error('down')

describe('a key set', () => {
  it('is read once for a hundred who ask together, and kept', async () => {
    const { set, reads, pass } = rig(one)
    const found = await Promise.all(Array.from({ length: 100 }, () => set.find(key.kid)))
    pass(9 * minute)
    found.push(await set.find(key.kid))
    expect(found.every((item) => item?.equals(key.publicKey))).toBe(true)
    expect(reads()).toBe(1)
  })

  it('is read again when it is ten minutes old, and forgets what was taken back', async () => {
    const { set, reads, pass } = rig(both, one)
    expect(await set.find(otherKey.kid)).toBeDefined()
    pass(10 * minute)
    expect(await set.find(otherKey.kid)).toBeUndefined()
    expect(reads()).toBe(2)
  })

  it('is read for a key that nobody has at most once a minute', async () => {
    const { set, reads, pass } = rig(one, one, both)
    for (let count = 0; count < 50; count += 1) expect(await set.find(otherKey.kid)).toBeUndefined()
    expect(reads()).toBe(1)
    pass(minute)
    expect(await set.find(otherKey.kid)).toBeUndefined()
    pass(minute)
    expect(await set.find(otherKey.kid)).toBeDefined()
    expect(reads()).toBe(3)
  })

  it('serves while it cannot be read, for a day', async () => {
    const { set, reads, pass } = rig(one, down)
    await set.find(key.kid)
    pass(23 * 60 * minute)
    for (let count = 0; count < 20; count += 1) expect(await set.find(key.kid)).toBeDefined()
    expect(reads()).toBe(2)
    pass(60 * minute)
    await expect(set.find(key.kid)).rejects.toMatchObject({ code: 'keys_unavailable', retryable: true })
  })

  it('is not known while it could never be read', async () => {
    const { set } = rig(down, one)
    await expect(set.find(key.kid)).rejects.toMatchObject({ code: 'keys_unavailable', cause: down })
    expect(await set.find(key.kid)).toBeDefined()
  })

  it.each([
    ['no list', { keys: 'none' }], ['a key id twice', { keys: [key.jwk, { ...otherKey.jwk, kid: key.kid }] }],
    ['more keys than anyone has', { keys: Array.from({ length: 65 }, (_, at) => ({ ...key.jwk, kid: `k${at}` })) }],
  ])('is refused with %s', (_, set) => {
    expect(() => importKeys(set as PaymentTokenKeySet)).toThrow(Error)
  })

  it.each([
    ['for encryption', { use: 'enc' }], ['of another algorithm', { alg: 'ES256' }], ['of another curve', { crv: 'X25519' }],
    ['without an id', { kid: undefined }], ['that is too short', { x: 'AAAA' }], ['that is none', null],
  ])('leaves out a key %s', (_, change) => {
    const odd = change === null ? null : { ...makeKey('odd').jwk, ...change }
    expect([...importKeys({ keys: [odd, key.jwk] as never }).keys()]).toEqual([key.kid])
  })

  it('comes from the marketplace of the API key, without the API key', async () => {
    const backend = await startTestBackend()
    backend.behave(problem(503, 'unavailable'), json(200, one))
    const holdfast = new Holdfast({ apiKey: testKey, baseUrl: backend.url })
    const keys = await holdfast.marketplace.keys()
    expect(keys).toEqual(one)
    expect(backend.received).toHaveLength(2)
    for (const { url, headers } of backend.received) {
      expect([url, headers.authorization]).toEqual([`/v1/marketplaces/${testMarketplace}/jwks.json`, undefined])
    }
    holdfast.close()
    await backend.close()
  })
})
