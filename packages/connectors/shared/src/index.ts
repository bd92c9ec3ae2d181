export { deadlineIn, type Deadline } from './deadline.ts'
export {
  ReportsUnavailable, SettlementReportRefused, cellsOf, ofEachCurrency, parseCsv, readDays, readList, type Cells, type ListedReport, type Parsed,
} from './reports.ts'
