/**
 * What is to happen to coming notifications. `hold`: not sent until released, in either order. `duplicate`: sent
 * `times` times (2 to 8) although acknowledged. `late`: `ms` later by the simulator's clock. `drop`: never sent.
 * `early`: the buyer approves the coming payment at once, and its notification is delivered before `pay` is answered.
 */
export const ruleActions = ['hold', 'duplicate', 'late', 'drop', 'early'] as const

export interface NotificationRule {
  readonly action: (typeof ruleActions)[number]
  /** `paymentRequestId` or `refundRequestId`; any by default. */
  readonly about?: string | undefined
  readonly notifyType?: 'PAYMENT_RESULT' | 'PAYMENT_PENDING' | 'REFUND_RESULT' | undefined
  readonly times?: number | undefined
  readonly ms?: number | undefined
  /** How many notifications; default 1. */
  readonly count?: number | undefined
}

/** The rules that are set, in their order; the first that fits is used up by one. */
export class NotificationRules {
  #rules: (NotificationRule & { remaining: number })[] = []

  add(rule: NotificationRule): void {
    this.#rules.push({ ...rule, remaining: rule.count ?? 1 })
  }

  clear(): void {
    this.#rules = []
  }

  list(): NotificationRule[] {
    return this.#rules.map(({ remaining, ...rule }) => ({ ...rule, count: remaining }))
  }

  take({ about, notifyType }: { about: string; notifyType: string }): NotificationRule | undefined {
    return this.#use(rule => rule.action !== 'early' && (rule.notifyType ?? notifyType) === notifyType && (rule.about ?? about) === about)
  }

  takeEarly(about: string): NotificationRule | undefined {
    return this.#use(rule => rule.action === 'early' && (rule.about ?? about) === about)
  }

  #use(fits: (rule: NotificationRule) => boolean): NotificationRule | undefined {
    const found = this.#rules.find(fits)
    if (!found) return undefined
    found.remaining -= 1
    if (found.remaining <= 0) this.#rules = this.#rules.filter(rule => rule !== found)
    return found
  }
}
