/* The shop's side of the payment: hands the proof of a completed attempt to the shop's server. */

interface Outcome {
  readonly paymentToken: string | null
}

const element = document.querySelector<HTMLElement>('holdfast-checkout')
const status = document.querySelector('#after-payment')

async function complete(token: string): Promise<void> {
  const response = await fetch(`/checkout/${element!.dataset['session']}/complete`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ token }),
  })
  if (!response.ok) throw new Error(`the shop answered ${response.status}`)
  location.assign(((await response.json()) as { location: string }).location)
}

element?.addEventListener('complete', (event) => {
  const { paymentToken } = (event as CustomEvent<Outcome>).detail
  if (!paymentToken) return
  if (status) status.textContent = 'Taking you to your order.'
  complete(paymentToken).catch(() => {
    if (status) status.textContent = 'Your payment went through, but the order’s page can’t be reached right now. It is under “Your orders”.'
  })
})
