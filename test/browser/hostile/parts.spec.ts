import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../../support/processes.ts'
import { expect, test, type Sites } from '../support/hostile.ts'

/* The parts that the script loads when a buyer needs them, from a host that someone else has written to. */

const loader = async (): Promise<string> => {
  const { outputFiles: [file] } = await build({
    stdin: { contents: `export { loadPart } from './parts.ts'; export { shelf } from './chunks.ts'`, resolveDir: join(root, 'packages/checkout/src'), loader: 'ts' },
    bundle: true, write: false, format: 'esm', target: 'es2022', conditions: ['holdfast-source', 'browser'],
  })
  return file!.text
}

const digestOf = (text: string): string => createHash('sha384').update(text).digest('base64')
const nameOf = (name: string, digest: string, type: string): string => `${name}.${digest.slice(0, 10).replace(/\W/g, '-')}.${type}`

/** A part as the build makes it, that says so when it runs. */
const part = 'let lit; export const receive = kit => { lit = kit }; export const draw = () => lit.html`<b>drawn</b>`; globalThis.ran = "honest"'
const evil = part.replace('honest', 'hostile')
const list = JSON.stringify({ probe: digestOf(part) })
const files = { part: `/parts/${nameOf('probe', digestOf(part), 'js')}`, list: `/parts/${nameOf('index', digestOf(list), 'json')}` }
const policy = `script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types holdfast lit-html`

test('a part runs as it was built or not at all', async ({ page, sites }) => {
  sites.put('/loader.js', await loader())
  const load = (): Promise<unknown> => page.evaluate(async ({ digest, name }) => {
    const { loadPart, shelf } = await import(location.origin + name) as { loadPart: (name: string) => Promise<{ draw: () => { strings: string[] } }>, shelf: object }
    Object.assign(shelf, { base: `${location.origin}/parts/`, list: digest })
    const drawn = await loadPart('probe').then(({ draw }) => draw().strings[0], () => 'refused')
    return [drawn, Reflect.get(globalThis, 'ran') ?? 'nothing ran', performance.getEntriesByType('resource').filter(({ name: url }) => url.includes('/parts/probe')).length]
  }, { digest: digestOf(list), name: '/loader.js' })
  let opened = 0
  const open = async (change: (sites: Sites) => void, html = ''): Promise<void> => {
    sites.put(files.part, part)
    sites.put(files.list, list)
    change(sites)
    opened += 1
    await page.goto(sites.onShop(`parts-${opened}`, html))
  }
  await open(() => undefined, `<meta http-equiv="content-security-policy" content="${policy}"><form name="head" action="${sites.stranger}"></form><base href="${sites.stranger}/">`)
  expect(await load(), 'an honest one is drawn, under a strict policy, among elements that took names').toEqual(['<b>drawn</b>', 'honest', 1])
  await open((host) => host.put(files.part, evil))
  expect(await load(), 'changed').toEqual(['refused', 'nothing ran', 1])
  sites.put(files.part, part)
  expect(await load(), 'mended, and asked for again').toEqual(['<b>drawn</b>', 'honest', 2])
  await open((host) => host.put(files.list, JSON.stringify({ probe: digestOf(evil) })).put(`/parts/${nameOf('probe', digestOf(evil), 'js')}`, evil))
  expect(await load(), 'with a list of the attacker’s').toEqual(['refused', 'nothing ran', 0])
  await open((host) => host.put(files.part, part, { again: evil }))
  expect(await load(), 'another file for whoever asks twice').toEqual(['<b>drawn</b>', 'honest', 1])
  expect(await page.evaluate(async (url) => { await import(url); return Reflect.get(globalThis, 'ran') as string }, `${files.part}?again`), 'the host does serve the other').toBe('hostile')
  expect(sites.reached).toEqual([])
})
