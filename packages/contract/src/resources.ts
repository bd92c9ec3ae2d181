import * as z from 'zod'
import { collectSchema, detailsSchema } from './details.ts'
import { buyerSchema, instantSchema, metadataSchema, releaseTermsSchema } from './fields.ts'
import { brandingSchema } from './hosted-page.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema, signedSumSchema, sumSchema } from './money.ts'
import { sessionSavedCardsSchema } from './saved-cards.ts'
import {
  authenticationStates, threeDSecureModes,
  captureStates, declineClasses, disputeStates, milestoneStates, operationKinds, operationStates, orderStates,
  paymentStates, paymentMethods, payoutStates, refundStates, sessionStates, settlementStates,
} from './states.ts'
import { vaultWallets } from './vault.ts'

/*
 * Every object has one `currency`; each amount in it is an integer in minor units of that currency.
 * (docs/decisions/001-one-currency-an-object.md)
 */

export const bankAccountSchema = z.object({
  holder: z.string(),
  country: z.string(),
  currency: currencySchema,
  last4: z.string(),
  kind: z.enum(['iban', 'us']),
}).meta({ id: 'BankAccount', description: 'A bank account, of which only the last four characters are shown.' })

export const sellerSchema = z.object({
  id: idOf('seller'),
  object: z.literal('seller'),
  reference: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  country: z.string(),
  bankAccount: bankAccountSchema.nullable(),
  metadata: metadataSchema,
  createdAt: instantSchema,
}).meta({ id: 'Seller' })

export const sellerBalanceSchema = z.object({
  seller: idOf('seller'),
  object: z.literal('seller_balance'),
  currency: currencySchema,
  held: sumSchema.meta({ description: 'Held for this seller, before fees.' }),
  available: sumSchema,
  payable: sumSchema.meta({ description: 'What a payout could send now: available, less what has not settled.' }),
  reserve: sumSchema,
  inPayout: sumSchema,
  owed: sumSchema,
  paidOut: sumSchema,
  released: sumSchema.meta({ description: 'Released to this seller so far, net of fees.' }),
  refunded: sumSchema.meta({ description: 'Refunded to buyers from this seller’s shares so far.' }),
}).meta({ id: 'SellerBalance' })

/** Where an amount is; the bar that every screen draws. */
export const totalsSchema = z.object({
  captured: amountSchema,
  held: amountSchema,
  released: amountSchema.meta({ description: 'Gross, with the platform’s fee; less what was refunded since, so that captured = held + released + refunded.' }),
  releasedFee: amountSchema,
  refunded: amountSchema,
}).meta({ id: 'Totals' })

export const milestoneSchema = z.object({
  id: idOf('milestone'),
  object: z.literal('milestone'),
  payment: idOf('payment').nullable(),
  status: z.enum(milestoneStates),
  amount: amountSchema,
  platformFee: amountSchema,
  totals: totalsSchema,
  heldFee: amountSchema.meta({ description: 'The part of `held` that becomes the platform’s fee on release.' }),
  late: z.boolean(),
}).meta({ id: 'Milestone' })

export const deliverySchema = z.object({
  method: z.string(),
  trackingNumber: z.string().nullable(),
  evidence: z.string().nullable(),
  at: instantSchema,
}).meta({ id: 'Delivery' })

export const escrowSchema = z.object({
  id: idOf('escrow'),
  object: z.literal('escrow'),
  order: idOf('order'),
  seller: idOf('seller'),
  sellerName: z.string(),
  reference: z.string(),
  description: z.string().nullable(),
  status: z.enum(milestoneStates).meta({ description: 'Of its least advanced open milestone.' }),
  currency: currencySchema,
  amount: amountSchema,
  platformFee: amountSchema,
  totals: totalsSchema,
  releaseTerms: releaseTermsSchema,
  delivery: deliverySchema.nullable(),
  acceptedAt: instantSchema.nullable(),
  autoReleaseAt: instantSchema.nullable().meta({ description: 'When what is held releases by itself, unless a dispute freezes it.' }),
  dispute: idOf('dispute').nullable(),
  milestones: z.array(milestoneSchema),
  createdAt: instantSchema,
}).meta({ id: 'Escrow' })

