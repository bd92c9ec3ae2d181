import { describe, expect, it } from 'vitest'
import type { PayoutRequest } from '@holdfast/core'
import { BankOptionsError, createBankConnector } from './index.ts'
import { RequestRefused, readChanges, readInquiry, readOutcome, transferBody } from './wire.ts'

const payout: PayoutRequest = {
  kind: 'payout', marketplace: 'mkt_1', operation: 'op_1', requestId: 'op_1', amount: 12_345n, currency: 'USD', subject: 'po_1',
  orderReference: 'PO-1', statementText: 'Example Market\npayout', account: { kind: 'iban', holder: 'S'.repeat(80), country: 'DE', iban: 'DE37 3704' },
}
const transfer = { transferId: 'op_1', bankReference: 'BK1', status: 'accepted', amount: 12_345, currency: 'USD', addedLater: 1 }
const refusal = (code: string, field?: string): object => ({ error: { code, message: 'no', ...(field === undefined ? {} : { field }) } })

describe('a transfer', () => {
  it('is said in the bank’s words: the name cut, the account without spaces, one line of text', () => {
    expect(transferBody(payout, '000123456789')).toEqual({
      transferId: 'op_1', amount: 12_345, currency: 'USD', debtorAccount: '000123456789', remittanceText: 'Example Market payout',
      creditor: { name: 'S'.repeat(70), country: 'DE', iban: 'DE373704' },
    })
  })

  it.each([
    ['nothing', { amount: 0n }], ['13 digits', { amount: 1_000_000_000_000n }], ['an id with a slash', { requestId: 'a/b' }], ['no id', { requestId: '' }],
  ])('is not said with %s', (_, change) => {
    expect(() => transferBody({ ...payout, ...change }, '000123456789')).toThrow(RequestRefused)
  })
})

describe('answers of the bank', () => {
  it.each<[string, number, unknown, object]>([
    ['taken', 202, transfer, { outcome: 'approved', railReference: 'BK1', amount: 12_345n }],
    ['known, and returned since', 200, { ...transfer, status: 'returned' }, { outcome: 'approved' }],
    ['rejected', 202, { ...transfer, status: 'rejected', reasonCode: 'AC06' }, { outcome: 'declined', decline: { class: 'hard', code: 'account_blocked' } }],
    ['rejected for a reason of no table', 202, { ...transfer, status: 'rejected', reasonCode: 'ZZ99' }, { outcome: 'declined', decline: { code: 'account_refused' } }],
    ['another transfer', 202, { ...transfer, transferId: 'op_2' }, { outcome: 'unknown' }],
    ['another currency', 202, { ...transfer, currency: 'EUR' }, { outcome: 'unknown' }],
    ['a status that we do not know', 202, { ...transfer, status: 'parked' }, { outcome: 'unknown' }],
    ['not JSON', 202, undefined, { outcome: 'unknown' }],
    ['the seller’s account at fault', 422, refusal('invalid_field', 'creditor.iban'), { outcome: 'declined', decline: { class: 'fix_data', code: 'account_invalid' } }],
    ['our request at fault', 422, refusal('invalid_field', 'debtorAccount'), { outcome: 'declined', decline: { class: 'hard', code: 'rail_refused' } }],
    ['a request that it cannot read', 400, refusal('malformed_request'), { outcome: 'declined', decline: { code: 'rail_refused' } }],
    ['our token refused', 401, refusal('unauthorized'), { outcome: 'not_sent' }],
    ['the id used for another transfer', 409, refusal('transfer_conflict'), { outcome: 'unknown' }],
    ['a 422 that is not the bank’s', 422, '<html>', { outcome: 'unknown' }],
    ['a failure', 500, refusal('server_error'), { outcome: 'unknown' }],
  ])('%s (%i)', (_, status, body, expected) => {
    expect(readOutcome({ status, body }, payout)).toMatchObject(expected)
  })

  it.each<[string, number, unknown, string]>([
    ['a transfer', 200, transfer, 'approved'],
    ['none', 404, refusal('not_found'), 'not_found'],
    ['a 404 that is not the bank’s', 404, undefined, 'unknown'],
    ['another 404 of the bank’s', 404, refusal('statement_not_available'), 'unknown'],
    ['our token refused', 401, refusal('unauthorized'), 'unknown'],
    ['a refusal', 422, refusal('invalid_field'), 'unknown'],
  ])('to an inquiry: %s (%i)', (_, status, body, expected) => {
    expect(readInquiry({ status, body }, payout).outcome).toBe(expected)
  })

  it('of the feed: acceptance is no change, and a reason is ours with the bank’s beside it', () => {
    const at = '2026-01-05T10:00:00.000Z'
    const events = [
      { cursor: '1', transferId: 'op_1', status: 'accepted', at },
      { cursor: '2', transferId: 'op_1', status: 'returned', at, reasonCode: 'R03', reasonText: 'No account' },
    ]
    expect(readChanges({ status: 200, body: { events, nextCursor: '2', hasMore: false } })).toEqual({
      changes: [{ requestId: 'op_1', status: 'returned', at: new Date(at), code: 'account_invalid', detail: 'R03 No account' }],
      cursor: '2', hasMore: false,
    })
    expect(readChanges({ status: 200, body: { events: [{ ...events[0], status: 'parked' }], nextCursor: '2', hasMore: false } })).toBeUndefined()
  })
})

describe('createBankConnector', () => {
  it.each([
    ['http beyond loopback', { baseUrl: 'http://bank.example' }, 'baseUrl: expected https'],
    ['no token', { token: '' }, 'token: expected a text that is not empty'],
    ['no account', { debtorAccount: '' }, 'debtorAccount: expected an account number'],
    ['an option it does not have', { retries: 3 }, 'options: '],
  ])('refuses %s', (_, change, message) => {
    const make = (): unknown => createBankConnector({ baseUrl: 'https://bank.example', token: 'canary', debtorAccount: '000123456789', ...change })
    expect(make).toThrow(BankOptionsError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/canary/)
  })
})
