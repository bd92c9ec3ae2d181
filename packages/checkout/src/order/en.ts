import type { Language, StringKey, Words } from '../i18n/index.ts'

/** What `<holdfast-order>` says beside what the checkout says already; `{date}` is an instant with its zone. */
export const en = {
  loading: 'Loading your order',
  where: 'Where your money is',
  unpaid: 'Nothing has been paid yet.',
  waiting: 'Not shipped yet',
  shipped: 'Shipped',
  frozen: 'Frozen',
  frozenText: 'A refund was asked for on {date}. {amount} stays held until this is settled.',
  accept: 'Confirm receipt',
  acceptText: 'Releases {amount} to {seller}. This can’t be undone.',
  acceptGo: 'Release {amount}',
  ask: 'Ask for a refund',
  askText: 'Freezes {amount} at once, and tells {marketplace} what you write.',
  askReleasedText: 'The money was released already, so nothing is frozen. {marketplace} is told what you write.',
  reason: 'What is wrong',
  reasonMissing: 'Write what is wrong.',
  notNow: 'Not now',
  changed: 'The order has changed meanwhile. Check it, then try again.',
  history: 'What happened, and what will',
  placed: 'Order placed: {amount}',
  paid: '{amount} paid, and held',
  shipped_by: '{seller} shipped ({method})',
  tracking: 'Tracking number: {number}',
  released_requested: '{amount} released to {seller}',
  released_accepted: 'You confirmed receipt: {amount} released to {seller}',
  released_automatic: '{amount} released to {seller} by itself',
  refund_pending: '{amount} is on its way back to you',
  refunded: '{amount} refunded to you',
  refund_failed: 'A refund of {amount} failed',
  dispute_opened: 'A refund was asked for from {seller}',
  dispute_closed: 'The request to {seller} was withdrawn',
  coming: '{amount} is released to {seller} by itself, unless you ask for a refund before',
  errorTitle: 'Your order did not load',
  linkOver: 'This link can no longer be used',
  linkText: 'Open your order in the shop again.',
} as const

type SharedKey = Extract<
  StringKey,
  | 'order' | 'testMode' | 'testModeHint' | 'held' | 'released' | 'refunded' | 'release' | 'releaseDays' | 'releaseNever'
  | `method_${string}` | 'automatic' | 'fee' | 'feeAmount' | 'feeNone' | 'paidWith' | 'paidWithAlipay' | 'retry' | 'error_network'
>

/** What it says in the checkout's words. The build leaves the others out of the order page's script. */
export const sharedKeys: readonly SharedKey[] = [
  'order', 'testMode', 'testModeHint', 'held', 'released', 'refunded', 'release', 'releaseDays', 'releaseNever', 'method_express',
  'method_air', 'method_sea', 'method_warehouse', 'method_none', 'automatic', 'fee', 'feeAmount', 'feeNone', 'paidWith',
  'paidWithAlipay', 'retry', 'error_network',
]

export const shared = ({ text }: Language): Words<SharedKey> => text
