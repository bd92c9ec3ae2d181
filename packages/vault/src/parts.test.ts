import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { openRecord, rewrap, seal, sealRecord, unseal } from './crypto.ts'
import type { Binding, KeySet } from './crypto.ts'
import { addKey, createKeyFile, loadKeyring, newRootKey, refuseDevelopmentKeys } from './keyring.ts'
import { createLog, scrub } from './log.ts'
import { addressKey, createLimiter } from './rate-limits.ts'
import { filterResponse } from './response-filter.ts'
import { createSecurityCodes } from './security-codes.ts'
import { parseStrictJson } from './strict-json.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-vault-parts-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (seconds: number): Date => new Date(1_800_000_000_000 + seconds * 1000)

describe('records', () => {
  const keys: KeySet = {
    current: 'k2',
    keys: new Map([
      ['k1', Buffer.alloc(32, 1)],
      ['k2', Buffer.alloc(32, 2)],
    ]),
  }
  const binding: Binding = { marketplace: 'mkt_a', tokenHash: Buffer.alloc(32, 7), recordVersion: 1 }
  const plaintext = Buffer.from('{"number":"4112344112344113"}')
  const record = sealRecord(keys, { plaintext, binding })

  test('open with their key, for their row', () => {
    expect(openRecord(keys, { record, binding })).toEqual(plaintext)
  })

  test.each([
    ['another tenant', { marketplace: 'mkt_b' }],
    ['another token', { tokenHash: Buffer.alloc(32, 8) }],
    ['another version', { recordVersion: 2 }],
  ])("don't open for %s", (_case, change) => {
    expect(() => openRecord(keys, { record, binding: { ...binding, ...change } })).toThrow('does not open')
  })

  test("don't open when any one byte of them is changed", () => {
    for (const part of ['sealed', 'wrappedKey'] as const) {
      for (let place = 0; place < record[part].length; place += 1) {
        const changed = Buffer.from(record[part])
        changed[place] = (changed[place] ?? 0) ^ 1
        expect(() => openRecord(keys, { record: { ...record, [part]: changed }, binding })).toThrow(
          'does not open',
        )
      }
    }
  })

  test("don't open cut short, nor with a key that isn't held", () => {
    for (const length of [0, 5, 12, 27]) {
      expect(() =>
        openRecord(keys, { record: { ...record, sealed: record.sealed.subarray(0, length) }, binding }),
      ).toThrow('does not open')
    }
    expect(() => openRecord(keys, { record: { ...record, keyId: 'k9' }, binding })).toThrow('no key')
  })

  test('are wrapped under another key without being touched, and open', () => {
    const old = sealRecord({ ...keys, current: 'k1' }, { plaintext, binding })
    const again = { ...old, ...rewrap(keys, { record: old, binding }) }
    expect([old.keyId, again.keyId]).toEqual(['k1', 'k2'])
    expect(
      openRecord({ current: 'k2', keys: new Map([['k2', Buffer.alloc(32, 2)]]) }, { record: again, binding }),
    ).toEqual(plaintext)
  })

  test('are never the same twice', () => {
    expect(sealRecord(keys, { plaintext, binding }).sealed).not.toEqual(record.sealed)
    const key = Buffer.alloc(32, 3)
    expect(unseal(key, { sealed: seal(key, { plaintext, context: plaintext }), context: plaintext })).toEqual(
      plaintext,
    )
  })
})

