import { hash, randomBytes } from 'node:crypto'
import { idSuffix } from '@holdfast/contract'

export type KeyKind = 'secret' | 'publishable'
export type Mode = 'test' | 'live'

/** An API key, read by its form alone: whether it is valid, only its hash says. */
export interface ParsedKey {
  readonly kind: KeyKind
  readonly mode: Mode
  readonly marketplace: string
  readonly hash: Buffer
}

const pattern = /^(sk|pk)_(test|live)_([0-7][0-9a-hjkmnp-tv-z]{25})_[A-Za-z0-9_-]{43}$/

/** A new key: kind, mode and marketplace in the open, then 256 random bits. */
export function newKey({ kind, mode, marketplace }: { kind: KeyKind; mode: Mode; marketplace: string }): string {
  return `${kind === 'secret' ? 'sk' : 'pk'}_${mode}_${idSuffix(marketplace)}_${randomBytes(32).toString('base64url')}`
}

/** Reads a key's form; null when no key looks like this. */
export function parseKey(key: string): ParsedKey | null {
  const match = pattern.exec(key)
  if (!match) return null
  const [, prefix, mode, suffix] = match as unknown as [string, string, Mode, string]
  return { kind: prefix === 'sk' ? 'secret' : 'publishable', mode, marketplace: `mkt_${suffix}`, hash: hashKey(key) }
}

/** What is stored of a key. SHA-256 is enough for 256 random bits: there is nothing to guess. */
export function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer')
}

/** What may be shown of a key: its opening and last four characters. */
export function hintOf(key: string): string {
  return `${key.slice(0, 12)}…${key.slice(-4)}`
}
