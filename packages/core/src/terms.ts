import { assert } from './refusal.ts'

/** How goods travel. */
export type ReleaseMethod = 'express' | 'air' | 'sea' | 'warehouse' | 'none'

export interface ReleaseTermsInput {
  readonly method: ReleaseMethod
  readonly inspectionDays?: number | undefined
  readonly claimDays?: number | undefined
}

export interface ReleaseTerms {
  readonly method: ReleaseMethod
  /** Days from delivery to automatic release; null: never by itself. */
  readonly inspectionDays: number | null
  /** Days after receipt in which the buyer may still claim. */
  readonly claimDays: number
}

interface MethodTerms {
  readonly inspectionDays: number | null
  /** How much longer goods that are still in transit may take. */
  readonly extensionDays: number
}

interface TermsEdition {
  /** The first UTC day on which it holds. */
  readonly since: string
  readonly claimDays: number
  readonly methods: Readonly<Record<ReleaseMethod, MethodTerms>>
}

/** Default release terms by date, oldest first: those of Trade Assurance, as publicly described. */
export const termsTable: readonly TermsEdition[] = [
  {
    since: '2026-01-01',
    claimDays: 30,
    methods: {
      express: { inspectionDays: 15, extensionDays: 10 },
      air: { inspectionDays: 30, extensionDays: 0 },
      sea: { inspectionDays: 60, extensionDays: 0 },
      warehouse: { inspectionDays: 10, extensionDays: 0 },
      none: { inspectionDays: null, extensionDays: 0 },
    },
  },
]

export const DAY_MS = 86_400_000

/** Automatic release is legal only this long after its deadline: longer than any request, so a dispute at the deadline wins. */
export const LAPSE_GRACE_MS = 30_000

function editionAt(at: Date): TermsEdition {
  const day = at.toISOString().slice(0, 10)
  const edition = termsTable.findLast(({ since }) => since <= day) ?? termsTable[0]
  assert(edition !== undefined, 'there is an edition of the release terms')
  return edition
}

/** Release terms with the defaults of the edition that holds at an instant. */
export function resolveTerms(input: ReleaseTermsInput | undefined, at: Date): ReleaseTerms {
  const edition = editionAt(at)
  const method = input?.method ?? 'express'
  return {
    method,
    inspectionDays: input?.inspectionDays ?? edition.methods[method].inspectionDays,
    claimDays: input?.claimDays ?? edition.claimDays,
  }
}

/** The longest that goods may be under way and inspected, in days; null: without end. */
export function longestDays(terms: ReleaseTerms, at: Date): number | null {
  if (terms.inspectionDays === null) return null
  return terms.inspectionDays + editionAt(at).methods[terms.method].extensionDays
}

/** When what is held releases by itself, for goods delivered at an instant: whole days of 24 h in UTC. */
export function autoReleaseAt(terms: ReleaseTerms, delivered: Date): Date | null {
  return terms.inspectionDays === null ? null : new Date(delivered.getTime() + terms.inspectionDays * DAY_MS)
}
