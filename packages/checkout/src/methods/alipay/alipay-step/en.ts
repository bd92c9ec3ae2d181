/** What is said to a buyer who is in Alipay, or on the way there. */
export const en = {
  scanTitle: 'Scan with Alipay',
  scanText: 'Open Alipay on your phone, scan the code, and confirm {amount} to {marketplace}.',
  scanCode: 'Code to scan with Alipay',
  scanWait: 'Waiting for you to scan',
  scanAgain: 'Show a new code',
  pageTitle: 'Confirm in Alipay',
  pageText: 'Confirm {amount} to {marketplace} on Alipay’s page, then come back here.',
  pageGo: 'Go to Alipay',
  pageWait: 'Waiting for Alipay',
  pageAgain: 'Start again',
  confirmTitle: 'Confirm in Alipay',
  confirmText: 'Confirm {amount} to {marketplace} in Alipay, if you have not yet. The result shows here by itself.',
  lapsedTitle: 'The time to pay has run out',
  lapsedText: 'Start again, or choose another way to pay. If you have confirmed already, it shows here by itself.',
}
