/**
 * Stateful, wire-compatible simulators: J.P. Morgan Online Payments v2 and a bank that sends payouts.
 * What they speak, their test cards, magic accounts and faults are described in README.md.
 */
export { startBankSimulator, defaultBankToken, defaultDebtorAccount } from './bank/server.ts'
export type { BankSimulator, BankSimulatorOptions } from './bank/server.ts'
export { startJpmorganSimulator, defaultJpmorganClient, defaultMerchantId } from './jpmorgan/server.ts'
export type { JpmorganSimulator, JpmorganSimulatorOptions } from './jpmorgan/server.ts'
export type { Fee } from './jpmorgan/decisions.ts'
export type { JpmorganClient } from './jpmorgan/oauth.ts'
export type { CaptureRecord, PaymentRecord, RefundRecord } from './jpmorgan/records.ts'
export { systemNow, VirtualClock } from './shared/clock.ts'
export type { Now } from './shared/clock.ts'
export { Faults } from './shared/faults.ts'
export type { ArmedFault, FaultKind, FaultRule } from './shared/faults.ts'
export { RequestLog } from './shared/host.ts'
export type { RequestLogEntry } from './shared/host.ts'
