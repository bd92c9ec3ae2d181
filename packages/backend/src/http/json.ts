import type { Refusal } from '@holdfast/core'

/** How deep a body may nest; none of ours needs more than five. */
const MAX_DEPTH = 32
/** No double keeps more: a longer number would be rounded without a word. */
const MAX_DIGITS = 17

/** Names that reach an object's prototype in careless code. */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const spacePattern = /[ \t\n\r]*/y

type JsonRefusal = Refusal<'json_malformed'>

/** What was wrong, on its way up through the parser. */
class Malformed extends Error {
  readonly field: string
  constructor(detail: string, field: string) {
    super(detail)
    this.field = field
  }
}

/**
 * Parses RFC 8259 JSON, and refuses what a lenient parser would let pass silently: a name twice in one object
 * (which of the two counts?), names that reach a prototype, numbers that a double can't keep, NUL and lone
 * surrogates (which PostgreSQL can't store), bytes that aren't UTF-8, and nesting past 32.
 *
 * @refuses json_malformed - with the field where it is known
 */
export function parseStrictJson(bytes: Uint8Array): { value: unknown } | JsonRefusal {
  try {
    const text = decode(bytes)
    const parser = new Parser(text)
    return { value: parser.document() }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { refused: 'json_malformed', detail: error.message, ...(error.field && { field: error.field }) }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Malformed('The body is not UTF-8. Send it as UTF-8 JSON.', '')
  }
}

/** The name of a member in dots and brackets. */
export function memberField(field: string, name: string | number): string {
  if (typeof name === 'number') return `${field}[${name}]`
  return field === '' ? name : `${field}.${name}`
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    this.#space()
    if (this.#at === this.#text.length) throw new Malformed('The body is empty. Send a JSON object, {} when there is nothing to say.', '')
    const value = this.#value('', 0)
    this.#space()
    if (this.#at < this.#text.length) this.#fail('', 'the end of the body')
    return value
  }

  #value(field: string, depth: number): unknown {
    const next = this.#text[this.#at]
    if (depth >= MAX_DEPTH && (next === '{' || next === '[')) throw new Malformed(`The body nests deeper than ${MAX_DEPTH} levels.`, '')
    if (next === '{') return this.#object(field, depth)
    if (next === '[') return this.#array(field, depth)
    if (next === '"') return this.#string(field)
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    return this.#number(field)
  }

  #object(field: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    this.#at += 1
    this.#space()
    if (this.#take('}')) return object
    do {
      this.#space()
      const name = this.#name(field)
      const member = memberField(field, name)
      if (Object.hasOwn(object, name)) throw new Malformed(`'${name}' stands twice in one object. Send it once.`, member)
      this.#space()
      if (!this.#take(':')) this.#fail(member, 'a colon')
      this.#space()
      object[name] = this.#value(member, depth + 1)
      this.#space()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail(field, 'a comma or }')
    return object
  }

  #name(field: string): string {
    if (this.#text[this.#at] !== '"') this.#fail(field, 'a name in double quotes')
    const name = this.#string(field)
    if (forbiddenNames.has(name)) throw new Malformed(`'${name}' is not a name that a field may have.`, memberField(field, name))
    return name
  }

  #array(field: string, depth: number): unknown[] {
    const array: unknown[] = []
    this.#at += 1
    this.#space()
    if (this.#take(']')) return array
    do {
      this.#space()
      array.push(this.#value(memberField(field, array.length), depth + 1))
      this.#space()
    } while (this.#take(','))
    if (!this.#take(']')) this.#fail(field, 'a comma or ]')
    return array
  }

  #string(field: string): string {
    const raw = this.#match(stringPattern)
    if (raw === undefined) throw new Malformed(`A string at character ${this.#at + 1} is not closed or holds a raw control character or an unknown escape.`, field)
    const value = JSON.parse(raw) as string
    if (!value.isWellFormed()) throw new Malformed('A string holds half of a surrogate pair, which is no character.', field)
    if (value.includes('\0')) throw new Malformed('A string holds a NUL character, which cannot be stored.', field)
    return value
  }

  #number(field: string): number {
    const raw = this.#match(numberPattern)
    if (raw === undefined) this.#fail(field, 'a value')
    const value = Number(raw)
    const whole = !/[.eE]/.test(raw)
    const significand = raw.replace(/[eE].*$/, '').replaceAll(/\D/g, '')
    if (!Number.isFinite(value) || significand.length > MAX_DIGITS || (whole && !Number.isSafeInteger(value))) {
      throw new Malformed('A number is beyond the range in which numbers are exact (2^53).', field)
    }
    return value === 0 ? 0 : value
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #space(): void {
    this.#match(spacePattern)
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #fail(field: string, expected: string): never {
    const found = this.#at >= this.#text.length ? 'the body ends' : `there is '${this.#text[this.#at]}'`
    throw new Malformed(`The body is not JSON: at character ${this.#at + 1} ${found}, expected ${expected}.`, field)
  }
}
