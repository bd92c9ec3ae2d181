import { createECDH, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { HoldfastError } from './error.ts'
import { KeySet } from './key-set.ts'
import type { ExpectedPayment } from './options.ts'
import { testMarketplace } from './testing/backend.ts'
import { claims, encode, expected, header, hmacToken, key, makeKey, nowS, otherKey, token } from './testing/tokens.ts'
import { tokenVerifier } from './verify.ts'

const clock = { now: () => nowS * 1000 + 400, elapsed: () => 0, sleep: async () => {} }
const keys = new KeySet(async () => ({ keys: [key.jwk, otherKey.jwk] }), clock)
const verify = tokenVerifier({ keys, clock, marketplace: testMarketplace })

const good = token()
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.')
const withHeader = (more: object): string => token(claims, { ...header, ...more })
const withClaims = (more: object): string => token({ ...claims, ...more })
const without = (name: string): string => token(Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name)))
/** JSON text with more text before its closing brace. */
const textWith = (value: object, more: string): string => JSON.stringify(value).replace(/\}$/, `${more}}`)
const otherId = (prefix: string): string => `${prefix}_01kan2v9fzez8bhq0g1v6jxkme`

/** The last character of a 64-byte signature has four bits that say nothing: any of them set is another text. */
function trailingBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1]
}

/** Adds the group's order to S: the same equation holds, so that a lax verifier takes a second signature. */
function malleate(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url')
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order
  for (let at = 32; at < 64; at += 1, s >>= 8n) bytes[at] = Number(s & 0xffn)
  return encode(bytes)
}

function ecdsaToken(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = `${encode(JSON.stringify({ ...header, alg: 'ES256' }))}.${goodPayload}`
  return `${signed}.${encode(sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`
}

