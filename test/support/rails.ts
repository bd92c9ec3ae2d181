import { defaultMerchantId, startBankSimulator, startJpmorganSimulator, type BankSimulator, type JpmorganSimulator } from '@holdfast/simulators'

/** Rails that know two merchants, as two marketplaces of one operator have them, and follow a backend's clock. */
export interface Rails {
  readonly jpmorgan: JpmorganSimulator
  readonly bank: BankSimulator
  readonly merchantIds: readonly [string, string]
  /** From now on, their time is this clock's. */
  follow(clock: { readonly now: () => Date }): void
}

export async function startRails(): Promise<Rails> {
  let clock = { now: (): Date => new Date() }
  const merchantIds = [defaultMerchantId, '998482157631'] as const
  const options = { now: () => clock.now(), timeoutMs: 1_500 }
  const [jpmorgan, bank] = await Promise.all([
    startJpmorganSimulator({ ...options, merchantIds }), startBankSimulator(options),
  ])
  const follow = (other: typeof clock): void => {
    clock = other
  }
  return { jpmorgan, bank, merchantIds, follow }
}
