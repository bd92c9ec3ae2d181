import type { Writable } from 'node:stream'
import { pino, type Logger } from 'pino'
import { traceOfLog } from './tracing/span.ts'

/** Fields that hold secrets wherever they stand; none of them is ever logged on purpose. */
const secretFields = [
  'authorization', 'cookie', 'clientSecret', 'secretKey', 'publishableKey', 'key', 'password', 'token', 'cardToken',
  'paymentToken', 'ticket', 'iban', 'accountNumber', 'routingNumber', 'number', 'securityCode', 'body', 'internalKey',
]

/** API keys, client secrets, card tokens and signed tokens, by their form. */
const secretShapes = [
  /\b(?:sk|pk)_(?:test|live)_[A-Za-z0-9_-]{20,}/g,
  /\bcs_[0-9a-z]{26}_secret_[A-Za-z0-9_-]+/g,
  /\btok_[A-Za-z0-9_-]{10,}/g,
  /\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g,
  /\bBearer +[^\s"\\]+/gi,
]

const REDACTED = '[redacted]'

/**
 * The backend's log: one line of JSON an entry.
 *
 * Nothing writes a secret to it on purpose; what slips in is taken out by its field's name, by its form, and,
 * for anything that could be a card number, by its check digit.
 */
export function createLog({ level, destination = process.stderr }: { level: string; destination?: Writable }): Logger {
  const redact = { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: REDACTED }
  // Times in words: thirteen digits of milliseconds could pass for a card number.
  const words = { level, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) }, base: { service: 'backend' }, serializers: { err: plainError }, mixin: traceOfLog }
  const log = pino({ ...words, redact }, { write: (line: string) => void destination.write(scrub(line)) })
  requests.set(log, pino(words, { write: writeTogether(destination) }))
  return log
}

/** An error as it is logged: its kind, words, code and causes, and none of the objects that drivers hang on it. */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name: type, message, stack, cause } = error
  const { code } = error as Error & { code?: unknown }
  return { type, message, ...(typeof code === 'string' && { code }), stack, ...(cause !== undefined && { cause: plainError(cause) }) }
}

/** What is logged of each call: nothing that a caller chose. */
export interface LoggedRequest {
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
  readonly marketplace: string | undefined
}

const requests = new WeakMap<Logger, Logger>()

/** Logs calls to a log's destination, without looking for secrets in what can hold none: there is a line for each. */
export function requestsOf(log: Logger): (request: LoggedRequest) => void {
  const own = requests.get(log) ?? log
  return (request) => own.info(request, 'request')
}

/** Lines of one turn of the event loop go out in one write. */
function writeTogether(destination: Writable): (line: string) => void {
  let waiting = ''
  const flush = () => {
    const lines = waiting
    waiting = ''
    destination.write(lines)
  }
  return (line) => {
    if (waiting === '') setImmediate(flush)
    waiting += line
  }
}

/** A text without what looks like a secret or a card number. */
export function scrub(text: string): string {
  const shapeless = secretShapes.reduce((clean, shape) => clean.replace(shape, REDACTED), text)
  return shapeless.replace(/(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)/g, (run) => (passesLuhn(run.replace(/\D/g, '')) ? REDACTED : run))
}

/** ISO/IEC 7812: counted from the right, every second digit doubled, the digits' sum is a multiple of ten. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}
