import type { RateLimit } from './http/rate-limit.ts'

/** How a backend runs; read from the environment by `readConfig`. */
export interface Config {
  readonly mode: 'test' | 'live'
  readonly http: {
    readonly trustProxy: boolean | string
    readonly validateResponses: boolean
    readonly rateLimits: Readonly<Record<'pageAddress' | 'pageSession' | 'authFailures', RateLimit>>
  }
  readonly database: { readonly poolSize: number }
}
