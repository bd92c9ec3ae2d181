import { createElement, StrictMode, useRef, useState, type ReactElement } from 'react'
import { HoldfastCheckout, type HoldfastCheckoutElement } from '../react.ts'

/** What a merchant writes, for the server and the browser alike; a test reaches into it through `shop`. */
export function Shop({ clientSecret }: { readonly clientSecret: string }): ReactElement {
  const [heard, setHeard] = useState('nothing')
  const [theme, setTheme] = useState<'light' | 'dark' | undefined>('light')
  const element = useRef<HoldfastCheckoutElement>(null)
  Object.assign(globalThis, { shop: { element, setTheme } })
  return createElement(StrictMode, null,
    createElement('p', { id: 'heard' }, heard),
    createElement(HoldfastCheckout, {
      ref: element, className: 'checkout', clientSecret, locale: 'en', hidePayButton: true,
      ...(theme && { appearance: { theme } }),
      onReady: ({ type, detail }) => setHeard(`${type} ${detail.amount}`),
    }))
}
