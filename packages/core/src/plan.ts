import { DAY_MS, longestDays, type ReleaseTerms } from './terms.ts'

/** How long authorizations live, in days, by card brand; the connector's dated data. */
export type AuthorizationDays = Readonly<Record<string, number>> & { readonly default: number }

/** An authorization is not relied on during its last day. */
const MARGIN_DAYS = 1

export interface CapturePlan {
  readonly when: 'now' | 'at_delivery'
  readonly reason: string
  readonly latestReleaseAt: Date | null
  readonly authorizationExpiresAt: Date
}

/** How long an authorization lives: of a brand, or, while the brand is not known, the shortest of all. */
export function authorizationDays(days: AuthorizationDays, brand?: string): number {
  return brand === undefined ? Math.min(...Object.values(days)) : (days[brand] ?? days.default)
}

/**
 * Plans whether to capture at once or at delivery: an authorization that could end before the money may be
 * released is captured now and held in the ledger.
 *
 * Pure: of the release terms, the rail's windows, the card's brand where it is known, and an instant.
 */
export function planCapture({ terms, days, brand, at }: {
  readonly terms: readonly ReleaseTerms[]
  readonly days: AuthorizationDays
  readonly brand?: string
  readonly at: Date
}): CapturePlan {
  const window = authorizationDays(days, brand)
  const authorizationExpiresAt = new Date(at.getTime() + window * DAY_MS)
  const longest = terms.map((one) => longestDays(one, at))
  if (longest.includes(null)) {
    return {
      when: 'now', latestReleaseAt: null, authorizationExpiresAt,
      reason: `A line is released only when the buyer accepts, and an authorization ends after ${window} days.`,
    }
  }
  const latest = Math.max(...longest.map(Number))
  const fits = latest <= window - MARGIN_DAYS
  return {
    when: fits ? 'at_delivery' : 'now',
    latestReleaseAt: new Date(at.getTime() + latest * DAY_MS),
    authorizationExpiresAt,
    reason: fits
      ? `The last release is due within ${latest} days, and an authorization lives ${window}.`
      : `The last release may come after ${latest} days, and an authorization ends after ${window}.`,
  }
}
