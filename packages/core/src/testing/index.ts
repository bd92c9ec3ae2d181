export {
  runConnectorContract, type BuyerDeed, type CardHarness, type PaymentHarness, type PaymentKind, type RailFault, type RailUnderTest,
  type Tampering, type WalletHarness,
} from './connector-contract.ts'
export { runPayoutConnectorContract, type PayoutFate, type PayoutHarness } from './payout-contract.ts'
