import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictJson } from './json.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text))
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test.each<[string, string, unknown]>([
  ['an object', '{"a":{"b":[1,-2.5,true,false,null,"x"]}}', { a: { b: [1, -2.5, true, false, null, 'x'] } }],
  ['white space', ' \t\r\n{ "a" : 1 } \n', { a: 1 }],
  ['escapes', String.raw`"\"\\\/\b\f\n\r\té😀"`, '"\\/\b\f\n\r\té😀'],
  ['text that isn’t ASCII', '"müß 中文 😀"', 'müß 中文 😀'],
  ['the largest exact integer', '9007199254740991', 9_007_199_254_740_991],
  ['an exponent', '1.5e3', 1_500],
  ['negative zero as zero', '[-0]', [0]],
  ['nesting of 32', deep(32), JSON.parse(deep(32))],
  ['empty containers', '[{},[]]', [{}, []]],
])('takes %s', (_what, text, value) => {
  const parsed = parse(text)
  expect(parsed).toEqual({ value })
  expect(Object.is((parsed as { value: number[] }).value[0], -0)).toBe(false)
})

test.each<[string, string, string, string | undefined]>([
  ['a name twice', '{"amount":1,"amount":2}', 'stands twice', 'amount'],
  ['a name twice, deep', '{"lines":[{},{"amount":1,"\\u0061mount":2}]}', 'stands twice', 'lines[1].amount'],
  ['__proto__', '{"metadata":{"__proto__":{"admin":"1"}}}', 'not a name', 'metadata.__proto__'],
  ['__proto__ in escapes', '{"\\u005f_proto__":1}', 'not a name', '__proto__'],
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}', 'not a name', 'constructor'],
  ['1e400', '{"amount":1e400}', 'beyond the range', 'amount'],
  ['-1e400', '{"amount":-1e400}', 'beyond the range', 'amount'],
  ['an integer past 2^53', '{"amount":9007199254740993}', 'beyond the range', 'amount'],
  ['digits that would be rounded away', '{"amount":1.00000000000000000001}', 'beyond the range', 'amount'],
  ['nesting of 33', deep(33), 'nests deeper', undefined],
  ['a leading zero', '{"a":01}', 'expected a comma or }', undefined],
  ['a plus sign', '{"a":+1}', 'expected a value', 'a'],
  ['a bare point', '{"a":.5}', 'expected a value', 'a'],
  ['NaN', '{"a":NaN}', 'expected a value', 'a'],
  ['Infinity', '{"a":-Infinity}', 'expected a value', 'a'],
  ['a trailing comma', '{"a":1,}', 'a name in double quotes', undefined],
  ['a trailing comma in a list', '[1,]', 'expected a value', '[1]'],
  ['single quotes', "{'a':1}", 'a name in double quotes', undefined],
  ['a comment', '{"a":1/**/}', 'expected a comma or }', undefined],
  ['text after the end', '{}{}', 'expected the end', undefined],
  ['an unclosed object', '{"a":1', 'the body ends', undefined],
  ['an unclosed string', '"abc', 'not closed', undefined],
  ['a raw control character', '"a\nb"', 'control character', undefined],
  ['an unknown escape', String.raw`"\x41"`, 'unknown escape', undefined],
  ['NUL', String.raw`{"name":"a\u0000b"}`, 'NUL', 'name'],
  ['half a surrogate pair', String.raw`{"name":"\ud83d"}`, 'surrogate', 'name'],
  ['an empty body', '', 'empty', undefined],
  ['white space alone', '  ', 'empty', undefined],
  ['a byte order mark', '﻿{}', 'expected a value', undefined],
])('refuses %s', (_what, text, detail, field) => {
  const refused = parse(text)
  expect(refused).toMatchObject({ refused: 'json_malformed', detail: expect.stringContaining(detail) })
  expect((refused as { field?: string }).field).toBe(field)
})

test('refuses bytes that aren’t UTF-8', () => {
  expect(parseStrictJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toMatchObject({ refused: 'json_malformed', detail: expect.stringContaining('UTF-8') })
})

describe('agrees with JSON.parse', () => {
  test.each(['{"a":[1,2,{"b":"c"}]}', '[]', '"x"', '0.1', '-1E-2', 'true', '{"":""}'])('on %s', (text) => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) })
  })
})

/** Any JSON text with a few characters changed, lost or put in: near enough to JSON to be dangerous. */
const nearlyJson = fc.tuple(fc.json({ maxDepth: 4 }), fc.array(fc.tuple(fc.nat(), fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', 'e', '.', ' ', '\n', '\u0000', 'true', '__proto__')), { maxLength: 3 }))
  .map(([text, edits]) => edits.reduce((now, [at, put]) => {
    const place = at % (now.length + 1)
    return now.slice(0, place) + put + now.slice(place + (at % 2))
  }, text))

test('never takes what JSON.parse refuses, and never reads another value than it', () => {
  let taken = 0
  fc.assert(fc.property(nearlyJson, (text) => {
    const parsed = parse(text)
    if ('refused' in parsed) return
    taken += 1
    expect(parsed.value).toEqual(JSON.parse(text, (_name, value: unknown) => (Object.is(value, -0) ? 0 : value)))
  }), { numRuns: 2_000 })
  expect(taken).toBeGreaterThan(200)
})

test('a large body takes no more than a moment', () => {
  const body = JSON.stringify({ lines: Array.from({ length: 4_000 }, (_, index) => ({ reference: `line-${index}`, amount: index })) })
  const begun = performance.now()
  expect(parse(body)).toHaveProperty('value')
  expect(performance.now() - begun).toBeLessThan(1_000)
})
