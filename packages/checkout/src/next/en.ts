/** What happens after payment. */
export const en = {
  next: 'What happens next',
  nextShip: 'The seller ships, and your order shows when.',
  nextShipMany: 'Each seller ships, and your order shows when.',
  nextConfirm: 'You check the goods and confirm receipt: that releases the money to the seller.',
  nextAutomatic: 'If you neither confirm nor dispute, it is released by itself:',
  nextDate: '{days} after shipment; if it ships now, on {date}',
  nextDays: '{days} after shipment',
  nextNever: 'Never by itself: only when you confirm',
}
