/** The tables of orders, payments, escrows and the ledger (migrations 0002 and on). */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type
export interface MoneyTables {}
