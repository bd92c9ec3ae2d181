import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { PaymentTokenClaims, PaymentTokenKey } from '@holdfast/contract/types'
import type { ExpectedPayment } from '../options.ts'
import { testMarketplace } from './backend.ts'

export interface TestKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: PaymentTokenKey
}

export function makeKey(kid: string): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  return { kid, privateKey, publicKey, jwk: { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid, x: x ?? '' } }
}

export const key: TestKey = makeKey('key-1')
export const otherKey: TestKey = makeKey('key-2')

export const nowS = 1_795_340_400

export const expected: ExpectedPayment = {
  mode: 'test', session: 'cs_01kan2v9fzez8bhq0g1v6jxkmd', amount: 124_800, currency: 'USD',
}

export const claims: PaymentTokenClaims = {
  iss: 'holdfast', aud: testMarketplace, sub: 'pay_01kan2v9fzez8bhq0g1v6jxkmd', iat: nowS - 10, exp: nowS + 590,
  jti: 'b1946ac92492d234', mode: 'test', session: 'cs_01kan2v9fzez8bhq0g1v6jxkmd', revision: 1,
  order: 'ord_01kan2v9fzez8bhq0g1v6jxkmd', status: 'captured', amount: 124_800, currency: 'USD',
}

export const header: Readonly<Record<'alg' | 'kid' | 'typ', string>> = { alg: 'EdDSA', kid: key.kid, typ: 'holdfast-payment+jwt' }

export const encode = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** A text is taken as it is, so that a test may write JSON that JSON.stringify would not. */
const part = (value: object | string): string => encode(typeof value === 'string' ? value : JSON.stringify(value))

/** A token with a good signature, whatever it says. */
export function token(payload: object | string = claims, head: object | string = header, signer: TestKey = key): string {
  const signed = `${part(head)}.${part(payload)}`
  return `${signed}.${encode(sign(null, Buffer.from(signed), signer.privateKey))}`
}

/** A token that an attacker makes of the public key alone. */
export function hmacToken(secret: string | Uint8Array, algorithm = 'HS256'): string {
  const signed = `${part({ ...header, alg: algorithm })}.${part(claims)}`
  return `${signed}.${encode(createHmac('sha256', secret).update(signed).digest())}`
}