export const orderSchema = z.object({
  id: idOf('order'),
  object: z.literal('order'),
  reference: z.string(),
  status: z.enum(orderStates),
  currency: currencySchema,
  amount: amountSchema,
  platformFee: amountSchema,
  totals: totalsSchema,
  buyer: buyerSchema,
  details: detailsSchema,
  escrows: z.array(escrowSchema),
  session: idOf('session'),
  paymentLink: idOf('paymentLink').nullable().meta({ description: 'The link by which its buyer came.' }),
  payments: z.array(idOf('payment')),
  metadata: metadataSchema,
  createdAt: instantSchema,
}).meta({ id: 'Order' })

export const capturePlanSchema = z.object({
  when: z.enum(['now', 'at_delivery']),
  reason: z.string(),
  latestReleaseAt: instantSchema.nullable(),
  authorizationExpiresAt: instantSchema,
}).meta({ id: 'CapturePlan', description: 'Whether an authorization would outlive the longest hold that the release terms allow.' })

export const sessionSchema = z.object({
  id: idOf('session'),
  object: z.literal('checkout_session'),
  reference: z.string(),
  order: idOf('order'),
  status: z.enum(sessionStates),
  mode: z.enum(['test', 'live']),
  revision: z.int().min(1),
  currency: currencySchema,
  amount: positiveAmountSchema,
  captureMode: z.enum(['automatic', 'manual']),
  capturePlan: capturePlanSchema,
  threeDSecure: z.enum(threeDSecureModes),
  returnUrl: z.string(),
  buyer: buyerSchema,
  collect: collectSchema,
  details: detailsSchema,
  savedCards: sessionSavedCardsSchema.nullable().meta({ description: 'Null: saved cards are not offered.' }),
  lines: z.array(z.object({
    reference: z.string(),
    escrow: idOf('escrow'),
    seller: idOf('seller'),
    description: z.string().nullable(),
    amount: positiveAmountSchema,
    platformFee: amountSchema,
    releaseTerms: releaseTermsSchema,
  })),
  payment: idOf('payment').nullable().meta({ description: 'The newest attempt.' }),
  paymentLink: idOf('paymentLink').nullable().meta({ description: 'The link by which its buyer came.' }),
  clientSecret: z.string(),
  hostedUrl: z.string().meta({ description: 'The hosted page for this session: a link for its buyer and nobody else, since it holds the client secret.' }),
  expiresAt: instantSchema,
  metadata: metadataSchema,
  createdAt: instantSchema,
}).meta({ id: 'CheckoutSession' })

export const cardSchema = z.object({
  brand: z.string(),
  last4: z.string(),
  expMonth: z.int(),
  expYear: z.int(),
  wallet: z.enum(vaultWallets).nullable().meta({ description: 'The wallet that the card came from; null: the buyer typed it. Brand and last four are then those of the wallet’s number for this device.' }),
}).meta({ id: 'Card' })

export const allotmentSchema = z.object({
  escrow: idOf('escrow'),
  milestone: idOf('milestone'),
  amount: positiveAmountSchema,
}).meta({ id: 'Allotment' })

export const captureSchema = z.object({
  id: idOf('capture'),
  object: z.literal('capture'),
  payment: idOf('payment'),
  reference: z.string().nullable(),
  status: z.enum(captureStates),
  currency: currencySchema,
  amount: positiveAmountSchema,
  allotments: z.array(allotmentSchema),
  final: z.boolean(),
  settledAt: instantSchema.nullable(),
  createdAt: instantSchema,
}).meta({ id: 'Capture' })

