/**
 * Every sentence of the component, in English. `{name}` stands for a value; `{days}` and `{minutes}` for a span
 * with its unit, `14 days`. The keys are the ids of the units in `locales/*.xlf`, where the other languages are.
 */
export const en = {
  total: 'Total',
  order: 'Order {reference}',
  testMode: 'Test mode',
  testModeHint: 'No money moves.',
  heldLine: 'Held until you confirm receipt',
  afterPaying: 'After you pay',
  held: 'Held',
  released: 'Released',
  refunded: 'Refunded',

  release: 'Released to the seller',
  releaseDays: 'When you confirm receipt, or {days} after shipment ({method})',
  releaseNever: 'Only when you confirm receipt',
  method_express: 'express',
  method_air: 'air freight',
  method_sea: 'sea freight',
  method_warehouse: 'from a warehouse',
  method_none: 'no shipment',
  automatic: 'Automatic release',
  automaticDate: '{date}, if it ships now',
  automaticNever: 'None: it stays held until you confirm',
  fee: 'Marketplace fee',
  feeAmount: '{amount}, taken from the seller’s share',
  feeNone: 'None',
  dispute: 'If something is wrong',
  disputeText: 'Open a dispute from your order before the release: the money stays held until it is settled.',
  disputeClaim: 'You can also claim up to {days} after receipt.',

  methods: 'Payment method',
  card: 'Card',
  cardFrame: 'Card number, expiry date, security code and name',
  cardBrands: 'Accepted: {brands}',
  cardBrand: 'Recognized: {brand}',
  alipay: 'Alipay',
  alipayWays: 'How to pay with Alipay',
  alipayScan: 'Scan a code with your phone',
  alipayPage: 'Pay on Alipay’s page',
  alipayGo: 'You pay in Alipay, and come back here.',
  pay: 'Pay {amount}',
  payScan: 'Show the code for {amount}',
  payPage: 'Go to Alipay to pay {amount}',
  paying: 'Paying {amount}',
  footnote:
    '{marketplace} holds your money until you confirm receipt; if something is wrong, dispute it from your order.',
  loading: 'Loading the checkout',
  slow: 'Still loading: the connection is slow.',
  offline: 'You are offline. This page goes on by itself once you are connected again.',
  totalChanged: 'The total changed. It is now {amount}.',

  timeLeft: '{time} left',
  minutesLeft: 'Time left to pay: {minutes}',
  another: 'Pay another way',

  completeTitle: 'Paid, and held for you',
  completeText: '{marketplace} holds {amount} for your order {reference}.',
  paidWith: 'Paid with {brand} ending in {last4}.',
  paidWithAlipay: 'Paid with Alipay.',
  viewOrder: 'Go to your order',

  processingTitle: 'Your payment is being confirmed',
  processingText:
    'It can take a few minutes. Don’t pay again. You may leave: your order will show the result.',
  expiredTitle: 'This checkout has expired',
  expiredText: 'No money was taken. Start again from the shop to pay for this order.',
  canceledTitle: 'This order was canceled',
  canceledText: 'No money was taken.',
  back: 'Back to {marketplace}',
  loadErrorTitle: 'The checkout did not load',
  retry: 'Try again',

  error_card_declined:
    'The card was declined and nothing was charged. Try another card, or ask your bank to allow it.',
  error_card_data_invalid:
    'The card details were not accepted and nothing was charged. Check them, then pay again.',
  error_card_field: 'The card details were not accepted and nothing was charged. Check the {field}, then pay again.',
  field_number: 'card number',
  field_expiry: 'expiry date',
  field_securityCode: 'security code',
  field_name: 'name on the card',
  error_card_expired: 'This card has expired. Use another card.',
  error_authentication_required:
    'Your bank must confirm this with you first; nothing was charged. Ask your bank or try another card.',
  error_card_data_lost: 'The card details could not be used in time and nothing was charged. Pay again.',
  error_try_again_later:
    'The payment could not be made and nothing was charged. Wait a minute, then pay again.',
  error_wallet_refused: 'The payment was refused in the wallet and nothing was charged. Pay again, or choose another way to pay.',
  error_wallet_expired: 'The payment was not made in time and nothing was charged. Pay again, or choose another way to pay.',
  error_attempt_canceled: 'This payment was called off and nothing was charged. Pay again, or choose another way to pay.',
  error_card_incomplete: 'Check the card fields that are marked, then pay again.',
  error_details_incomplete: 'Check the details that are marked, then pay again.',
  error_attempt_in_progress: 'The payment is on its way to the wallet. Wait a moment, then try again.',
  error_offline:
    'You are offline and nothing was sent. Reconnect, then pay again: what you typed is still here.',
  error_network: 'There is no connection to the payment service. Check your connection, then try again.',
  error_not_received:
    'The payment didn’t reach us and nothing was charged. Check your connection, then pay again.',
  error_amount_changed:
    'The total changed before you paid and nothing was charged. Check it, then pay again.',
  error_session_expired: 'This checkout has expired. Start again from the shop.',
  error_session_canceled: 'This order was canceled and can’t be paid.',
  error_session_unknown: 'This checkout is not valid any more. Start again from the shop.',
  error_origin_not_allowed:
    'This page may not take payments for this shop. The shop has to register the page’s address.',
  error_card_form_failed: 'The card form did not load. Check your connection, then try again.',
  error_not_ready: 'The checkout has not finished loading. Wait a moment, then pay again.',
  error_internal: 'Something failed on our side, and nothing was charged. Wait a minute, then try again.',
}
