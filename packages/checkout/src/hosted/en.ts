/** What the hosted page says besides the component; it comes in its document. */
export const en = {
  payment: 'Payment',
  incomplete: 'This link is incomplete',
  incompleteText:
    'Open the whole link that you were given once more. If you have just paid, nothing is lost: your payment is on record.',
  unknown: 'There is no such payment page',
  unknownText: 'Check the address, or open the link that you were given once more.',
  link_unknown: 'There is no such payment link',
  link_inactive: 'This payment link is switched off',
  link_expired: 'This payment link has expired',
  link_used_up: 'This payment link has already been used',
  link_busy: 'Others are paying with this link right now',
  link_busyText: 'Nothing was charged. Wait a few minutes, then try again.',
  linkText: 'Nothing was charged. If you still want to pay, ask for a new link.',
  noScript: 'This page needs JavaScript to take your payment. Switch it on, then load the page again.',
  contact: 'Write to {email}',
  terms: 'Terms',
  privacy: 'Privacy',
}

/** Of the component's sentences, those that the page says before there is a component. */
export const sharedKeys = ['loadErrorTitle', 'retry', 'error_network'] as const
