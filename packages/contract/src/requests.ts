import * as z from 'zod'
import { collectInputSchema, detailsInputSchema } from './details.ts'
import { webhookEventTypeSchema } from './events.ts'
import { countrySchema, emailSchema, lineOf, metadataSchema, referenceSchema, releaseTermsInputSchema, textOf, textSchema } from './fields.ts'
import { brandingInputSchema } from './hosted-page.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema } from './money.ts'
import { pagingFieldsOf } from './paging.ts'
import { feeBearers } from './resources.ts'
import { companyReferenceSchema, sessionSavedCardsInputSchema } from './saved-cards.ts'
import { disputeStates, orderStates, paymentStates, payoutStates, refundStates, threeDSecureModes } from './states.ts'

/* Every request is strict: a field that is not listed is refused by name. */

const bankAccountBase = { holder: lineOf(70), country: countrySchema, currency: currencySchema }

export const bankAccountInputSchema = z.union([
  z.strictObject({ ...bankAccountBase, iban: z.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, 'expected an IBAN without spaces') }),
  z.strictObject({
    ...bankAccountBase,
    routingNumber: z.string().regex(/^\d{9}$/, 'expected the nine digits of an ABA routing number'),
    accountNumber: z.string().regex(/^[A-Za-z0-9-]{4,17}$/, 'expected 4 to 17 letters, digits or hyphens'),
  }),
]).meta({ id: 'BankAccountInput' })

export const sellerCreateSchema = z.strictObject({
  reference: referenceSchema,
  name: lineOf(200),
  email: emailSchema.optional(),
  country: countrySchema,
  bankAccount: bankAccountInputSchema.optional(),
  metadata: metadataSchema.optional(),
}).meta({ id: 'SellerCreate' })

export const sellerUpdateSchema = z.strictObject({
  name: lineOf(200).optional(),
  email: emailSchema.nullable().optional(),
  bankAccount: bankAccountInputSchema.nullable().optional(),
  metadata: metadataSchema.optional(),
}).meta({ id: 'SellerUpdate' })

export const returnUrlSchema = z.url({ protocol: /^https?$/ }).max(500)

export const sessionLineInputSchema = z.strictObject({
  reference: referenceSchema.meta({ description: 'Unique within the session; names the escrow.' }),
  seller: idOf('seller'),
  description: lineOf(200).optional(),
  amount: positiveAmountSchema,
  platformFee: amountSchema.optional().meta({ description: 'At most the amount; 0 by default.' }),
  releaseTerms: releaseTermsInputSchema.optional().meta({ description: 'Express by default.' }),
}).meta({ id: 'SessionLineInput' })

export const buyerInputSchema = z.strictObject({
  reference: referenceSchema.optional(),
  name: lineOf(200).optional(),
  email: emailSchema.optional(),
  companyReference: companyReferenceSchema.optional(),
}).meta({ id: 'BuyerInput' })

export const sessionCreateSchema = z.strictObject({
  reference: referenceSchema.meta({ description: 'Yours, for the order that this session pays for.' }),
  currency: currencySchema,
  captureMode: z.enum(['automatic', 'manual']).optional().meta({ description: 'Automatic by default, so that a closed tab strands no authorization.' }),
  threeDSecure: z.enum(threeDSecureModes).optional().meta({ description: '3-D Secure for cards. `automatic` by default: the issuer decides whether to challenge the buyer; `challenge`: it is asked to; `off`: it is not asked at all.' }),
  returnUrl: returnUrlSchema,
  buyer: buyerInputSchema.optional(),
  lines: z.array(sessionLineInputSchema).min(1).max(50),
  collect: collectInputSchema.optional(),
  details: detailsInputSchema.optional().meta({ description: 'What is known already; the buyer can change what is asked for.' }),
  savedCards: sessionSavedCardsInputSchema.optional().meta({ description: 'Lets the buyer save cards and pay with saved ones; needs buyer.reference. Not offered by default.' }),
  expiresInMinutes: z.int().min(5).max(43_200).optional().meta({ description: 'One day by default.' }),
  metadata: metadataSchema.optional(),
}).meta({ id: 'SessionCreate' })

export const sessionUpdateSchema = z.strictObject({
  returnUrl: returnUrlSchema.optional(),
  buyer: buyerInputSchema.optional(),
  lines: z.array(z.strictObject({
    reference: referenceSchema,
    amount: positiveAmountSchema.optional(),
    platformFee: amountSchema.optional(),
  })).min(1).max(50).optional().meta({ description: 'Changes lines by reference; a changed amount makes a new revision.' }),
  collect: collectInputSchema.optional().meta({ description: 'In place of what was asked for.' }),
  details: detailsInputSchema.optional(),
  metadata: metadataSchema.optional(),
}).meta({ id: 'SessionUpdate' })

/** `{ milestone, amount }`, or `{ escrow, amount }`, which is split over the escrow's milestones. */
export const allotmentInputSchema = z.union([
  z.strictObject({ milestone: idOf('milestone'), amount: positiveAmountSchema }),
  z.strictObject({ escrow: idOf('escrow'), amount: positiveAmountSchema }),
]).meta({ id: 'AllotmentInput' })

export const paymentCaptureSchema = z.strictObject({
  amount: positiveAmountSchema.optional().meta({ description: 'Split over what remains; all of it by default. Not with allotments.' }),
  allotments: z.array(allotmentInputSchema).min(1).max(200).optional(),
  final: z.boolean().optional().meta({ description: 'True voids the rest; false by default unless nothing is left.' }),
  reference: referenceSchema.optional(),
}).meta({ id: 'PaymentCapture' })

