/**
 * What the part for saved cards says, in English. `save` and `share` are what a buyer agrees to: when either changes,
 * `savedCardConsents` of the contract needs a new version, which a test holds against their words.
 */
export const en = {
  savedCards: 'Saved cards',
  cardEnding: '{brand} ending in {last4}',
  colleague: 'Shared by a colleague',
  expired: 'Expired',
  another: 'Another card',
  remove: 'Remove',
  removeAsk: 'Remove {card}?',
  keep: 'Keep',
  save: 'Save this card with {marketplace} for my next purchases. I can remove it here at any time.',
  share: 'Colleagues who buy for my company may pay with it too.',
}
