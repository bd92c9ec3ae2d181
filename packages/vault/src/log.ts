import type { Writable } from 'node:stream'
import { passesLuhn } from '@holdfast/card-frame/cards'
import { pino } from 'pino'
import type { Logger } from 'pino'

const secretFields = [
  'number',
  'accountNumber',
  'securityCode',
  'cvv',
  'cvc',
  'pan',
  'applicationPrimaryAccountNumber',
  'cryptogram',
  'onlinePaymentCryptogram',
  'tokenAuthenticationValue',
  'expMonth',
  'expYear',
  'token',
  'ticket',
  'frameSession',
  'authorization',
  'internalKey',
  'body',
  'rawBody',
]

/**
 * The vault's log. Nothing that it writes should hold a secret; if something does, it is taken out by its
 * field's name, and anything that could be a card number by its check digit.
 */
export function createLog({
  level,
  destination,
}: {
  readonly level: string
  readonly destination: Writable
}): Logger {
  const redact = {
    paths: secretFields.flatMap(field => [field, `*.${field}`, `*.*.${field}`]),
    censor: '[redacted]',
  }
  // times in words: thirteen digits of milliseconds can pass for a number
  const timestamp = pino.stdTimeFunctions.isoTime
  // and levels, as the backend's: one search finds the errors of both
  const formatters = { level: (label: string) => ({ level: label }) }
  return pino(
    { level, redact, timestamp, formatters, serializers: { err: safeError }, base: { service: 'vault' } },
    { write: line => void destination.write(scrub(line)) },
  )
}

/** What went wrong and where, without the message: messages quote what they choke on. */
export function safeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code } = error as Error & { code?: unknown }
  const frames = error.stack
    ?.split('\n')
    .filter(line => /^\s+at /.test(line))
    .slice(0, 12)
    .map(line => line.trim())
  return { type: error.name, ...(typeof code === 'string' ? { code } : {}), frames }
}

/** Replaces runs of 12 to 19 digits that pass the check digit, with or without spaces and dashes between. */
export function scrub(text: string): string {
  return text.replace(/(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)/g, run =>
    passesLuhn(run.replace(/\D/g, '')) ? '[number removed]' : run,
  )
}
