/** How a backend runs; read from the environment by `readConfig`. */
export interface Config {
  readonly mode: 'test' | 'live'
  readonly database: { readonly poolSize: number }
}
