import { expect } from 'chai'
import { CheckoutPage, closePages } from '../testing/checkout-page.ts'
import { attempt, checkoutView } from '../testing/views.ts'
import { HoldfastCheckout } from '../index.ts'
import type { Method } from './method.ts'

/* The README's example, as it stands there, and what else a merchant may add. */

const names = (page: CheckoutPage): string[] =>
  [...page.element.renderRoot.querySelectorAll<HTMLElement>('.methods label > span:first-of-type')].map(({ innerText }) => innerText)
const choose = (page: CheckoutPage, at: number): void =>
  [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.methods input')][at]?.click()

const nothing: Method = { row: () => undefined }
const added: string[] = []

function add(type: string, source: Parameters<typeof HoldfastCheckout.addMethod>[1]): void {
  added.push(type)
  HoldfastCheckout.addMethod(type, source)
}

const warned: string[] = []
const { warn } = console
beforeEach(() => {
  warned.length = 0
  Object.assign(console, { warn: (message: string) => void warned.push(message) })
})
afterEach(() => {
  closePages()
  Object.assign(console, { warn })
  for (const type of added.splice(0)) HoldfastCheckout.addMethod(type, nothing)
  location.hash = ''
})

async function documented(): Promise<{ text: string, url: string, integrity: string }> {
  const readme = await (await fetch('/packages/checkout/README.md')).text()
  const text = /```js\n(\/\/ invoice\.js\n[\s\S]+?)```/.exec(readme)?.[1] as string
  const hash = await crypto.subtle.digest('SHA-384', new TextEncoder().encode(text))
  const integrity = `sha384-${btoa(String.fromCharCode(...new Uint8Array(hash)))}`
  return { text, integrity, url: URL.createObjectURL(new Blob([text], { type: 'text/javascript' })) }
}

describe('a method of the merchant’s own', () => {
  it('is loaded by its hash, stands where the page wants it, and does without an attempt', async () => {
    const { url, integrity } = await documented()
    add('invoice', { url, integrity })
    const page = await CheckoutPage.openReady({ attributes: { 'payment-method-order': 'invoice card' } })
    await page.until('its row', () => names(page)[0] === 'Invoice')
    expect(names(page)).to.deep.equal(['Invoice', 'Card'])
    choose(page, 0)
    await page.until('what it draws', () => page.text.includes('ship when it is paid'))
    expect(page.payButton.innerText.replaceAll('\u00a0', ' ')).to.include('Ask for an invoice of USD 12,480.00')
    const heard = globalThis.fetch
    globalThis.fetch = async () => new Response(JSON.stringify({ page: '#thanks' }))
    const outcome = await page.element.confirm().finally(() => { globalThis.fetch = heard })
    expect(outcome).to.deep.equal({ status: 'canceled', payment: null })
    expect([location.hash, page.outcomes.length, page.api.confirms.length]).to.deep.equal(['#thanks', 0, 0])
  })

  it('that differs by a bit is not run, and the card still pays', async () => {
    const { text, integrity } = await documented()
    const changed = new Blob([text.replace('ship when', 'ship where')], { type: 'text/javascript' })
    add('invoice', { url: URL.createObjectURL(changed), integrity })
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt()] } })
    await page.until('it to go', () => names(page).length === 1)
    expect(warned.join()).to.include('"invoice"')
    await page.fillCard()
    expect((await page.pay()).type).to.equal('complete')
  })

  it('may bring what pays, draw its own button, and hears how it ended', async () => {
    const ended: string[] = []
    add('voucher', () => Promise.resolve({ row: (host) => {
      const button = document.createElement('button')
      button.className = 'own'
      button.onclick = () => host.submit()
      return {
        type: 'voucher', name: 'Voucher', ready: true, complete: true, button: () => button, validate: () => Promise.resolve(true),
        prepare: async () => {
          const answer = await host.post('anything', { for: host.view.revision })
          return { body: { method: 'card', token: String('token' in answer && answer['token']) } }
        },
        ended: (status) => ended.push(status),
      }
    } }))
    const page = await CheckoutPage.openReady({ arrange: (api) => {
      api.answersTo = { anything: [{ token: 'tok_voucher' }] }
      api.answers = [attempt()]
    } })
    await page.until('its row', () => names(page)[1] === 'Voucher')
    choose(page, 1)
    const button = await page.until('its button', () => page.find<HTMLButtonElement>('.own'))
    expect(page.find('.pay')).to.equal(null)
    button.click()
    await page.until('the end', () => page.outcomes.at(-1)?.type === 'complete')
    expect(page.api.confirms[0]?.body).to.deep.equal({ method: 'card', token: 'tok_voucher', revision: 1 })
    expect(ended).to.deep.equal(['complete'])
  })

  it('that throws is left out, and takes nothing along', async () => {
    add('broken', { row: () => { throw new Error('its own fault') } })
    const page = await CheckoutPage.openReady()
    await page.until('the console to hear of it', () => warned.some((text) => text.includes('its own fault')))
    expect(names(page)).to.deep.equal(['Card'])
  })
})

it('a name that nobody knows is left out and told once, whether the page orders it or the session lists it', async () => {
  const view = checkoutView({ methods: [...checkoutView().methods, { type: 'pigeon' } as never] })
  for (const _ of [1, 2]) await CheckoutPage.openReady({ arrange: (api) => { api.view = view }, attributes: { 'payment-method-order': 'owl card' } })
  expect(warned.filter((text) => text.includes('"owl"')).length).to.equal(1)
  expect(warned.filter((text) => text.includes('"pigeon"')).length).to.equal(1)
})
