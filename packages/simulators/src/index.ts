/**
 * Stateful, wire-compatible simulators: J.P. Morgan Online Payments v2, Antom, and a bank that sends payouts.
 * What they speak, their test cards, magic accounts and faults are described in README.md.
 */
export { startAntomSimulator } from './antom/server.ts'
export type {
  AntomNotification,
  AntomNotificationRecord,
  AntomPaymentRecord,
  AntomRefundRecord,
  AntomSimulator,
  AntomSimulatorOptions,
  AntomTampering,
} from './antom/server.ts'
export { defaultAntomClient, defaultAntomKeys } from './antom/keys.ts'
export { isAcknowledgement as isAntomAcknowledgement } from './antom/notifier.ts'
export type { NotificationRule as AntomNotificationRule } from './antom/rules.ts'
export type { AntomClient } from './antom/signer.ts'
export type { BuyerDeed as AntomBuyerDeed } from './antom/desk.ts'
export {
  startAlipaySimulator, defaultAlipayApp, isAlipayAcknowledgement,
} from './alipay/server.ts'
export type { AlipaySimulator, AlipaySimulatorOptions, AlipayTrade, NotificationChange } from './alipay/server.ts'
export type { Delivery, NotificationPlan } from './alipay/notify.ts'
export { startBankSimulator, defaultBankToken, defaultDebtorAccount } from './bank/server.ts'
export type { BankSimulator, BankSimulatorOptions } from './bank/server.ts'
export { startJpmorganSimulator, defaultJpmorganClient, defaultMerchantId } from './jpmorgan/server.ts'
export type { JpmorganSimulator, JpmorganSimulatorOptions } from './jpmorgan/server.ts'
export type { Fee } from './jpmorgan/decisions.ts'
export type { JpmorganClient } from './jpmorgan/oauth.ts'
export type { CaptureRecord, PaymentRecord, RefundRecord } from './jpmorgan/records.ts'
export { startAppleGateway } from './wallets/apple-gateway.ts'
export type { AppleGateway, AppleGatewayOptions, MerchantSessionAsked } from './wallets/apple-gateway.ts'
export { ApplePayMaker } from './wallets/apple-pay.ts'
export type { ApplePayMerchant, ApplePayPayment, ChainChanges } from './wallets/apple-pay.ts'
export { GooglePayMaker } from './wallets/google-pay.ts'
export type { GooglePayCard, GooglePayPayment } from './wallets/google-pay.ts'
export { systemNow, VirtualClock } from './shared/clock.ts'
export type { Now } from './shared/clock.ts'
export { Faults } from './shared/faults.ts'
export type { ArmedFault, FaultKind, FaultRule } from './shared/faults.ts'
export { RequestLog } from './shared/host.ts'
export type { RequestLogEntry } from './shared/host.ts'
