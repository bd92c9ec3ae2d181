import type { Rails } from '../deps.ts'
import type { JobHandler } from './handler.ts'
import { inquiriesOfRails } from './inquiries.ts'
import { payouts } from './payouts.ts'
import { settlements } from './settlements.ts'
import { timers } from './timers.ts'
import { savedCards } from '../saved-cards/job.ts'
import { verifier } from '../verify/job.ts'

/** Every job that the worker runs, one a queue. */
export function handlersOf(rails: Rails): readonly JobHandler[] {
  return [timers, ...inquiriesOfRails(rails), payouts, settlements, savedCards, verifier]
}