export const operationSchema = z.object({
  id: idOf('operation'),
  object: z.literal('operation'),
  kind: z.enum(operationKinds),
  status: z.enum(operationStates),
  connector: z.string(),
  railReference: z.string().nullable(),
  amount: amountSchema,
  retryOf: idOf('operation').nullable(),
  createdAt: instantSchema,
  resolvedAt: instantSchema.nullable(),
}).meta({ id: 'Operation' })

export const declineSchema = z.object({
  class: z.enum(declineClasses),
  code: z.string().meta({ description: 'Ours, safe to show to the merchant; never shown to the buyer.' }),
}).meta({ id: 'Decline' })

/** What an issuer said when it was asked to authenticate the buyer by 3-D Secure, as the rail told it. */
export const authenticationSchema = z.object({
  status: z.enum(authenticationStates).meta({ description: '`attempted`: the issuer takes no part, and the card scheme vouches. `unavailable`: nobody could be asked.' }),
  version: z.string().nullable().meta({ description: 'Of EMV 3-D Secure, where the rail tells.' }),
  eci: z.string().nullable().meta({ description: 'The electronic commerce indicator that went to the network.' }),
  liabilityShift: z.boolean().meta({ description: 'By the schemes’ ordinary rule, the issuer bears fraud: the indicator says authenticated or attempted.' }),
  transactionId: z.string().nullable().meta({ description: 'Of the scheme’s directory server: what a dispute is answered with.' }),
}).meta({ id: 'Authentication' })

export const paymentSchema = z.object({
  id: idOf('payment'),
  object: z.literal('payment'),
  order: idOf('order'),
  session: idOf('session'),
  status: z.enum(paymentStates),
  method: z.enum(paymentMethods),
  connector: z.string(),
  card: cardSchema.nullable(),
  currency: currencySchema,
  amount: positiveAmountSchema,
  authorized: amountSchema,
  capturable: amountSchema,
  captured: amountSchema,
  refunded: amountSchema.meta({ description: 'Pending or succeeded.' }),
  decline: declineSchema.nullable(),
  authentication: authenticationSchema.nullable().meta({ description: 'Null: nobody asked for it, or it has not ended.' }),
  authorizationExpiresAt: instantSchema.nullable(),
  captures: z.array(captureSchema),
  operations: z.array(operationSchema),
  createdAt: instantSchema,
}).meta({ id: 'Payment' })

export const releaseSchema = z.object({
  id: idOf('release'),
  object: z.literal('release'),
  escrow: idOf('escrow'),
  seller: idOf('seller'),
  reference: z.string().nullable(),
  reason: z.enum(['requested', 'accepted', 'automatic']),
  currency: currencySchema,
  gross: positiveAmountSchema,
  fee: amountSchema,
  net: amountSchema,
  allotments: z.array(z.object({ milestone: idOf('milestone'), gross: positiveAmountSchema, fee: amountSchema })),
  transfer: idOf('transfer'),
  createdAt: instantSchema,
}).meta({ id: 'Release' })

export const feeBearers = ['platform', 'seller'] as const

export const refundSchema = z.object({
  id: idOf('refund'),
  object: z.literal('refund'),
  payment: idOf('payment'),
  order: idOf('order'),
  reference: z.string().nullable(),
  reason: z.string().nullable(),
  status: z.enum(refundStates),
  currency: currencySchema,
  amount: positiveAmountSchema,
  feeBearer: z.enum(feeBearers),
  allotments: z.array(allotmentSchema),
  failure: z.object({ code: z.string() }).nullable(),
  createdAt: instantSchema,
  resolvedAt: instantSchema.nullable(),
}).meta({ id: 'Refund' })