describe('the key file', () => {
  const rootKey = newRootKey()

  test('sealed, holds no key in the clear, and opens with its root key alone', () => {
    const file = join(folder, 'sealed.json')
    createKeyFile({ file, rootKey })
    const { keys, fingerprintKey } = loadKeyring({ file, rootKey })
    const text = readFileSync(file, 'utf8')
    for (const key of [...keys.values(), fingerprintKey]) expect(text).not.toContain(key.toString('base64'))
    expect(() => loadKeyring({ file, rootKey: newRootKey() })).toThrow('does not open')
    expect(() => loadKeyring({ file })).toThrow('HOLDFAST_VAULT_ROOT_KEY')
    expect(() => refuseDevelopmentKeys(file)).not.toThrow()
  })

  test('keeps its older keys when one is added', () => {
    const file = join(folder, 'added.json')
    createKeyFile({ file, rootKey })
    const before = loadKeyring({ file, rootKey })
    expect(addKey({ file, rootKey })).toBe('k2')
    const after = loadKeyring({ file, rootKey })
    expect([before.current, after.current]).toEqual(['k1', 'k2'])
    expect(after.keys.get('k1')).toEqual(before.keys.get('k1'))
    expect(after.fingerprintKey).toEqual(before.fingerprintKey)
  })

  test("of development is its owner's alone, is never overwritten, and is refused in live mode", () => {
    const file = join(folder, 'development.json')
    createKeyFile({ file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(() => createKeyFile({ file })).toThrow('exists')
    expect(() => refuseDevelopmentKeys(file)).toThrow('live mode refuses')
    chmodSync(file, 0o644)
    expect(() => loadKeyring({ file })).toThrow('chmod 600')
  })

  test.each([
    ['no JSON', 'keys'],
    ['another file', '{"a":1}'],
    [
      'a key of zeros',
      JSON.stringify({
        holdfastVaultKeys: 1,
        protection: 'development',
        current: 'k1',
        fingerprintKey: Buffer.alloc(32, 1).toString('base64'),
        keys: [{ id: 'k1', key: Buffer.alloc(32).toString('base64') }],
      }),
    ],
    [
      'a short key',
      JSON.stringify({
        holdfastVaultKeys: 1,
        protection: 'development',
        current: 'k1',
        fingerprintKey: 'AAAA',
        keys: [{ id: 'k1', key: 'AAAA' }],
      }),
    ],
  ])('is refused with %s', (_case, content) => {
    const file = join(folder, 'wrong.json')
    writeFileSync(file, content, { mode: 0o600 })
    expect(() => loadKeyring({ file })).toThrow()
  })
})

describe('strict JSON', () => {
  test.each([
    ['{"a":[1,-2.5,"x\\u0041",true,null,{}]}', { a: [1, -2.5, 'xA', true, null, {}] }],
    ['  "text"  ', 'text'],
    ['{"constructor":1}', { constructor: 1 }],
  ])('reads %s', (text, value) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual(value)
  })

  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1}',
    '{"\\u005f_proto__":1}',
    '1e400',
    '9007199254740993',
    '{"a":1,}',
    '{a:1}',
    '// x\n1',
    '01',
    'NaN',
    '',
    '{"a"',
    `${'['.repeat(33)}${']'.repeat(33)}`,
    '\ufeff1',
  ])('refuses %s, without quoting it', text => {
    expect(() => parseStrictJson(Buffer.from(text))).toThrow(/^The body (?:is|has)/)
  })

  test("refuses bytes that aren't UTF-8", () => {
    expect(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('UTF-8')
  })
})

