import { createElement } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { Shop } from './react-shop.ts'

const root = document.querySelector('#root') as HTMLElement
const recovered: string[] = []
Object.assign(globalThis, { recovered })
hydrateRoot(root, createElement(Shop, { clientSecret: root.dataset['secret'] as string }), {
  onRecoverableError: (error) => void recovered.push(String(error)),
})
