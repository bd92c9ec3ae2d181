export { createJpmorganConnector } from './connector.ts'
export { JpmorganOptionsError, type JpmorganAuth, type JpmorganOptions } from './options.ts'
export { ReportsUnavailable, SettlementReportRefused } from '@holdfast/connector-shared'
export type { ReportProblem } from './reports.ts'
