import { describe, expect, test } from 'vitest'
import { digitsOf, editExpiry, editNumber, editSecurityCode } from './editing.ts'
import type { Edit, Text } from './editing.ts'

/** `|` stands where the caret is. */
const read = (text: string): Text => ({
  value: text.replace('|', ''),
  caret: text.includes('|') ? text.indexOf('|') : text.length,
})
const show = ({ value, caret }: Text): string => `${value.slice(0, caret)}|${value.slice(caret)}`
const edit = (previous: string, text: string, inputType = 'insertText'): Edit => ({
  ...read(text),
  previous,
  inputType,
})

/** Types a text character by character, as a browser would put it in. */
function typed(text: string, change: (edit: Edit) => Text): string {
  let at: Text = { value: '', caret: 0 }
  for (const character of text) {
    const value = at.value.slice(0, at.caret) + character + at.value.slice(at.caret)
    at = change({ value, caret: at.caret + 1, previous: at.value, inputType: 'insertText' })
  }
  return show(at)
}

describe('the card number', () => {
  test.each([
    ['4112344112344113', '4112 3441 1234 4113|'],
    ['371144371144376', '3711 443711 44376|'],
    ['4112', '4112|'],
    ['41123', '4112 3|'],
    ['4112-3441-1234-4113', '4112 3441 1234 4113|'],
    ['４１１２３', '4112 3|'],
    ['٤١١٢٣', '4112 3|'],
    ['4112344112344113999999', '4112 3441 1234 4113 999|'],
    ['abc', '|'],
  ])('typing %s shows %s', (text, shown) => {
    expect(typed(text, editNumber)).toBe(shown)
  })

  test.each([
    ['insertText', '4112 3441', '419|12 3441', '419|1 2344 1'],
    ['insertText', '4112 3441', '41125| 3441', '4112 5|344 1'],
    ['deleteContentBackward', '4112 3441', '4112|3441', '411|3 441'],
    ['deleteContentForward', '4112 3441', '4112|3441', '4112| 441'],
    ['deleteContentBackward', '4112 3441', '4112 344|', '4112 344|'],
    ['deleteContentBackward', '4112 3', '4112 |', '4112|'],
    ['deleteByCut', '4112 3441 1234', '41|1234', '41|12 34'],
    ['insertFromPaste', '', '4112 3441 1234 4113|', '4112 3441 1234 4113|'],
    ['', '', '4112344112344113|', '4112 3441 1234 4113|'],
  ])('%s from "%s" to "%s" shows "%s"', (inputType, previous, text, shown) => {
    expect(show(editNumber(edit(previous, text, inputType)))).toBe(shown)
  })
})

describe('the expiry', () => {
  test.each([
    ['0529', '05 / 29|'],
    ['5', '05 / |'],
    ['529', '05 / 29|'],
    ['1', '1|'],
    ['12', '12 / |'],
    ['1/29', '01 / 29|'],
    ['05/29', '05 / 29|'],
    ['05/2029', '05 / 29|'],
    ['052029', '05 / 29|'],
    ['13', '13 / |'],
    ['05299', '05 / 29|'],
    ['5-29', '05 / 29|'],
  ])('typing %s shows %s', (text, shown) => {
    expect(typed(text, editExpiry)).toBe(shown)
  })

  test.each([
    ['deleteContentBackward', '05 / ', '05 /|', '0|'],
    ['deleteContentBackward', '05 / 2', '05 / |', '05|'],
    ['deleteContentBackward', '05 / 29', '05 / 2|', '05 / 2|'],
    ['', '', '2029-05|', '05 / 29|'],
    ['', '', '05/2029|', '05 / 29|'],
    ['', '', '5/2029|', '05 / 29|'],
    ['insertFromPaste', '', '12/31|', '12 / 31|'],
  ])('%s from "%s" to "%s" shows "%s"', (inputType, previous, text, shown) => {
    expect(show(editExpiry(edit(previous, text, inputType)))).toBe(shown)
  })
})

test.each([
  ['12345', '1234|'],
  ['1a2', '12|'],
  ['１２３', '123|'],
])('the security code typed as %s shows %s', (text, shown) => {
  expect(typed(text, editSecurityCode)).toBe(shown)
})

test('no edit makes a digit that was not there, nor loses one below the limit', () => {
  const alphabet = ['1', '4', ' ', '-', '/', 'x', '7']
  let seed = 7
  const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < 2_000; round += 1) {
    const text = Array.from({ length: next(20) }, () => alphabet[next(alphabet.length)]).join('')
    const { value, caret } = editNumber({
      value: text,
      caret: next(text.length + 1),
      previous: '',
      inputType: 'insertText',
    })
    expect(digitsOf(value)).toBe(digitsOf(text))
    expect(caret).toBeLessThanOrEqual(value.length)
  }
})