export const disputeSchema = z.object({
  id: idOf('dispute'),
  object: z.literal('dispute'),
  escrow: idOf('escrow'),
  order: idOf('order'),
  status: z.enum(disputeStates),
  reason: z.string(),
  openedAt: instantSchema,
  escalatableAt: instantSchema,
  reviewAt: instantSchema,
  closedAt: instantSchema.nullable(),
}).meta({ id: 'Dispute' })

export const payoutSchema = z.object({
  id: idOf('payout'),
  object: z.literal('payout'),
  seller: idOf('seller'),
  reference: z.string().nullable(),
  status: z.enum(payoutStates),
  currency: currencySchema,
  amount: positiveAmountSchema,
  bankAccount: bankAccountSchema,
  connector: z.string(),
  railReference: z.string().nullable(),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  createdAt: instantSchema,
  completedAt: instantSchema.nullable(),
  returnedAt: instantSchema.nullable(),
}).meta({ id: 'Payout' })

export const settlementSchema = z.object({
  id: idOf('settlement'),
  object: z.literal('settlement'),
  connector: z.string(),
  reportId: z.string(),
  date: z.iso.date(),
  status: z.enum(settlementStates),
  currency: currencySchema,
  gross: signedSumSchema.meta({ description: 'Captures less refunds.' }),
  fees: signedSumSchema,
  net: signedSumSchema.meta({ description: 'What the bank account receives; negative: pays.' }),
  lineCount: z.int(),
  createdAt: instantSchema,
}).meta({ id: 'Settlement' })

export const settlementImportFailureSchema = z.object({
  connector: z.string(),
  reportId: z.string(),
  currency: currencySchema,
  code: z.enum(['unavailable', 'internal']),
}).meta({ id: 'SettlementImportFailure' })

export const settlementsImportedSchema = z.object({
  object: z.literal('list'),
  data: z.array(settlementSchema).meta({ description: 'What was recorded, each report whole and by itself.' }),
  hasMore: z.literal(false),
  failed: z.array(settlementImportFailureSchema)
    .meta({ description: 'Reports of which nothing was recorded; import again, under a new key, or leave them to the worker.' }),
}).meta({ id: 'SettlementsImported' })

export const settlementLineSchema = z.object({
  id: idOf('settlementLine'),
  object: z.literal('settlement_line'),
  settlement: idOf('settlement'),
  kind: z.enum(['capture', 'refund']),
  operation: idOf('operation').nullable().meta({ description: 'Null: unmatched; an alarm.' }),
  railReference: z.string(),
  currency: currencySchema,
  gross: signedSumSchema,
  fee: signedSumSchema,
  net: signedSumSchema,
}).meta({ id: 'SettlementLine' })

export const ledgerAccountSchema = z.object({
  id: idOf('ledgerAccount'),
  object: z.literal('ledger_account'),
  name: z.string().meta({ description: 'Such as `milestone:ms_…:held`, `rail:jpmorgan:receivable`; see docs/ledger.md.' }),
  currency: currencySchema,
  normalSide: z.enum(['debit', 'credit', 'either']),
  guarded: z.boolean(),
  balance: z.int().meta({ description: 'On its normal side; for `either`, debits less credits.' }),
}).meta({ id: 'LedgerAccount' })

export const transferSchema = z.object({
  id: idOf('transfer'),
  object: z.literal('transfer'),
  reason: z.string(),
  subject: z.string().meta({ description: 'The id of the object that it stands for.' }),
  order: idOf('order').nullable(),
  currency: currencySchema,
  postings: z.array(z.object({
    debit: z.object({ account: idOf('ledgerAccount'), name: z.string() }),
    credit: z.object({ account: idOf('ledgerAccount'), name: z.string() }),
    amount: positiveAmountSchema,
  })),
  createdAt: instantSchema,
}).meta({ id: 'Transfer' })