const hostile: readonly (readonly [string, unknown, string])[] = [
  // The form
  ['no text', undefined, 'token'],
  ['a number', 5, 'token'],
  ['a list', [good], 'token'],
  ['an object that reads as a token', { toString: () => good }, 'token'],
  ['an empty text', '', 'token'],
  ['one part', goodHeader, 'token'],
  ['two parts', `${goodHeader}.${goodPayload}`, 'token'],
  ['four parts', `${good}.${goodSignature}`, 'token'],
  ['the five parts of an encrypted token', `${good}.a.b`, 'token'],
  ['a part too many, empty', `${good}.`, 'token'],
  ['more than 4096 characters', withClaims({ note: 'x'.repeat(4096) }), 'token'],
  ['an empty header', `.${goodPayload}.${goodSignature}`, 'header'],
  ['an empty payload', `${goodHeader}..${goodSignature}`, 'payload'],
  ['a space before it', ` ${good}`, 'header'],
  ['a line break after it', `${good}\n`, 'signature'],
  ['a NUL behind it', `${good}\0`, 'signature'],
  ['padding', `${goodHeader}==.${goodPayload}.${goodSignature}`, 'header'],
  ['the alphabet of plain base64', `${goodHeader}.${goodPayload}.${'+/'.repeat(43)}`, 'signature'],
  ['set bits behind the signature\'s last byte', `${goodHeader}.${goodPayload}.${trailingBits(goodSignature)}`, 'signature'],
  ['a header that is not UTF-8', `${encode(Uint8Array.of(0x7b, 0xff, 0x7d))}.${goodPayload}.${goodSignature}`, 'header'],

  // The header
  ['a header that is a list', token(claims, '["EdDSA"]'), 'header'],
  ['a header that is no JSON', token(claims, '{alg:EdDSA}'), 'header'],
  ['a byte order mark', token(claims, `\uFEFF${JSON.stringify(header)}`), 'header'],
  ['a comma too many', token(claims, textWith(header, ',')), 'header'],
  ['text behind the header\'s object', token(claims, `${JSON.stringify(header)}{}`), 'typ'],
  ['alg none, unsigned', `${encode(JSON.stringify({ ...header, alg: 'none' }))}.${goodPayload}.`, 'alg'],
  ['alg none, signed', withHeader({ alg: 'none' }), 'alg'],
  ['alg nOnE', withHeader({ alg: 'nOnE' }), 'alg'],
  ['alg empty', withHeader({ alg: '' }), 'alg'],
  ['alg eddsa in small letters', withHeader({ alg: 'eddsa' }), 'alg'],
  ['no alg', token(claims, { kid: header.kid, typ: header.typ }), 'alg'],
  ['a list of algs', withHeader({ alg: ['EdDSA'] }), 'alg'],
  ['HS256 with the public key as its secret', hmacToken(key.publicKey.export({ format: 'pem', type: 'spki' })), 'alg'],
  ['HS256 with the public key\'s bytes as its secret', hmacToken(Buffer.from(key.jwk.x, 'base64url')), 'alg'],
  ['an HMAC that says EdDSA', hmacToken(key.jwk.x, 'EdDSA'), 'signature'],
  ['ES256 by a key of its own', ecdsaToken(), 'alg'],
  ['RS256', withHeader({ alg: 'RS256' }), 'alg'],
  ['alg twice', token(claims, textWith(header, ',"alg":"EdDSA"')), 'alg'],
  ['alg twice, none first', token(claims, `{"alg":"none",${JSON.stringify(header).slice(1)}`), 'alg'],
  ['alg twice, once by escapes', token(claims, textWith(header, String.raw`,"\u0061lg":"none"`)), 'alg'],
  ['kid twice', token(claims, textWith(header, ',"kid":"key-2"')), 'kid'],
  ['no typ', token(claims, { alg: header.alg, kid: header.kid }), 'typ'],
  ['typ JWT', withHeader({ typ: 'JWT' }), 'typ'],
  ['the typ of an access token', withHeader({ typ: 'at+jwt' }), 'typ'],
  ['typ in capitals', withHeader({ typ: 'HOLDFAST-PAYMENT+JWT' }), 'typ'],
  ['a jku', withHeader({ jku: 'https://evil.example/jwks.json' }), 'jku'],
  ['an x5u', withHeader({ x5u: 'https://evil.example/cert' }), 'x5u'],
  ['an x5c', token(claims, textWith(header, ',"x5c":["MIIB"]')), 'x5c'],
  ['a key of its own', withHeader({ jwk: otherKey.jwk }), 'jwk'],
  ['crit', withHeader({ crit: ['exp'] }), 'crit'],
  ['b64 false', withHeader({ b64: false }), 'b64'],
  ['zip', withHeader({ zip: 'DEF' }), 'zip'],
  ['cty', withHeader({ cty: 'JWT' }), 'cty'],
  ['__proto__ in the header', token(claims, textWith(header, ',"__proto__":"x"')), '__proto__'],
  ['no kid', token(claims, { alg: header.alg, typ: header.typ }), 'kid'],
  ['an empty kid', withHeader({ kid: '' }), 'kid'],
  ['a kid that is a path', withHeader({ kid: '../../dev/null' }), 'kid'],
  ['a kid that is a query', withHeader({ kid: 'key-1\' OR 1=1 --' }), 'kid'],
  ['a kid with a NUL', withHeader({ kid: 'key-1\0' }), 'kid'],
  ['a kid that nobody has', withHeader({ kid: 'key-9' }), 'kid'],
  ['a kid that every object has', withHeader({ kid: 'constructor' }), 'kid'],

  // The signature
  ['an empty signature', `${goodHeader}.${goodPayload}.`, 'signature'],
  ['a signature of zeros', `${goodHeader}.${goodPayload}.${encode(new Uint8Array(64))}`, 'signature'],
  ['half a signature', `${goodHeader}.${goodPayload}.${encode(Buffer.from(goodSignature, 'base64url').subarray(0, 32))}`, 'signature'],
  ['a signature with a byte more', `${goodHeader}.${goodPayload}.${encode(Buffer.concat([Buffer.from(goodSignature, 'base64url'), Buffer.of(0)]))}`, 'signature'],
  ['a signature by another of the marketplace\'s keys', token(claims, header, otherKey), 'signature'],
  ['a signature by a stranger\'s key', token(claims, header, makeKey(key.kid)), 'signature'],
  ['a second signature made from the first', `${goodHeader}.${goodPayload}.${malleate(goodSignature)}`, 'signature'],
  ['the signature of another token', `${goodHeader}.${goodPayload}.${withClaims({ revision: 2 }).split('.')[2]}`, 'signature'],
  ['another amount under the same signature', `${goodHeader}.${encode(JSON.stringify({ ...claims, amount: 1 }))}.${goodSignature}`, 'signature'],

  // The payload
  ['a payload that is a list', token('[]'), 'payload'],
  ['a payload that is a text', token('"captured"'), 'payload'],
  ['exp twice', token(textWith(claims, `,"exp":${nowS + 60}`)), 'exp'],
  ['amount twice, once by escapes', token(textWith(claims, String.raw`,"\u0061mount":1`)), 'amount'],
  ['an object in the payload', withClaims({ cnf: { jkt: 'x' } }), 'cnf'],
  ['a NUL in a claim', withClaims({ currency: 'USD\0' }), 'currency'],
  ['half a surrogate pair in a claim', token(textWith(claims, String.raw`,"note":"\ud800"`)), 'note'],
  ['another issuer', withClaims({ iss: 'https://evil.example' }), 'iss'],
  ['another marketplace', withClaims({ aud: otherId('mkt') }), 'aud'],
  ['two audiences, ours among them', withClaims({ aud: [testMarketplace, otherId('mkt')] }), 'aud'],
  ['our audience in a list', withClaims({ aud: [testMarketplace] }), 'aud'],
  ['an audience that only begins like ours', withClaims({ aud: `${testMarketplace} ${otherId('mkt')}` }), 'aud'],
  ['an audience in capitals', withClaims({ aud: testMarketplace.toUpperCase() }), 'aud'],
  ['the order as its subject', withClaims({ sub: claims.order }), 'sub'],
  ['exp in milliseconds', withClaims({ exp: (nowS + 60) * 1000 }), 'exp'],
  ['iat and exp in milliseconds', withClaims({ iat: nowS * 1000, exp: (nowS + 60) * 1000 }), 'iat'],
  ['exp as a text', withClaims({ exp: String(nowS + 60) }), 'exp'],
  ['exp as a date', withClaims({ exp: '2026-11-22T09:40:00Z' }), 'exp'],
  ['exp with a fraction', withClaims({ exp: nowS + 60.5 }), 'exp'],
  ['exp with an exponent', token(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1.7953e9')), 'exp'],
  ['exp beyond all numbers', token(JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400')), 'exp'],
  ['exp null', withClaims({ exp: null }), 'exp'],
  ['exp negative', withClaims({ exp: -1 }), 'exp'],
  ['exp long gone', withClaims({ iat: nowS - 700, exp: nowS - 100 }), 'exp'],
  ['exp just past the skew', withClaims({ iat: nowS - 700, exp: nowS - 30 }), 'exp'],
  ['a life of an hour', withClaims({ exp: nowS + 3590 }), 'exp'],
  ['a life of a second too many', withClaims({ exp: claims.iat + 901 }), 'exp'],
  ['exp before iat', withClaims({ iat: nowS + 20, exp: nowS + 10 }), 'exp'],
  ['iat in the future', withClaims({ iat: nowS + 60, exp: nowS + 120 }), 'iat'],
  ['iat as a text', withClaims({ iat: String(nowS) }), 'iat'],
  ['not valid before tomorrow', withClaims({ nbf: nowS + 86_400 }), 'nbf'],
  ['nbf as a text', withClaims({ nbf: 'now' }), 'nbf'],
  ['live mode', withClaims({ mode: 'live' }), 'mode'],
  ['a mode of its own', withClaims({ mode: 'TEST' }), 'mode'],
  ['another session', withClaims({ session: otherId('cs') }), 'session'],
  ['a smaller amount', withClaims({ amount: 124_799 }), 'amount'],
  ['a larger amount', withClaims({ amount: 124_801 }), 'amount'],
  ['an amount of nothing', withClaims({ amount: 0 }), 'amount'],
  ['a negative amount', withClaims({ amount: -124_800 }), 'amount'],
  ['an amount as a text', withClaims({ amount: '124800' }), 'amount'],
  ['an amount in dollars', withClaims({ amount: 1248.5 }), 'amount'],
  ['another currency', withClaims({ currency: 'JPY' }), 'currency'],
  ['a currency in small letters', withClaims({ currency: 'usd' }), 'currency'],
  ['a declined attempt', withClaims({ status: 'declined' }), 'status'],
  ['a revision of nothing', withClaims({ revision: 0 }), 'revision'],
  ...Object.keys(claims).map((name) => [`no ${name}`, without(name), name] as const),
]

async function refusal(bad: unknown, wanted: ExpectedPayment = expected): Promise<HoldfastError> {
  const error: unknown = await verify(bad as string, wanted).then(() => undefined, (thrown: unknown) => thrown)
  expect(error, 'it was accepted').toBeInstanceOf(HoldfastError)
  return error as HoldfastError
}

describe('a payment token', () => {
  const accepted: readonly (readonly [string, string])[] = [
    ['as the backend makes it', good],
    ['by another of the marketplace\'s keys', token(claims, { ...header, kid: otherKey.kid }, otherKey)],
    ['with its members in another order and blanks between', token(JSON.stringify(claims, undefined, 2), JSON.stringify({ typ: header.typ, kid: header.kid, alg: header.alg }, undefined, 1))],
    ['with a claim that this release does not know', withClaims({ channel: 'web', presented: true })],
    ['that lives for the longest time allowed', withClaims({ exp: claims.iat + 900 })],
    ['that expired within the skew', withClaims({ iat: nowS - 600, exp: nowS - 29 })],
    ['from a server whose clock is a little ahead', withClaims({ iat: nowS + 30, exp: nowS + 600 })],
    ['of an authorization', withClaims({ status: 'authorized' })],
    ['whose nbf has come', withClaims({ nbf: nowS })],
  ]
  it.each(accepted)('is accepted %s', async (_, text) => {
    expect(await verify(text, expected)).toMatchObject({ sub: claims.sub, amount: 124_800, session: claims.session })
  })

  it('gives its claims and no others', async () => {
    expect(await verify(withClaims({ channel: 'web' }), { ...expected, audience: testMarketplace })).toEqual(claims)
  })

  it.each(hostile)('is refused with %s', async (_, bad, field) => {
    const error = await refusal(bad)
    expect(error).toMatchObject({ code: 'token_invalid', field, retryable: false })
    expect(error.message).toMatch(/^payment token refused: .{8,}/)
  })

  it('is tried by more than sixty hostile ones, each once', () => {
    expect(hostile.length).toBeGreaterThan(60)
    const texts = hostile.map(([, bad]) => bad).filter((bad) => typeof bad === 'string')
    expect(new Set(texts).size).toBe(texts.length)
  })

  it.each([
    ['session', { ...expected, session: otherId('cs') }], ['amount', { ...expected, amount: 1 }],
    ['currency', { ...expected, currency: 'EUR' }], ['mode', { ...expected, mode: 'live' }],
    ['aud', { ...expected, audience: otherId('mkt') }],
  ] as const)('is refused where the caller expects another %s', async (field, wanted) => {
    expect(await refusal(good, wanted)).toMatchObject({ code: 'token_invalid', field })
  })

  it.each(['mode', 'session', 'amount', 'currency'] as const)('is not looked at where the caller does not say which %s', async (field) => {
    expect(await refusal(good, { ...expected, [field]: undefined })).toMatchObject({ code: 'params_invalid', field })
  })

  it('never ends up in a message with more than forty characters of what it says', async () => {
    const error = await refusal(withClaims({ session: 'x'.repeat(2000) }))
    expect(error.message.length).toBeLessThan(200)
  })
})

describe('keys of other kinds', () => {
  it('verify nothing, whatever id they have', async () => {
    const curve = createECDH('prime256v1')
    curve.generateKeys()
    const foreign = { ...key.jwk, kty: 'EC', crv: 'P-256' }
    const only = new KeySet(async () => ({ keys: [foreign, { kty: 'oct', kid: key.kid, k: key.jwk.x }] as never }), clock)
    const verifyByOthers = tokenVerifier({ keys: only, clock, marketplace: testMarketplace })
    await expect(verifyByOthers(good, expected)).rejects.toMatchObject({ code: 'token_invalid', field: 'kid' })
  })
})
