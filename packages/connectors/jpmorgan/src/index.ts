export { createJpmorganConnector } from './connector.ts'
export { JpmorganOptionsError, type JpmorganAuth, type JpmorganOptions } from './options.ts'
export { ReportsUnavailable, SettlementReportRefused, type ReportProblem } from './reports.ts'
