export { createAntomConnector } from './connector.ts'
export { AntomOptionsError, type AntomOptions } from './options.ts'
export type { LineType, ReportField, ReportLayout } from './layout.ts'
export { ReportsUnavailable, SettlementReportRefused, type ReportProblem } from './reports.ts'
