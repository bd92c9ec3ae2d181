import type { ARes } from './messages.ts'

/** What a card's issuer does with an authentication. */
export interface Fate {
  readonly transStatus: ARes['transStatus']
  /** The fingerprint's page never ends. */
  readonly methodHangs?: true
  /** No code is right. */
  readonly refusesCodes?: true
}

/**
 * The cards that take part in 3-D Secure, all others don't. The numbers are those by which a widely used 3DS server's
 * test guide names the same outcomes [M]; J.P. Morgan's own outcomes go by amount.
 */
export const fates: ReadonlyMap<string, Fate> = new Map<string, Fate>([
  ['4000000000002701', { transStatus: 'Y' }],
  ['5200000000002235', { transStatus: 'Y' }],
  ['4000000000002719', { transStatus: 'A' }],
  ['4000000000002313', { transStatus: 'U' }],
  ['4000000000002925', { transStatus: 'N' }],
  ['4000000000002537', { transStatus: 'R' }],
  ['4000000000002503', { transStatus: 'C' }],
  ['5200000000002151', { transStatus: 'C' }],
  ['4000000000002370', { transStatus: 'C', refusesCodes: true }],
  ['4000000000002354', { transStatus: 'Y', methodHangs: true }],
])

/** The code that the bank "sends to the buyer's phone". */
export const code = '123456'