describe('limits', () => {
  test('let a burst through, then one at a time as time passes', () => {
    const limiter = createLimiter({ count: 3, windowMs: 30_000 }, { keys: 10 })
    expect([0, 0, 0, 0].map(seconds => limiter.hit('a', at(seconds)) > 0)).toEqual([
      false,
      false,
      false,
      true,
    ])
    expect(limiter.hit('b', at(0))).toBe(0)
    expect(limiter.hit('a', at(5))).toBe(5_000)
    expect(limiter.hit('a', at(10))).toBe(0)
    expect(limiter.hit('a', at(10))).toBe(10_000)
  })

  test('are not lifted by a clock that is set back', () => {
    const limiter = createLimiter({ count: 1, windowMs: 10_000 }, { keys: 10 })
    limiter.hit('a', at(100))
    expect(limiter.hit('a', at(0))).toBeGreaterThan(0)
  })

  test('remember no more keys than they may, and the busy ones longest', () => {
    const limiter = createLimiter({ count: 1, windowMs: 60_000 }, { keys: 3 })
    for (const key of ['busy', 'a', 'b', 'busy', 'c', 'busy']) limiter.hit(key, at(0))
    expect(limiter.hit('busy', at(0))).toBeGreaterThan(0)
    expect(limiter.hit('a', at(0))).toBe(0)
  })

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('count %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})

describe('security codes', () => {
  const token = Buffer.alloc(32, 1)

  test('are given out once, until they run out, and never beyond the room there is', () => {
    const codes = createSecurityCodes({ limit: 1 })
    expect(codes.keep(token, { code: '739', until: at(10) })).toBe(true)
    expect(codes.keep(Buffer.alloc(32, 2), { code: '111', until: at(10) })).toBe(false)
    expect(codes.take(token, at(9))?.toString()).toBe('739')
    expect(codes.take(token, at(9))).toBeUndefined()
    codes.keep(token, { code: '739', until: at(10) })
    expect(codes.has(token, at(10))).toBe(false)
    expect(codes.take(token, at(9))).toBeUndefined()
  })

  test('make room when they have run out', () => {
    const codes = createSecurityCodes({ limit: 1 })
    codes.keep(token, { code: '739', until: at(10) })
    codes.sweep(at(11))
    expect(codes.keep(Buffer.alloc(32, 2), { code: '111', until: at(20) })).toBe(true)
  })
})

describe('what a rail answers', () => {
  const number = '4112344112344113'
  const shape = {
    id: 'text',
    amount: 'integer',
    ok: 'boolean',
    masked: 'maskedNumber',
    parts: [{ id: 'text' }],
  } as const
  test.each([
    [
      { id: 'a', amount: 5, ok: true, other: number },
      { id: 'a', amount: 5, ok: true },
    ],
    [{ id: 7, amount: '5', ok: 'yes', parts: {} }, {}],
    [{ id: number }, { id: '[removed]' }],
    [{ id: `x 4112 3441-1234.4113 y` }, { id: '[removed]' }],
    [{ id: '４１１２３４４１１２３４４１１３' }, { id: '[removed]' }],
    [{ amount: Number(number) }, { amount: '[removed]' }],
    [
      { parts: [{ id: `id-${number}` }, { id: 'fine' }, 4] },
      { parts: [{ id: '[removed]' }, { id: 'fine' }] },
    ],
    [{ masked: '411234XXXXXX4113' }, { masked: '411234XXXXXX4113' }],
    [{ masked: '41123441XXXX4113' }, {}],
    [{ masked: number }, {}],
    [{ id: 'x'.repeat(501) }, {}],
    ['text', undefined],
    [null, undefined],
    [[], undefined],
  ])('%j leaves the vault as %j', (value, expected) => {
    expect(filterResponse(shape, { value, number })).toEqual(expected)
  })
})

describe('the log', () => {
  test("writes no number, no field of a secret's name, and no error's message", () => {
    const lines: string[] = []
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    })
    const log = createLog({ level: 'info', destination })
    log.info(
      {
        number: '1',
        card: { securityCode: '739' },
        deep: { card: { cvv: '739' } },
        authorization: 'Bearer x',
      },
      'paid with 4112 3441 1234 4113',
    )
    log.error({ err: new Error('bad value 4112344112344113 and 739') }, 'failed')
    const text = lines.join('')
    expect(text).not.toMatch(/739|4112|Bearer/)
    expect(text).toContain('[number removed]')
    expect(text).toContain('parts.test.ts')
    expect(lines.map(line => (JSON.parse(line) as { level: unknown }).level)).toEqual(['info', 'error'])
    for (const line of lines)
      expect(() => {
        JSON.parse(line)
      }).not.toThrow()
  })

  test.each([
    ['4112344112344113', '[number removed]'],
    ['4112-3441-1234-4113.', '[number removed].'],
    ['4112344112344114', '4112344112344114'],
    ['1234567', '1234567'],
  ])('scrubs %s to %s', (text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed)
  })
})
