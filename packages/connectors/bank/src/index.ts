export { ChangesUnavailable, createBankConnector } from './connector.ts'
export { BankOptionsError, type BankOptions } from './options.ts'
