export { runConnectorContract, type PaymentHarness, type PaymentKind, type RailFault } from './connector-contract.ts'
export { runPayoutConnectorContract, type PayoutFate, type PayoutHarness } from './payout-contract.ts'
