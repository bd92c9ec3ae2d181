/** The vault can't be started so; the message says what is wrong and what to set or do. */
export class VaultConfigError extends Error {
  override name = 'VaultConfigError'
}
