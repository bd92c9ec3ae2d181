// Checks what is published as those see it who install it: packed, linted, installed alone, loaded and typed.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { npmProgram } from './bootstrap.js'
import { inTree, run, runNode, tools } from './command.ts'
import { buildPackages, published, stage } from './publishable.ts'
import type { Published } from './publishable.ts'

interface Packed {
  readonly name: Published
  readonly folder: string
  readonly tarball: string
}

/** Answers nothing when all is well, else what is wrong. */
type Check = () => Promise<string | undefined>

const workshop = mkdtempSync(join(tmpdir(), 'holdfast-packages-'))

async function npm(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  const { command, before, env } = npmProgram()
  const ended = await run({ command, args: [...before, ...args], env, cwd, output: 'keep', limit: 120_000 })
  return ended.code === 0 ? undefined : `npm ${args.join(' ')} (exit ${ended.code}):\n${ended.words}`
}

async function program(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  const ended = await run({ command: process.execPath, args, cwd, output: 'keep', limit: 120_000 })
  return ended.code === 0 ? undefined : ended.words || `exit ${ended.code}`
}

async function pack(name: Published): Promise<Packed> {
  const folder = stage(name)
  const target = join(workshop, name)
  mkdirSync(target)
  const failed = await npm(folder, 'pack', '--pack-destination', target, '--loglevel=error')
  if (failed) throw new Error(failed)
  const [file] = readdirSync(target)
  return { name, folder, tarball: join(target, file ?? '') }
}

async function lint({ folder }: Packed): Promise<string | undefined> {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true })
  return messages.map(message => formatMessage(message, pkg)).join('\n') || undefined
}

async function types({ name, tarball }: Packed): Promise<string | undefined> {
  // the web component is a module for browsers: it has nothing for CommonJS
  const profile = name === 'checkout' ? 'esm-only' : 'strict'
  const script = ['--exclude-entrypoints', './holdfast.js', './holdfast-order.js']
  const args = [
    tarball,
    '--profile',
    profile,
    '--no-color',
    '--format',
    'ascii',
    ...(name === 'checkout' ? script : []),
  ]
  const ended = await runNode(tools.attw, { args, output: 'keep' })
  return ended.code === 0 ? undefined : ended.words
}

function dependencies({ folder }: Packed, allowed: readonly string[]): string | undefined {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies?: object }
  const foreign = Object.keys(manifest.dependencies ?? {}).filter(name => !allowed.includes(name))
  return foreign.length > 0
    ? `it depends on ${foreign.join(', ')}: bundle them, or import their types only`
    : undefined
}