export const escrowDeliverSchema = z.strictObject({
  method: lineOf(60),
  trackingNumber: z.string().max(60).optional(),
  evidence: z.string().max(2000).optional(),
}).meta({ id: 'EscrowDeliver' })

export const escrowReleaseSchema = z.strictObject({
  amount: positiveAmountSchema.optional().meta({ description: 'Gross; all that is held by default.' }),
  milestone: idOf('milestone').optional(),
  reference: referenceSchema.optional(),
}).meta({ id: 'EscrowRelease' })

export const refundCreateSchema = z.strictObject({
  payment: idOf('payment'),
  amount: positiveAmountSchema.optional().meta({ description: 'Split over what remains; all of it by default. Not with allotments.' }),
  allotments: z.array(allotmentInputSchema).min(1).max(200).optional(),
  feeBearer: z.enum(feeBearers).optional().meta({ description: 'Who gives back the fee of what was released: the platform by default.' }),
  reason: textSchema.optional(),
  reference: referenceSchema.optional(),
}).meta({ id: 'RefundCreate' })

export const disputeOpenSchema = z.strictObject({ escrow: idOf('escrow'), reason: textOf(2000) }).meta({ id: 'DisputeOpen' })

export const payoutCreateSchema = z.strictObject({
  seller: idOf('seller'),
  currency: currencySchema.optional().meta({ description: 'The bank account’s by default.' }),
  amount: positiveAmountSchema.optional().meta({ description: 'All that is payable by default.' }),
  reference: referenceSchema.optional(),
}).meta({ id: 'PayoutCreate' })

export const settlementImportSchema = z.strictObject({
  connector: z.string().min(1).max(40).optional().meta({ description: 'Every connector by default.' }),
}).meta({ id: 'SettlementImport' })

export const operatorTransferCreateSchema = z.strictObject({
  currency: currencySchema,
  amount: positiveAmountSchema,
  reference: referenceSchema,
}).meta({ id: 'OperatorTransferCreate' })

export const marketplaceUpdateSchema = z.strictObject({
  name: lineOf(80).optional(),
  origins: z.array(z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/, 'expected an origin alone, in lower case, such as https://shop.example')).max(50).optional(),
  branding: brandingInputSchema.optional(),
}).meta({ id: 'MarketplaceUpdate' })

export const apiKeyCreateSchema = z.strictObject({ kind: z.enum(['secret', 'publishable']) }).meta({ id: 'ApiKeyCreate' })

export const apiKeyRotateSchema = z.strictObject({
  overlapHours: z.int().min(0).max(7 * 24).default(24).meta({ description: 'How long the old key works beside the new one; 0 ends it at once.' }),
}).meta({ id: 'ApiKeyRotate' })

export const clockAdvanceSchema = z.union([
  z.strictObject({ byMs: z.int().min(1).max(366 * 86_400_000) }),
  z.strictObject({ to: z.iso.datetime() }),
]).meta({ id: 'ClockAdvance' })

export const emptySchema = z.strictObject({}).meta({ id: 'Empty' })

export const orderListSchema = z.strictObject({ ...pagingFieldsOf('order'), reference: z.string().optional(), status: z.enum(orderStates).optional(), seller: idOf('seller').optional(), buyer: z.string().optional(), paymentLink: idOf('paymentLink').optional() })
export const paymentListSchema = z.strictObject({ ...pagingFieldsOf('payment'), order: idOf('order').optional(), status: z.enum(paymentStates).optional() })
export const escrowListSchema = z.strictObject({ ...pagingFieldsOf('escrow'), seller: idOf('seller').optional(), order: idOf('order').optional() })
export const releaseListSchema = z.strictObject({ ...pagingFieldsOf('release'), escrow: idOf('escrow').optional(), seller: idOf('seller').optional() })
export const refundListSchema = z.strictObject({ ...pagingFieldsOf('refund'), payment: idOf('payment').optional(), order: idOf('order').optional(), status: z.enum(refundStates).optional() })
export const disputeListSchema = z.strictObject({ ...pagingFieldsOf('dispute'), escrow: idOf('escrow').optional(), order: idOf('order').optional(), status: z.enum(disputeStates).optional() })
export const sellerListSchema = z.strictObject({ ...pagingFieldsOf('seller'), reference: z.string().optional() })
export const paymentLinkListSchema = z.strictObject({ ...pagingFieldsOf('paymentLink'), reference: z.string().optional() })
export const savedCardListSchema = z.strictObject({ ...pagingFieldsOf('savedCard'), buyer: z.string().max(64).optional(), company: z.string().max(64).optional(), status: z.enum(['active', 'removed']).optional().meta({ description: 'Active by default.' }) })
export const payoutListSchema = z.strictObject({ ...pagingFieldsOf('payout'), seller: idOf('seller').optional(), status: z.enum(payoutStates).optional() })
export const eventListSchema = z.strictObject({ ...pagingFieldsOf('event'), type: webhookEventTypeSchema.optional(), object: z.string().max(64).optional().meta({ description: 'The id of the object that it is about.' }), order: z.enum(['newest', 'oldest']).optional() })
export const accountListSchema = z.strictObject({ ...pagingFieldsOf('ledgerAccount'), name: z.string().max(80).optional().meta({ description: 'The opening of the account’s name.' }) })
export const transferListSchema = z.strictObject({ ...pagingFieldsOf('transfer'), account: idOf('ledgerAccount').optional(), order: idOf('order').optional(), subject: z.string().max(64).optional() })
