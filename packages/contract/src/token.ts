/** `typ` of a payment token's header. */
export const PAYMENT_TOKEN_TYPE = 'holdfast-payment+jwt'

/** The one signature algorithm of payment tokens (Ed25519). */
export const PAYMENT_TOKEN_ALGORITHM = 'EdDSA'

/** How long a payment token may live at most, in seconds: a verifier refuses a longer span. */
export const PAYMENT_TOKEN_MAX_AGE_S = 900

/** The `iss` of payment tokens. */
export const PAYMENT_TOKEN_ISSUER = 'holdfast'

/** The claims of a payment token: what the attempt proved, not today's state of the payment. */
export interface PaymentTokenClaims {
  iss: typeof PAYMENT_TOKEN_ISSUER
  /** The marketplace. */
  aud: string
  /** The payment. */
  sub: string
  /** Seconds since 1970. */
  iat: number
  exp: number
  jti: string
  mode: 'test' | 'live'
  session: string
  revision: number
  order: string
  status: 'authorized' | 'captured'
  /** Minor units. */
  amount: number
  currency: string
}

/** A public Ed25519 key in a marketplace's JWK set. */
export interface PaymentTokenKey {
  kty: 'OKP'
  crv: 'Ed25519'
  use: 'sig'
  alg: typeof PAYMENT_TOKEN_ALGORITHM
  kid: string
  /** base64url of the 32-byte public key. */
  x: string
}

export interface PaymentTokenKeySet {
  keys: PaymentTokenKey[]
}