/** An empty project beside nothing of ours: what isn't in the tarball isn't found. */
function emptyProject(name: string): string {
  const folder = join(workshop, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n')
  return folder
}

/** Type-checks a module that imports all of the package, its declarations included, with no @types at all. */
function typed(
  folder: string,
  specifier: string,
  extensions: readonly string[],
): Promise<string | undefined> {
  const files = extensions.map(extension => `consumer.${extension}`)
  for (const file of files) {
    writeFileSync(
      join(folder, file),
      `import * as all from '${specifier}'\nexport const names: PropertyKey[] = Object.keys(all)\n`,
    )
  }
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    target: 'es2022',
    module: 'nodenext',
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  return program(folder, tools.tsc, '-p', '.')
}

function serverChecks(packed: Packed): Record<string, Check> {
  const folder = emptyProject('server-consumer')
  const load = 'if (Object.keys(sdk).length === 0) throw new Error("it exports nothing")'
  return {
    'has no dependency': async () => dependencies(packed, []),
    'installs alone, offline': () =>
      npm(folder, 'install', '--offline', '--no-audit', '--no-fund', packed.tarball),
    'is loaded by require()': () =>
      program(folder, '--eval', `const sdk = require('@holdfast/server'); ${load}`),
    'is loaded by import': () =>
      program(
        folder,
        '--input-type=module',
        '--eval',
        `const sdk = await import('@holdfast/server'); ${load}`,
      ),
    'is typed without @types/node, for ESM and CommonJS': () =>
      typed(folder, '@holdfast/server', ['mts', 'cts']),
  }
}

function checkoutChecks(packed: Packed): Record<string, Check> {
  const folder = emptyProject('checkout-consumer')
  return {
    'depends on Lit alone': async () => dependencies(packed, ['lit']),
    'is loaded where there is no document': async () => {
      await unpackBeside(packed, folder)
      return program(folder, '--input-type=module', '--eval', 'await import("@holdfast/checkout")')
    },
    'is drawn by React on a server, its client secret left out': () =>
      program(folder, '--input-type=module', '--eval', drawnOnServer),
    'has every part that it may load': async () => partsMissing(packed),
    'is typed': () => typed(folder, '@holdfast/checkout', ['mts']),
    'is typed for React': () => typed(folder, '@holdfast/checkout/react', ['mts']),
    'tells editors of its element (customElements)': async () => toldOf(packed),
  }
}

const drawnOnServer = `
  import { createElement } from 'react'
  import { renderToString } from 'react-dom/server'
  import { HoldfastCheckout } from '@holdfast/checkout/react'
  const said = []
  console.error = console.warn = (...words) => said.push(words.join(' '))
  const html = renderToString(createElement(HoldfastCheckout, { clientSecret: 'cs_1', id: 'pay', onReady() {} }))
  if (html !== '<holdfast-checkout id="pay"></holdfast-checkout>') throw new Error(html)
  if (said.length > 0) throw new Error(said.join())`

function partsMissing({ folder }: Packed): string | undefined {
  const entry = readFileSync(join(folder, 'dist/index.js'), 'utf8')
  const loaded = [...entry.matchAll(/\bimport\(['"](\.\/[^'"]+)['"]\)/g)].map(([, path = '']) => path)
  const missing = loaded.filter(path => !existsSync(join(folder, 'dist', path)))
  return missing.length > 0 ? `it loads ${missing.join()}, which files of package.json leaves out` : undefined
}

function toldOf({ folder }: Packed): string | undefined {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'))
  const { customElements } = read('package.json') as { customElements: string }
  const { modules } = read(customElements) as { modules: { path: string; declarations: { tagName: string }[] }[] }
  const known = modules.filter(({ path }) => existsSync(join(folder, path)))
  const tags = known.flatMap(({ declarations }) => declarations.map(({ tagName }) => tagName))
  return tags.includes('holdfast-checkout') ? undefined : `${customElements} has ${tags.join() || 'no element'}`
}

/** Installs without a registry: the tarball's files, and this tree's Lit and React. */
async function unpackBeside({ tarball }: Packed, folder: string): Promise<void> {
  const home = join(folder, 'node_modules', '@holdfast', 'checkout')
  mkdirSync(home, { recursive: true })
  await run({ command: 'tar', args: ['xzf', tarball, '--strip-components=1', '-C', home] })
  for (const name of ['lit', 'lit-html', 'lit-element', '@lit', '@types', 'react', 'react-dom', 'csstype']) {
    const source = inTree('node_modules', name)
    if (existsSync(source)) symlinkSync(source, join(folder, 'node_modules', name))
  }
}

async function checksOf(name: Published): Promise<Record<string, Check>> {
  const packed = await pack(name)
  const own = name === 'server' ? serverChecks(packed) : checkoutChecks(packed)
  return {
    'is published as publint wants': () => lint(packed),
    'resolves types everywhere (attw)': () => types(packed),
    ...own,
  }
}

async function main(): Promise<{ passed: number; failed: number; skipped: number }> {
  const counts = { passed: 0, failed: 0, skipped: 0, told: [] as string[] }
  const tell = (what: string, wrong: string | undefined): void => {
    counts[wrong === undefined ? 'passed' : 'failed'] += 1
    if (wrong !== undefined) counts.told.push(`scripts/packages.ts: ${what}`)
    process.stdout.write(
      wrong === undefined ? `  ✓ ${what}\n` : `  ✗ ${what}\n${wrong.replace(/^/gm, '      ')}\n`,
    )
  }
  tell(
    'package-lock.json agrees with every package.json (npm ci --dry-run)',
    await npm(inTree(), 'ci', '--dry-run', '--ignore-scripts'),
  )
  if (!(await buildPackages())) {
    tell('the packages are built', 'the compiler or rollup failed; the reason stands above')
    return counts
  }
  for (const name of published) {
    for (const [what, check] of Object.entries(await checksOf(name)))
      tell(`@holdfast/${name} ${what}`, await check())
  }
  return counts
}

try {
  const counts = await main()
  const report = process.env['HOLDFAST_REPORT']
  if (report) writeFileSync(report, JSON.stringify(counts))
  process.exitCode = counts.failed > 0 ? 1 : 0
} finally {
  rmSync(workshop, { recursive: true, force: true })
}
