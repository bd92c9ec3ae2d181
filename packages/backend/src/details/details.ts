import { detailNames, type BodyOf } from '@holdfast/contract'
import type { Collect, CollectInput, Details } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import { checkAddress } from './addresses.ts'
import { areProblems, refuseDetails, type DetailProblem } from './problem.ts'
import { checkTaxId } from './tax-ids.ts'

/** What is said of an order, as it came in. */
type DetailsInput = BodyOf<'checkout.details'>

const nothing: Details = { company: null, taxId: null, purchaseOrder: null, deliveryAddress: null }

/** What was said of an order, as the wire has it. */
export const detailsOf = (stored: Partial<Details>): Details => ({ ...nothing, ...stored })

export const collectOf = (stored: CollectInput): Collect =>
  ({ company: null, taxId: null, purchaseOrder: null, deliveryAddress: null, ...stored })

/** Whether a session asks its buyer for anything. */
export const asks = (collect: Collect): boolean => detailNames.some((name) => collect[name] !== null)

/** What is kept of what was said, or all that is wrong with it. What was left out is left out of it. */
export async function checkDetails(input: DetailsInput): Promise<Partial<Details> | readonly DetailProblem[]> {
  const { taxId, deliveryAddress, ...plain } = input
  const checked = {
    ...(taxId !== undefined && { taxId: taxId && await checkTaxId(taxId) }),
    ...(deliveryAddress !== undefined && { deliveryAddress: deliveryAddress && checkAddress(deliveryAddress) }),
  }
  const problems = Object.values(checked).flatMap((one) => (areProblems(one) ? one : []))
  return problems.length > 0 ? problems : { ...plain, ...checked } as Partial<Details>
}

/**
 * What a merchant's server says of an order, checked.
 *
 * @refuses validation_failed - with every field that is wrong
 */
export async function takeDetails(input: DetailsInput | undefined, under: string): Promise<Partial<Details> | Refusal | undefined> {
  const checked = input && await checkDetails(input)
  return areProblems(checked) ? refuseDetails(checked, under) : checked
}

/** What one detail is called in a sentence. */
const words = { company: 'a company', taxId: 'a tax id', purchaseOrder: 'a purchase order number', deliveryAddress: 'a delivery address' } as const

/** Refuses an attempt to pay while something is missing that the session asks for. */
export function refuseIncomplete(collect: CollectInput, stored: Partial<Details>): Refusal | null {
  const name = detailNames.find((one) => collect[one] === 'required' && !stored[one])
  return name ? {
    refused: 'details_missing', field: `details.${name}`,
    detail: `The session asks for ${words[name]}, which the order does not have yet. Send it by POST /v1/checkout/details first.`,
  } : null
}