export const trialBalanceSchema = z.object({
  object: z.literal('trial_balance'),
  balanced: z.boolean().meta({ description: 'Debits equal credits, and every balance row equals its replay.' }),
  covered: z.boolean().meta({ description: 'Coverage is 0 or more in every currency: what is owed to buyers and sellers is there.' }),
  currencies: z.array(z.object({
    currency: currencySchema,
    debits: z.int(),
    credits: z.int(),
    coverage: z.int().meta({ description: 'Fees + funding + suspense − owed − losses − rail fees; below 0: alarm.' }),
    accounts: z.array(z.object({
      account: idOf('ledgerAccount'),
      name: z.string(),
      normalSide: z.enum(['debit', 'credit', 'either']),
      debits: z.int(),
      credits: z.int(),
      balance: z.int(),
      balanceRow: z.int().nullable().meta({ description: 'The guarded balance as stored; null where there is none.' }),
      agrees: z.boolean(),
    })),
  })),
  at: instantSchema,
}).meta({ id: 'TrialBalance' })

export const verificationSchema = z.object({
  object: z.literal('verification'),
  status: z.enum(['pending', 'right', 'alarmed', 'broken']).meta({ description: '`pending`: no run yet. `alarmed`: the books are right, and somebody must act. `broken`: the books are wrong.' }),
  lagMs: z.int().nullable().meta({ description: 'How long ago, in milliseconds of real time, the verifier had looked at everything up to then; null: not yet.' }),
  ranAt: instantSchema.nullable().meta({ description: 'Real time, as all of this.' }),
  sweptAt: instantSchema.nullable().meta({ description: 'When a sweep through everything there is last ended.' }),
  checked: z.object({
    orders: z.int(), sellers: z.int(), payouts: z.int(), settlements: z.int(), transfers: z.int(), events: z.int(),
  }).meta({ description: 'How often each was looked at since the beginning; of events, how often an object’s.' }),
  findingCount: z.int(),
  findings: z.array(z.object({
    rule: z.string(),
    severity: z.enum(['breach', 'alarm']),
    what: z.string(),
    subject: z.string().meta({ description: 'The id, or account and currency, that it is about.' }),
    field: z.string(),
    expected: z.string(),
    actual: z.string(),
    remedy: z.string().meta({ description: 'What to do.' }),
    foundAt: instantSchema,
    seenAt: instantSchema,
  })).max(100).meta({ description: 'What is still so: breaches first, then the oldest; at most 100.' }),
  at: instantSchema,
}).meta({ id: 'Verification' })

export const operatorTransferSchema = z.object({
  id: idOf('transfer'),
  object: z.literal('operator_transfer'),
  kind: z.enum(['top_up', 'withdrawal']),
  reference: z.string(),
  currency: currencySchema,
  amount: positiveAmountSchema,
  createdAt: instantSchema,
}).meta({ id: 'OperatorTransfer' })

export const apiKeySchema = z.object({
  id: idOf('apiKey'),
  object: z.literal('api_key'),
  kind: z.enum(['secret', 'publishable']),
  mode: z.enum(['test', 'live']),
  hint: z.string().meta({ description: 'The key’s opening and last four characters.' }),
  createdAt: instantSchema,
  expiresAt: instantSchema.nullable().meta({ description: 'When a key that was rotated ends; real time.' }),
  revokedAt: instantSchema.nullable(),
}).meta({ id: 'ApiKey' })

export const marketplaceSchema = z.object({
  id: idOf('marketplace'),
  object: z.literal('marketplace'),
  name: z.string(),
  mode: z.enum(['test', 'live']),
  origins: z.array(z.string()).meta({ description: 'The page origins on which the checkout may run.' }),
  methods: z.array(z.enum(paymentMethods)).meta({ description: 'What the configured rails can take; a session offers those that its currency allows.' }),
  branding: brandingSchema,
  createdAt: instantSchema,
}).meta({ id: 'Marketplace' })

export const clockSchema = z.object({
  object: z.literal('clock'),
  now: instantSchema,
  offsetMs: z.int(),
}).meta({ id: 'Clock' })
