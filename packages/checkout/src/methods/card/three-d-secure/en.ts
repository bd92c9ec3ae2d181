/** What the step of 3-D Secure says, in English. The keys are the ids of the units in `locales/*.xlf`. */
export const en = {
  bankTitle: 'Confirm with your bank',
  bankChecking: 'Checking with your bank',
  bankAsk: 'Your bank asks you to confirm this payment.',
  bankFrame: 'Your bank’s page',
  bankLate: 'Your bank’s page does not show here. Open it by itself: it brings you back.',
  bankOpen: 'Open your bank’s page',
}
