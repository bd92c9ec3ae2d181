import type { Refusal } from '@holdfast/core'

/* What a buyer who opens a link can be told, instead of a session. */

export const unknown: Refusal = {
  refused: 'payment_link_unknown',
  detail: 'There is no payment link at this address. See that the address is whole, or ask whoever sent it for a new one.',
}
export const inactive: Refusal = {
  refused: 'payment_link_inactive',
  detail: 'The merchant has ended this payment link. Ask them for another.',
}
export const expired: Refusal = {
  refused: 'payment_link_expired',
  detail: 'The time of this payment link is over. Ask the merchant for another.',
}
export const usedUp: Refusal = {
  refused: 'payment_link_used_up',
  detail: 'This payment link has been paid as often as it can be; there is nothing to pay any more.',
}
export const busy: Refusal = {
  refused: 'payment_link_busy',
  detail: 'Others are paying by this link right now, and no more may. Open it again in some minutes: what is left unpaid becomes free.',
}
export const unavailable: Refusal = {
  refused: 'payment_link_unavailable',
  detail: 'What this payment link sells can’t be sold any more: a seller, a currency or a bound has changed since it was made. The merchant has to make another.',
}
