import type { ChallengeWindow } from '@holdfast/core'

/** What an operation says of the authentication that its rail is asked for. Of the buyer's browser, nothing is kept. */
export interface ThreeDSecure {
  readonly mode: 'automatic' | 'challenge'
  readonly window: ChallengeWindow
  /** Whoever has it may have us ask the rail, and no more. */
  readonly key: string
  readonly frameUrl: string
  readonly returnUrl: string
  /** Of the page that may frame the issuer's pages. */
  readonly origin: string | null
  /** An instant of the clock: an attempt that still waits then is closed. */
  readonly expiresAt: string
}

/** Of an operation that asked for an authentication. */
export function threeDSecureOf({ request }: { readonly request: Readonly<Record<string, unknown>> }): ThreeDSecure | undefined {
  return request['threeDSecure'] as ThreeDSecure | undefined
}
