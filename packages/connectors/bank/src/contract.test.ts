import { createServer, type AddressInfo } from 'node:net'
import { runPayoutConnectorContract, type PayoutFate, type PayoutHarness, type RailFault } from '@holdfast/core/testing'
import type { PayoutAccount } from '@holdfast/core'
import { defaultBankToken, defaultDebtorAccount, startBankSimulator, type FaultKind } from '@holdfast/simulators'
import { createBankConnector } from './index.ts'

const faults: Readonly<Record<RailFault, FaultKind>> = {
  timeout_recorded: 'timeout_recorded', timeout_unrecorded: 'timeout_unrecorded', slow: 'slow', server_error: 'http_500',
  reset_recorded: 'reset_after_record', reset_unrecorded: 'reset_before_record', malformed_recorded: 'malformed_json',
}

const targets = {
  submit: { method: 'POST', path: '/transfers' },
  inquiry: { method: 'GET', path: '/transfers/*' },
  changes: { method: 'GET', path: '/transfers/events' },
} as const

const accounts: Readonly<Record<PayoutFate, PayoutAccount>> = {
  completed: { kind: 'us', holder: 'Seller LLC', country: 'US', routingNumber: '021000021', accountNumber: '9988776655' },
  rejected_at_once: { kind: 'us', holder: 'Seller LLC', country: 'US', routingNumber: '021000021', accountNumber: '000000000001' },
  failed_later: { kind: 'iban', holder: 'Seller GmbH', country: 'DE', iban: 'DE14 3704 0044 0000 0000 02' },
  returned: { kind: 'iban', holder: 'Seller GmbH', country: 'DE', iban: 'DE84370400440000000003' },
}

async function makeHarness(): Promise<PayoutHarness> {
  const bank = await startBankSimulator({ timeoutMs: 1_500 })
  const options = { baseUrl: bank.url, token: defaultBankToken, debtorAccount: defaultDebtorAccount }
  return {
    connector: createBankConnector(options),
    unreachable: createBankConnector({ ...options, baseUrl: `http://127.0.0.1:${await closedPort()}` }),
    currency: 'USD',
    account: (fate) => accounts[fate],
    fault: (fault, on) => { bank.faults.add({ fault: faults[fault], ...targets[on], ...(fault === 'slow' ? { ms: 150 } : {}) }) },
    disarm: () => { bank.faults.clear() },
    recordsOf: (requestId) => bank.records.transfers().filter((transfer) => Reflect.get(transfer, 'transferId') === requestId).length,
    advance: (ms) => { bank.clock.set(bank.clock.offsetMs + ms) },
    close: () => bank.close(),
  }
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => { resolve(port) })
  })
  return promise
}

runPayoutConnectorContract('bank', makeHarness)
