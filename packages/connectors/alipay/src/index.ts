export { createAlipayConnector } from './connector.ts'
export { AlipayOptionsError, type AlipayOptions, type BillOptions } from './options.ts'
