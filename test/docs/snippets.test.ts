import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endpoints, type Endpoint } from '@holdfast/contract'
import { afterAll, expect, it } from 'vitest'
import { inTree, runNode, tools } from '../../scripts/command.ts'

const pages = ['README.md', 'packages/server/README.md', 'docs/webhooks.md', 'docs/payment-links.md', 'docs/hosted-page.md']
const read = (page: string): string => readFileSync(inTree(page), 'utf8')

// in the tree, so that the packages are found
mkdirSync(inTree('.holdfast'), { recursive: true })
const workshop = mkdtempSync(inTree('.holdfast', 'snippets-'))
afterAll(() => rmSync(workshop, { recursive: true, force: true }))

/** What the pages take for granted: a client, and what a merchant's server has at hand. */
const given = `
declare const holdfast: import('@holdfast/server').Holdfast
declare const HoldfastError: typeof import('@holdfast/server').HoldfastError
declare const verifyWebhook: typeof import('@holdfast/server').verifyWebhook
declare const token: string, seller: string, after: string, escrow: string, secret: string, buyer: string, id: string
declare const rawBody: Uint8Array, png: string
declare const lines: import('@holdfast/server').SessionLineInput[]
declare const request: import('node:http').IncomingMessage
declare const response: { redirect(url: string): void }
declare function later(again: { idempotencyKey: string | undefined }): string
declare function ship(order: string): void
declare function mail(to: string, text: string): void
`

/** With its own imports a module, else what stands inside a function of one. */
function moduleOf(snippet: string): string {
  const whole = snippet.replaceAll('{ … }', '{}')
  return whole.includes('import ') ? `${whole}\nexport {}\n` : `export async function snippet() {\n${whole}\n}\n`
}

function writeSnippets(): void {
  for (const page of pages) {
    const snippets = [...read(page).matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = '']) => text)
    expect(snippets.length, `${page} has no snippet`).toBeGreaterThan(0)
    snippets.forEach((text, at) => writeFileSync(join(workshop, `${page.replaceAll(/\W/g, '-')}-${at + 1}.ts`), moduleOf(text)))
  }
}

it('what the pages show of the SDK compiles, strictly', async () => {
  writeFileSync(join(workshop, 'given.d.ts'), given)
  writeSnippets()
  const compilerOptions = {
    strict: true, noEmit: true, target: 'es2024', module: 'nodenext', types: ['node'], skipLibCheck: true,
    customConditions: ['holdfast-source'], allowImportingTsExtensions: true,
  }
  writeFileSync(join(workshop, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(workshop, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { words } = await runNode(tools.tsc, { args: ['-p', workshop, '--pretty', 'false'], output: 'keep', limit: 60_000 })
  expect(words).toBe('')
}, 70_000)

it('the SDK\'s page lists every call that a merchant\'s server can make', () => {
  const listed = [...read('packages/server/README.md').matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)]
    .flatMap(([, resource, calls = '']) => [...calls.matchAll(/`(\w+)`/g)].map(([, call]) => `${resource}.${call}`))
  const made = Object.entries<Endpoint>(endpoints).filter(([, { caller }]) => ['secret', 'publishable', 'public'].includes(caller)).map(([name]) => name)
  expect(made.filter((name) => !listed.includes(name))).toEqual([])
  // those that are made offline aside
  expect(listed.filter((name) => !made.includes(name) && !name.includes('.verify'))).toEqual([])
})
