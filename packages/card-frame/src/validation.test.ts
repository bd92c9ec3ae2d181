import { contrast } from '@holdfast/contract/colour'
import { describe, expect, test } from 'vitest'
import { formatMoney } from '@holdfast/contract/amount'
import { propertiesOf } from './appearance.ts'
import { cardOf, findErrors } from './validation.ts'
import { en, wordsOf } from './words.ts'

const card = { number: '4112 3441 1234 4113', expiry: '05 / 31', securityCode: '739', name: 'Ann Buyer' }
const rules = {
  words: wordsOf({ lang: 'en', strings: en }),
  brands: ['visa', 'mastercard'],
  now: new Date('2026-11-22T12:00:00Z'),
}

describe('what is wrong with a card', () => {
  test.each([
    [{}, []],
    [{ number: '' }, ['required', 'Enter the card number.']],
    [{ number: '4112 3441 1234 411' }, ['incomplete', 'The card number is 1 digit short.']],
    [{ number: '4112' }, ['incomplete', 'The card number is 12 digits short.']],
    [{ number: '5112 3451 1234 51140' }, ['number_invalid', 'The card number has 1 digit too many.']],
    [
      { number: '4112 3441 1234 4114' },
      ['number_invalid', 'A digit of the card number is wrong. Compare it with the card.'],
    ],
    [
      { number: '3711 443711 44376', securityCode: '7391' },
      ['brand_unsupported', 'American Express isn’t taken here. Use Visa or Mastercard.'],
    ],
    [{ expiry: '' }, ['required', 'Enter the month and year of expiry.']],
    [{ expiry: '05 / ' }, ['incomplete', 'Enter both month and year, as in 08 / 29.']],
    [{ expiry: '13 / 29' }, ['expiry_invalid', 'The month goes from 01 to 12. Compare it with the card.']],
    [{ expiry: '00 / 29' }, ['expiry_invalid', 'The month goes from 01 to 12. Compare it with the card.']],
    [{ expiry: '10 / 26' }, ['expired', 'This card has expired. Use another card.']],
    [{ expiry: '11 / 26' }, []],
    [{ expiry: '05 / 60' }, ['expiry_invalid', 'The year is too far ahead. Compare it with the card.']],
    [{ securityCode: '' }, ['required', 'Enter the last 3 digits on the back of the card.']],
    [{ securityCode: '7391' }, ['incomplete', 'The security code has 3 digits.']],
    [{ name: ' ' }, ['required', 'Enter the name as it is on the card.']],
    [{ name: 'A' }, ['name_invalid', 'Enter the name as it is on the card, in letters.']],
    [{ name: 'Ann 4112344112344113' }, ['name_invalid', 'Enter the name as it is on the card, in letters.']],
    [{ name: '王芳' }, []],
  ])('%j: %j', (change, expected) => {
    expect(findErrors({ ...card, ...change }, rules).flatMap(({ code, message }) => [code, message])).toEqual(
      expected,
    )
  })

  test('digits are counted by the plurals of the language', () => {
    const strings = { number_short: '{count} cyfry', number_short_one: '{count} cyfra', number_short_few: '{count} cyfry', number_short_many: '{count} cyfr' }
    const { short } = wordsOf({ lang: 'pl', strings }).number
    expect([1, 2, 5, 12].map(short)).toEqual(['1 cyfra', '2 cyfry', '5 cyfr', '12 cyfr'])
  })

  test('what a language misses is said in English, and values stand apart where it runs from right to left', () => {
    const { number, total } = wordsOf({ lang: 'he', strings: { total: '{amount} אל {marketplace}' } })
    expect(number.required).toBe('Enter the card number.')
    expect(total({ amount: 'USD 1', marketplace: '{amount}' })).toBe('\u2068USD 1\u2069 אל \u2068{amount}\u2069')
  })

  test('a brand that is not taken is answered with those that are, as the language lists them', () => {
    const unsupported = wordsOf({ lang: 'de', strings: { number_unsupported: '{brand}? {taken}!' } }).number.unsupported
    expect(unsupported({ brand: 'JCB', taken: ['Visa', 'Mastercard', 'UnionPay'] })).toBe('JCB? Visa, Mastercard oder UnionPay!')
  })

  test('a card that is right is sent as numbers and digits', () => {
    expect(cardOf({ ...card, name: ' Ann Buyer ' })).toEqual({
      number: '4112344112344113',
      expMonth: 5,
      expYear: 2031,
      securityCode: '739',
      name: 'Ann Buyer',
    })
  })
})

test.each([
  [1248000, 'USD', 2, 'USD 12,480.00'],
  [5, 'USD', 2, 'USD 0.05'],
  [1000, 'JPY', 0, 'JPY 1,000'],
  [1234567, 'KWD', 3, 'KWD 1,234.567'],
  [999999999999, 'CLF', 4, 'CLF 99,999,999.9999'],
  [999999999999, 'JPY', 0, 'JPY 999,999,999,999'],
])('%i of %s with %i decimals is read as %s', (amount, currency, exponent, text) => {
  expect(formatMoney({ amount, currency, exponent }, 'en').replace('\u00a0', ' ')).toBe(text)
})

describe('appearance', () => {
  const grounds = ['#ffffff', '#0e161d', '#777777', '#ffff00', '#000000']
  test.each(grounds.flatMap(background => grounds.map(text => [background, text] as const)))(
    'on %s with text %s, everything can be read',
    (colorBackground, colorText) => {
      for (const scheme of ['light', 'dark'] as const) {
        const shown = propertiesOf({
          colorBackground,
          colorText,
          colorError: colorBackground,
          colorPlaceholder: colorText,
          colorBorder: colorBackground,
          scheme,
        })
        const on = (name: string): number => contrast(shown[name] ?? '', shown['--background'] ?? '')
        for (const name of ['--text', '--error', '--placeholder'])
          expect(on(name), name).toBeGreaterThanOrEqual(4.5)
        for (const name of ['--border', '--focus']) expect(on(name), name).toBeGreaterThanOrEqual(3)
      }
    },
  )

  test('a readable style is taken as it is', () => {
    expect(
      propertiesOf({ colorText: '#222222', colorBackground: '#fafafa', radiusPx: 0, fontSizePx: 14 }),
    ).toMatchObject({ '--text': '#222222', '--background': '#fafafa', '--radius': '0px', '--size': '14px' })
  })
})
