import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bankColumns, checkBankAccount, ibanIsValid, openBankAccount, renderBankAccount, routingNumberIsValid } from './bank-account.ts'
import { createSealer } from './seal.ts'

const german = { holder: 'Acme GmbH', country: 'DE', currency: 'EUR', iban: 'DE89370400440532013000' }
const american = { holder: 'Acme Inc', country: 'US', currency: 'USD', routingNumber: '021000021', accountNumber: '000123456789' }

test.each([
  ['DE89370400440532013000', true], ['GB82WEST12345698765432', true], ['FR1420041010050500013M02606', true], ['NO9386011117947', true],
  ['DE89370400440532013001', false], ['DE98370400440532013000', false], ['GB82WEST12345698765423', false],
])('IBAN %s is valid: %s', (iban, valid) => expect(ibanIsValid(iban)).toBe(valid))

test.each([
  ['021000021', true], ['011401533', true], ['091000019', true], ['021000012', false], ['123456789', false], ['000000000', false],
])('routing number %s is valid: %s', (number, valid) => expect(routingNumberIsValid(number)).toBe(valid))

test.each([
  ['a German account', german, undefined],
  ['an American account', american, undefined],
  ['wrong check digits', { ...german, iban: 'DE88370400440532013000' }, 'bankAccount.iban'],
  ['an IBAN of another country', { ...german, country: 'FR' }, 'bankAccount.iban'],
  ['a wrong routing number', { ...american, routingNumber: '021000022' }, 'bankAccount.routingNumber'],
  ['a routing number elsewhere', { ...american, country: 'DE' }, 'bankAccount.country'],
])('%s is refused by field: %j → %s', (_what, account, field) => expect(checkBankAccount(account)?.field).toBe(field))

describe('at rest', () => {
  const sealer = createSealer(randomBytes(32))
  const place = { sealer, marketplace: 'mkt_1', seller: 'sel_1' }

  test.each([[german, 'DE89370400440532013000', '3000'], [american, '000123456789', '6789']])('only the last four are in the open', (account, number, last4) => {
    const row = bankColumns(account, place)
    expect(JSON.stringify({ ...row, bank_sealed: row.bank_sealed?.toString('latin1') })).not.toContain(number)
    expect(renderBankAccount(row)).toMatchObject({ last4, holder: account.holder })
    expect(Object.values(openBankAccount(row, place) ?? {})).toContain(number)
  })

  test('a row that was moved to another seller or marketplace doesn’t open', () => {
    const row = bankColumns(german, place)
    expect(() => openBankAccount(row, { ...place, seller: 'sel_2' })).toThrow()
    expect(() => openBankAccount(row, { ...place, marketplace: 'mkt_2' })).toThrow()
    expect(() => openBankAccount(row, { ...place, sealer: createSealer(randomBytes(32)) })).toThrow()
  })

  test('a seller without an account has none', () => {
    expect([openBankAccount(bankColumns(null, place), place), renderBankAccount(bankColumns(null, place))]).toEqual([null, null])
  })
})
