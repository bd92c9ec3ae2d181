/* What every connector has to tell right, whatever its rail: whether a request left, and how a rail's digits are ours. */

/** Handshakes that fail on the certificate: the request is written only after them. */
const refusedCertificates: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * What a failed request by Node's `fetch`, or by undici, proves: `not_sent` where its connection never stood, so that
 * no byte of it left; else `unknown`.
 *
 * @param cause - what the client's error names as its cause
 */
export function connectionFailure(cause: unknown): { readonly kind: 'not_sent' | 'unknown'; readonly reason: string } {
  const reason = textOf(cause, 'code') ?? textOf(cause, 'name') ?? 'the connection failed'
  return { kind: neverOpened(cause) ? 'not_sent' : 'unknown', reason }
}

function neverOpened(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverOpened)
  const syscall = textOf(cause, 'syscall')
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  const code = textOf(cause, 'code') ?? ''
  return code === 'UND_ERR_CONNECT_TIMEOUT' || refusedCertificates.has(code)
}

function textOf(value: unknown, key: string): string | undefined {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** An amount in a unit of so many other digits after the point; undefined where digits would be lost. */
export function rescale(amount: bigint, { from, to }: { readonly from: number; readonly to: number }): bigint | undefined {
  if (to >= from) return amount * 10n ** BigInt(to - from)
  const divisor = 10n ** BigInt(from - to)
  return amount % divisor === 0n ? amount / divisor : undefined
}

/**
 * A decimal with exactly so many digits after the point, read digit by digit: `-3.20` with 2 is −320. No grouping,
 * no exponent.
 *
 * @returns undefined: it is written in any other way
 */
export function readDecimal(text: string, digits: number): bigint | undefined {
  const shape = digits === 0 ? /^(-?)(\d{1,12})()$/ : new RegExp(`^(-?)(\\d{1,12})\\.(\\d{${digits}})$`)
  const [, sign, whole, part] = shape.exec(text) ?? []
  if (whole === undefined) return undefined
  const magnitude = BigInt(`${whole}${part ?? ''}`)
  return sign === '-' ? -magnitude : magnitude
}
