/*
 * Lists as PostgreSQL reads them. A batch's statements have a list for each column; written here they cost a third of
 * what pg's own way costs, and bytes go as they are, not as hexadecimal digits.
 */

/** Elements that stand in a list without quotes. */
const plain = /^[\w:.-]+$/
const word = /^null$/i
const BYTEA_OID = 17

/** A parameter as it is sent: a list of texts, numbers, dates or bytes in PostgreSQL's form, anything else unchanged. */
export function encodeParameter(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const sample: unknown = value.find((one) => one !== null && one !== undefined)
  if (sample instanceof Uint8Array) return bytesOf(value as (Uint8Array | null)[])
  return typeof sample === 'object' && !(sample instanceof Date) ? value : textOf(value as (Scalar | null)[])
}

type Scalar = string | number | bigint | boolean | Date

function textOf(list: readonly (Scalar | null | undefined)[]): string {
  let text = ''
  for (const one of list) text += `${text === '' ? '{' : ','}${one === null || one === undefined ? 'NULL' : elementOf(one)}`
  return text === '' ? '{}' : `${text}}`
}

function elementOf(one: Scalar): string {
  if (typeof one !== 'string') return one instanceof Date ? `"${one.toISOString()}"` : String(one)
  if (plain.test(one) && (one.length !== 4 || !word.test(one))) return one
  // an event's JSON is all quotes and has hardly ever a backslash: by pattern it would take twice as long
  const bare = one.includes('\\') ? one.replaceAll('\\', '\\\\') : one
  return `"${bare.replaceAll('"', '\\"')}"`
}

/** PostgreSQL's binary form of `bytea[]`: dimensions, whether any is null, the type, the count, from 1; then each. */
function bytesOf(list: readonly (Uint8Array | null | undefined)[]): Buffer {
  const size = list.reduce((sum, one) => sum + 4 + (one?.length ?? 0), 20)
  const buffer = Buffer.allocUnsafe(size)
  const head = [1, list.some((one) => !one) ? 1 : 0, BYTEA_OID, list.length, 1]
  let at = head.reduce((place, number) => buffer.writeInt32BE(number, place), 0)
  for (const one of list) {
    at = buffer.writeInt32BE(one ? one.length : -1, at)
    if (!one) continue
    buffer.set(one, at)
    at += one.length
  }
  return buffer
}
