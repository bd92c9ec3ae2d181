import * as z from 'zod'

/** What we read of a settlement report. */
export type ReportField =
  | 'transactionId' | 'requestId' | 'originalTransactionId' | 'type' | 'amount' | 'currency' | 'settled' | 'settlementCurrency' | 'fee' | 'marketplace'

/** How a report of Antom's is laid out. Its document leaves open what differs by contract: say so here. */
export interface ReportLayout {
  /** Column names by what they hold. `marketplace: null`: the reports name none, and one marketplace alone has this client. */
  readonly columns?: Readonly<Partial<Record<Exclude<ReportField, 'marketplace'>, string>>> & { readonly marketplace?: string | null }
  /** `minor`: whole numbers of the smallest unit, as the API has them. `decimal`: with the currency's decimals. */
  readonly amounts?: 'minor' | 'decimal'
  /** What each type of line is; one of another type is refused. */
  readonly types?: Readonly<Record<string, LineType>>
}

/** `reversal`: a paid charge that was canceled; it undoes the charge's own line. */
export type LineType = 'capture' | 'refund' | 'reversal'

const name = z.string().min(1, 'expected the name of a column')

export const layoutSchema: z.ZodType<Layout, ReportLayout> = z.strictObject({
  columns: z.strictObject({
    transactionId: name.default('transactionId'),
    requestId: name.default('transactionRequestId'),
    originalTransactionId: name.default('originalTransactionId'),
    type: name.default('transactionType'),
    amount: name.default('transactionAmountValue'),
    currency: name.default('transactionCurrency'),
    settled: name.default('settlementAmountValue'),
    settlementCurrency: name.default('settlementCurrency'),
    fee: name.default('feeAmountValue'),
    marketplace: name.nullable().default('referenceMerchantId'),
  }).prefault({}),
  amounts: z.enum(['minor', 'decimal']).default('minor'),
  types: z.record(z.string(), z.enum(['capture', 'refund', 'reversal']))
    .default({ PAYMENT: 'capture', CAPTURE: 'capture', REFUND: 'refund', CANCEL: 'reversal' }),
}) as z.ZodType<Layout, ReportLayout>

/** With its defaults. */
export interface Layout {
  readonly columns: Readonly<Record<Exclude<ReportField, 'marketplace'>, string>> & { readonly marketplace: string | null }
  readonly amounts: 'minor' | 'decimal'
  readonly types: Readonly<Record<string, LineType>>
}
