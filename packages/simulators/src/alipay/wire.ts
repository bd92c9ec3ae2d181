import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto'

/* Signatures, times and amounts as Alipay's gateway writes them. */

export type Params = Readonly<Record<string, string>>

/** All parameters but `sign`, by name, with their plain values: what is signed. */
export function signedText(params: Params, without: readonly string[] = ['sign']): string {
  return Object.keys(params)
    .filter(key => !without.includes(key))
    .toSorted()
    .map(key => `${key}=${params[key]}`)
    .join('&')
}

export function sign(text: string, key: KeyObject): string {
  return createSign('RSA-SHA256').update(text, 'utf8').sign(key, 'base64')
}

export function verifies(text: string, signature: string, key: KeyObject): boolean {
  return createVerify('RSA-SHA256').update(text, 'utf8').verify(key, signature, 'base64')
}

/** A key as Alipay's tools hand it out: base64 of DER, with or without the lines of PEM around it. */
export function privateKeyOf(text: string): KeyObject {
  return createPrivateKey({ key: derOf(text), format: 'der', type: 'pkcs8' })
}

export function publicKeyOf(text: string): KeyObject {
  return createPublicKey({ key: derOf(text), format: 'der', type: 'spki' })
}

function derOf(text: string): Buffer {
  return Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64')
}

/** The gateway's JSON escapes slashes; what is signed is exactly these characters. */
export function gatewayJson(body: object): string {
  return JSON.stringify(body).replaceAll('/', '\\/')
}

/** `{"alipay_trade_query_response":{…},"sign":"…"}`: the signature is over the inner object as it is written. */
export function signedAnswer(name: string, body: object, key: KeyObject): string {
  const text = gatewayJson(body)
  return `{"${name}":${text},"sign":"${sign(text, key)}"}`
}

const beijingMs = 8 * 3_600_000

/** Beijing's wall clock: `2026-01-05 17:00:00`. */
export function beijing(ms: number): string {
  return new Date(ms + beijingMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** Beijing's day, `2026-01-05`. */
export function beijingDay(ms: number): string {
  return beijing(ms).slice(0, 10)
}

/** Undefined for what is no time of Beijing. Seconds may be left out. */
export function fromBeijing(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?$/.test(text)) return undefined
  const ms = Date.parse(`${text.replace(' ', 'T')}${text.length === 16 ? ':00' : ''}Z`)
  return Number.isNaN(ms) ? undefined : ms - beijingMs
}

/** `1250` → `12.50` */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** In fen; undefined for what is no amount from 0.01 to 100,000,000.00 yuan. */
export function fenOf(value: unknown): number | undefined {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(String(value)) ?? []
  if (whole === undefined) return undefined
  const fen = Number(whole) * 100 + Number(part.padEnd(2, '0'))
  return fen >= 1 && fen <= 10_000_000_000 ? fen : undefined
}
