import type { OrderView } from '@holdfast/contract/types'
import { newKey, type Answer, type Caller } from '../api.ts'
import type { Timing } from '../timing.ts'

export type BuyerAction = OrderView['shares'][number]['actions'][number]

export function readOrder(api: Caller, { readTimeoutMs }: Timing): Promise<Answer<OrderView>> {
  return api.retried(
    { method: 'GET', path: '/v1/order', timeoutMs: readTimeoutMs, is: isOrderView },
    { deadlineMs: readTimeoutMs * 3, tries: 4 },
  )
}

/** Decides for one share. Every try carries the same key, so that all of them together are one decision. */
export function act(
  api: Caller, { confirmTimeoutMs, confirmDeadlineMs }: Timing,
  { action, ...body }: { readonly action: BuyerAction, readonly escrow: string, readonly reason?: string },
): Promise<Answer<OrderView>> {
  return api.retried(
    { method: 'POST', path: `/v1/order/${action}`, body, key: newKey(), timeoutMs: confirmTimeoutMs, is: isOrderView },
    { deadlineMs: confirmDeadlineMs, tries: 8 },
  )
}

type Bag = Record<string, unknown>
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null
const isTotals = (value: unknown): boolean =>
  isBag(value) && ['held', 'released', 'refunded'].every((name) => Number.isSafeInteger(value[name]))
const isShare = (value: unknown): boolean =>
  isBag(value) && isTotals(value['totals']) && Array.isArray(value['actions']) && isBag(value['releaseTerms'])

function isOrderView(value: unknown): value is OrderView {
  return isBag(value) && value['object'] === 'order_view' && /^[A-Z]{3}$/.test(String(value['currency']))
    && Number(value['exponent']) <= 4 && isTotals(value['totals'])
    && Array.isArray(value['shares']) && value['shares'].every(isShare)
    && Array.isArray(value['moments']) && value['moments'].every((one) => isBag(one) && typeof one['at'] === 'string')
}
