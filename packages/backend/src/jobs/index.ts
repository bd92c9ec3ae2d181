import type { JobHandler } from './handler.ts'

/** Every job that the worker runs, one a queue. */
export const handlers: readonly JobHandler[] = []
