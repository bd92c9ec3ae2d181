import type { BodyOf } from '@holdfast/contract'
import type { CheckoutSession, PaymentLink, PaymentLinkOpening } from '@holdfast/contract/types'
import type { TestBackend } from './backend.ts'
import { call, type ApiAnswer, type ApiCall } from './http.ts'
import { fresh, type TestShop } from './shop.ts'

export type LinkInput = Partial<BodyOf<'paymentLinks.create'>>

export interface Opened extends ApiAnswer {
  readonly opening: PaymentLinkOpening
}

/** What merchants and buyers do with payment links, call by call. */
export interface Links {
  body(over?: LinkInput): object
  create(over?: LinkInput): Promise<PaymentLink>
  read(link: Pick<PaymentLink, 'id'>): Promise<PaymentLink>
  /** As the page that a link's URL leads to does. */
  open(link: Pick<PaymentLink, 'url'>, options?: ApiCall): Promise<Opened>
  session(opened: Opened): Promise<CheckoutSession>
  deactivate(link: Pick<PaymentLink, 'id'>): Promise<ApiAnswer>
}

export const slugOf = ({ url }: Pick<PaymentLink, 'url'>): string => url.slice(url.lastIndexOf('/') + 1)

export function linksOf({ backend, shop, seller }: TestShop): Links {
  const body: Links['body'] = (over = {}) => ({
    reference: fresh('invoice'), currency: 'USD', returnUrl: 'http://shop.test/thanks',
    lines: [{ reference: 'lathe', seller, amount: 12_000, platformFee: 600 }], ...over,
  })
  return {
    body,
    async create(over) {
      const answer = await shop.post('/v1/payment-links', body(over))
      if (answer.status !== 201) throw new Error(`the link was refused: ${answer.text}`)
      return answer.body as unknown as PaymentLink
    },
    read: ({ id }) => shop.get(`/v1/payment-links/${id}`),
    open: (link, options) => openAt(backend, link, options),
    session: ({ opening }) => shop.get(`/v1/checkout-sessions/${opening.session}`),
    deactivate: ({ id }) => shop.post(`/v1/payment-links/${id}/deactivate`),
  }
}

/** Opens a link at one of several backends. */
export async function openAt(backend: TestBackend, link: Pick<PaymentLink, 'url'>, options: ApiCall = {}): Promise<Opened> {
  const answer = await call(backend, 'POST', `/v1/payment-links/${slugOf(link)}/open`, { key: null, idempotencyKey: null, body: {}, ...options })
  return { ...answer, opening: answer.body as unknown as PaymentLinkOpening }
}

