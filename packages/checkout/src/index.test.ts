import { expect, test } from 'vitest'

test('a server may import the package and load it: nothing happens, and nothing breaks', async () => {
  expect(typeof document).toBe('undefined')
  const { HoldfastCheckout, loadHoldfast } = await import('./index.ts')
  expect(await loadHoldfast()).toBeNull()
  expect(HoldfastCheckout.hasReturned('https://shop.example/?holdfast_session=cs_01')).toBe(true)
})
