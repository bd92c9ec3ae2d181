import type { Attempt } from '@holdfast/contract/types'
import type { BuyerStep, StepHost } from '../../method.ts'
import { en } from './en.ts'
import { ThreeDSecureStep } from './step.ts'

/** What is shown while the issuer of a card authenticates its buyer. */
export async function stepOf(host: StepHost, attempt: Attempt): Promise<BuyerStep> {
  return new ThreeDSecureStep(host, attempt, await host.language.words('three-d-secure', en))
}
