import type { JobHandler } from './handler.ts'
import { inquiries } from './inquiries.ts'
import { payouts } from './payouts.ts'
import { settlements } from './settlements.ts'
import { timers } from './timers.ts'
import { verifier } from '../verify/job.ts'

/** Every job that the worker runs, one a queue. */
export const handlers: readonly JobHandler[] = [timers, inquiries, payouts, settlements, verifier]
