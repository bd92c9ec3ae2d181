/* The shop's side of the payment: hands the proof of a completed attempt to the shop's server. */

interface Outcome {
  readonly paymentToken?: string | null
}

interface Checkout extends HTMLElement {
  resume(): Promise<Outcome | null>
}

const element = document.querySelector<Checkout>('holdfast-checkout')
const status = document.querySelector('#after-payment')

async function complete(token: string): Promise<void> {
  const response = await fetch(`/checkout/${element!.dataset['session']}/complete`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ token }),
  })
  if (!response.ok) throw new Error(`the shop answered ${response.status}`)
  location.assign(((await response.json()) as { location: string }).location)
}

function paid(outcome: Outcome | null): void {
  if (!outcome?.paymentToken) return
  if (status) status.textContent = 'Taking you to your order.'
  complete(outcome.paymentToken).catch(() => {
    if (status) status.textContent = 'Your payment went through, but the order’s page can’t be reached right now. It is under “Your orders”.'
  })
}

element?.addEventListener('complete', (event) => paid((event as CustomEvent<Outcome>).detail))
// an attempt of before: the buyer comes back from a wallet, or has reloaded the page while a code was shown
void customElements.whenDefined('holdfast-checkout').then(() => element?.resume()).then((outcome) => paid(outcome ?? null))
