import { describe, expect, test } from 'vitest'
import { FRAME_PROTOCOL, isFrameInit, isFrameMessage, isFrameStyle, isPageMessage } from './frame.ts'

const init = { holdfast: FRAME_PROTOCOL, type: 'init', locale: 'en', style: {} }

describe('the window message that opens the frame', () => {
  test('is taken as the protocol has it', () => {
    expect(isFrameInit(init)).toBe(true)
    expect(isFrameInit({ ...init, style: { colorText: '#0e1b26', fontSizePx: 16, radiusPx: 6, fontFamily: 'system', scheme: 'dark' } })).toBe(true)
  })

  test.each([
    ['another version', { ...init, holdfast: 2 }],
    ['another type', { ...init, type: 'setup' }],
    ['a field more', { ...init, endpoint: 'https://evil.example' }],
    ['an amount', { ...init, amount: 1 }],
    ['a ticket, which crosses the port', { ...init, ticket: 'tick_1' }],
    ['an oversized locale', { ...init, locale: 'x'.repeat(36) }],
    ['a style with a URL', { ...init, style: { colorText: 'url(https://evil.example)' } }],
    ['a style with CSS text', { ...init, style: { css: 'body { opacity: 0 }' } }],
    ['a tiny font', { ...init, style: { fontSizePx: 1 } }],
    ['a huge font', { ...init, style: { fontSizePx: 33 } }],
    ['a style named like a prototype', { ...init, style: { constructor: '#000000' } }],
    ['a prototype of its own', Object.assign(Object.create({ polluted: true }) as object, init)],
    ['a string', JSON.stringify(init)],
    ['nothing', null],
  ])('is refused with %s', (_name, message) => {
    expect(isFrameInit(message)).toBe(false)
  })

  test('is refused with a polluted prototype in its text', () => {
    expect(isFrameInit(JSON.parse('{"holdfast":1,"type":"init","locale":"en","style":{"__proto__":{"colorText":"#000000"}}}'))).toBe(false)
  })
})

test.each([
  ['transparency', { colorText: '#00000000' }], ['a name of a colour', { colorText: 'transparent' }],
  ['a fraction', { fontSizePx: 14.5 }], ['a huge radius', { radiusPx: 400 }], ['a font of its own', { fontFamily: 'Wingdings' }],
])('a style refuses %s', (_name, style) => {
  expect(isFrameStyle(style)).toBe(false)
})

test.each([
  [{ type: 'tokenize', attempt: 1 }, true], [{ type: 'focus' }, true], [{ type: 'focus', field: 'expiry' }, true],
  [{ type: 'validate' }, true], [{ type: 'ticket', ticket: 't' }, true], [{ type: 'ticket', ticket: '' }, false], [{ type: 'ticket', ticket: 'x'.repeat(201) }, false], [{ type: 'disable', disabled: true }, true],
  [{ type: 'tokenize', attempt: 1, amount: 100 }, false], [{ type: 'tokenize', attempt: -1 }, false],
  [{ type: 'tokenize', attempt: Number.NaN }, false], [{ type: 'focus', field: 'iban' }, false], [{ type: 'read' }, false],
  [{ type: 'toString' }, false], [{ type: 'disable', disabled: 'yes' }, false], [[], false], [undefined, false],
])('the frame takes %j from its page: %s', (message, taken) => {
  expect(isPageMessage(message)).toBe(taken)
})

test.each([
  [{ type: 'open' }, true], [{ type: 'open', heightPx: 300 }, false], [{ type: 'ready', revision: 1, heightPx: 300 }, true], [{ type: 'submit' }, true], [{ type: 'brand', brand: 'visa' }, true],
  [{ type: 'validity', complete: false, errors: [{ field: 'number', code: 'incomplete', message: 'One digit short.' }] }, true],
  [{ type: 'token', attempt: 1, token: 'tok_abc' }, true],
  [{ type: 'error', attempt: null, code: 'network', message: 'Try again.', retryable: true }, true],
  [{ type: 'ready', revision: 1, heightPx: 100_000 }, false], [{ type: 'brand', brand: '4111111111111111' }, false],
  [{ type: 'token', attempt: 1, token: '<script>' }, false], [{ type: 'validity', complete: true, errors: 'none' }, false],
  [{ type: 'validity', complete: false, errors: Array.from({ length: 9 }, () => ({ field: 'number', code: 'x', message: 'y' })) }, false],
  [{ type: 'hasOwnProperty' }, false],
])('the page takes %j from its frame: %s', (message, taken) => {
  expect(isFrameMessage(message)).toBe(taken)
})
