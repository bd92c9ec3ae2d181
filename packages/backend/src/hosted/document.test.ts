import { newId } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { paymentDocument, type Making } from './document.ts'
import { shelve } from './files.ts'

const making: Making = {
  shelf: shelve({ component: '', script: '', style: '', chunks: new Map() }), words: { en: {} }, publicUrl: 'https://pay.example',
  vaultOrigin: 'https://cards.example', nonce: null, locale: 'en',
}
const marketplace = { id: newId('marketplace'), name: 'Acme', branding: { logo: 'v1' } }

test('behind a proxy that serves us under a path, every address has that path, and the policy none', () => {
  const { html, policy } = paymentDocument({ ...making, publicUrl: 'https://acme.example/holdfast' }, { marketplace, link: null })
  const addresses = [...html.replace(/<link rel="preconnect".*/, '').matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
  expect(addresses.length).toBeGreaterThanOrEqual(5)
  expect(addresses.filter((address) => !address?.startsWith('/holdfast/pay/'))).toEqual([])
  expect(html).toContain('"apiUrl":"https://acme.example/holdfast"')
  expect(policy).toContain("connect-src 'self' https://acme.example;")
})

test('the page says where the card’s fields come from, to the browser and to the component', () => {
  const { html, policy } = paymentDocument(making, { marketplace, link: null })
  expect(html).toContain('<link rel="preconnect" href="https://cards.example">')
  expect(html).toContain('"vaultUrl":"https://cards.example"')
  expect(policy).toContain('frame-src https://cards.example ')
})

test('Google’s script may be loaded where Google Pay is offered, and nowhere else', () => {
  const without = paymentDocument(making, { marketplace, link: null })
  expect(without.policy).not.toContain('google')
  const { policy, html } = paymentDocument({ ...making, nonce: 'abc' }, { marketplace, link: null })
  expect(policy).toContain("script-src 'self' https://pay.google.com;")
  expect(policy).toContain("'nonce-abc'")
  expect(policy).not.toMatch(/unsafe|\*/)
  expect(html).toContain('"nonce":"abc"')
})
