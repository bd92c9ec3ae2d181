// Everything that is published or that a browser loads, from TypeScript source:
//   the script tag's one file and the npm entry of checkout, the card frame, the server SDK, the demo's pages.
// `--configOnly browser` makes what browsers load, `--configOnly packages` what only a release needs. An input
// that doesn't exist is skipped.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import resolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { transformSync } from 'esbuild'
import esbuild from 'rollup-plugin-esbuild'
import { packDeclarations } from './scripts/declarations.mjs'
import { elementsManifest } from './scripts/elements.ts'
import { hostedWords, languageChunks, listOfAll, orderEnglish, stringsOf, translated } from './scripts/locales.ts'
import { buildParts, loadingParts, nameOf } from './scripts/parts.ts'

const root = dirname(fileURLToPath(import.meta.url))
const browserTarget = 'es2022'
const serverTarget = 'node20'

const from = (...path) => join(root, ...path)
const typescript = target =>
  esbuild({ target, tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } }, tsconfig: false })
const inBrowser = () =>
  resolve({
    browser: true,
    extensions: ['.ts', '.js'],
    exportConditions: ['holdfast-source', 'browser', 'production'],
  })
const small = () =>
  terser({ ecma: 2022, module: true, compress: { passes: 3, hoist_funs: true }, format: { comments: false }, maxWorkers: 1 })

/** Minifies the stylesheets in the components' source: what scripts are minified by takes them for words. */
const smallStyles = () => ({
  name: 'small-styles',
  transform: (code, id) => id.startsWith(from('packages/checkout/src')) && code.includes('css`')
    ? { code: code.replace(/\bcss`([^`$\\]*)`/g, (_, css) => `css\`${minified(css)}\``), map: null }
    : null,
})
// in UTF-8: an escape such as \201c is none in a template, and Lit would get no stylesheet at all
const minified = css => transformSync(css, { loader: 'css', minify: true, target: 'es2022', charset: 'utf8' }).code.trim()

/** Refuses to put a library into a file that promises to have none. */
function without(libraries) {
  const forbidden = new RegExp(`/node_modules/(?:${libraries})/`)
  return {
    name: 'without',
    moduleParsed({ id }) {
      if (forbidden.test(id))
        this.error(`${id.slice(root.length + 1)} must not reach this bundle: import types only.`)
    },
  }
}

/** Writes the hash that a page's `integrity` attribute carries beside the script, and says it. */
function integrity() {
  return {
    name: 'integrity',
    writeBundle({ file }) {
      const hash = `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
      writeFileSync(`${file}.sri`, `${hash}\n`)
      process.stderr.write(`${file.slice(root.length + 1)}  integrity="${hash}"\n`)
    },
  }
}

/** The same for every script that is built from here. */
let everyChunk

async function buildChunks() {
  const built = [...languageChunks(), ...(await buildParts([inBrowser(), smallStyles(), typescript(browserTarget), small()]))]
  return [listOfAll(built), ...built]
}

/** Writes languages and parts beside the script, and tells the script the hash of their list. */
function chunks(output) {
  let built = []
  return {
    name: 'chunks',
    async buildStart() {
      built = await (everyChunk ??= buildChunks())
    },
    transform(code, id) {
      if (!id.endsWith('packages/checkout/src/chunks.ts')) return null
      if (!code.includes('__HOLDFAST_CHUNKS__')) this.error('the script has no place for the hash of its chunks')
      return { code: code.replace('__HOLDFAST_CHUNKS__', built[0].digest), map: null }
    },
    writeBundle() {
      rmSync(output, { recursive: true, force: true })
      mkdirSync(output, { recursive: true })
      for (const { file, text } of built) writeFileSync(join(output, file), text)
    },
  }
}

/** Leaves out of a script the checkout's sentences that it doesn't say. */
function english(said) {
  return {
    name: 'english',
    transform: (code, id) =>
      id.endsWith('packages/checkout/src/i18n/en.ts') ? { code: `export const en = ${JSON.stringify(said)}`, map: null } : null,
  }
}

/** Writes the frame's languages where the vault finds them. */
function frameWords(output) {
  return {
    name: 'frame-words',
    writeBundle() {
      rmSync(output, { recursive: true, force: true })
      mkdirSync(output, { recursive: true })
      for (const locale of translated)
        writeFileSync(join(output, `${locale}.json`), JSON.stringify(stringsOf('card', locale)))
    },
  }
}

/** Writes what the hosted page says where the backend finds it. */
function pageWords(output) {
  return {
    name: 'page-words',
    writeBundle() {
      writeFileSync(output, JSON.stringify(hostedWords()))
    },
  }
}

function stylesheet(source, output) {
  return {
    name: 'stylesheet',
    writeBundle() {
      mkdirSync(dirname(output), { recursive: true })
      writeFileSync(output, minified(readFileSync(source, 'utf8')))
    },
  }
}

function declarations(name, options) {
  return {
    name: 'declarations',
    writeBundle() {
      packDeclarations({ root, name, ...options })
    },
  }
}

/** Writes what editors read about the elements, and sees that what is listed is there. */
function manifest(output) {
  return {
    name: 'manifest',
    writeBundle() {
      writeFileSync(output, `${JSON.stringify(elementsManifest(), null, 2)}\n`)
      // package.json lists the folder, also while there is no part
      mkdirSync(from('packages/checkout/dist/parts'), { recursive: true })
    },
  }
}

const checkoutScript = {
  input: from('packages/checkout/src/script.ts'),
  output: { file: from('packages/checkout/dist/holdfast.js'), format: 'es', inlineDynamicImports: true },
  plugins: [
    without('zod|zod-openapi'),
    inBrowser(),
    loadingParts(),
    smallStyles(),
    typescript(browserTarget),
    chunks(from('packages/checkout/dist/chunks')),
    small(),
    integrity(),
  ],
}

/** What an order's page loads; its languages lie beside the checkout's, which are the same build's. */
const orderScript = {
  input: from('packages/checkout/src/order/script.ts'),
  output: { file: from('packages/checkout/dist/holdfast-order.js'), format: 'es', inlineDynamicImports: true },
  treeshake: { manualPureFunctions: ['css'] },
  plugins: [
    english(orderEnglish),
    without('zod|zod-openapi'),
    inBrowser(),
    smallStyles(),
    typescript(browserTarget),
    chunks(from('packages/checkout/dist/chunks')),
    small(),
    integrity(),
  ],
}

/** The hosted page's own script, which the backend serves beside the component's. */
const hostedPage = {
  input: from('packages/checkout/src/hosted/page.ts'),
  output: { file: from('packages/checkout/dist/hosted/page.js'), format: 'es', inlineDynamicImports: true },
  plugins: [
    without('.*'),
    inBrowser(),
    typescript(browserTarget),
    small(),
    stylesheet(from('packages/checkout/src/hosted/page.css'), from('packages/checkout/dist/hosted/page.css')),
    pageWords(from('packages/checkout/dist/hosted/words.json')),
  ],
}

const cardFrame = {
  input: from('packages/card-frame/src/frame.ts'),
  output: { file: from('packages/card-frame/dist/frame.js'), format: 'iife', inlineDynamicImports: true },
  plugins: [
    without('zod|zod-openapi'),
    inBrowser(),
    typescript(browserTarget),
    small(),
    stylesheet(from('packages/card-frame/src/frame.css'), from('packages/card-frame/dist/frame.css')),
    frameWords(from('packages/card-frame/dist/words')),
  ],
}

const checkoutPackage = {
  input: from('packages/checkout/src/index.ts'),
  external: /^lit(?:-html|-element)?(?:\/|$)|^@lit\//,
  output: {
    dir: from('packages/checkout/dist'),
    format: 'es',
    entryFileNames: 'index.js',
    // what several parts share is a chunk as well, which nobody imports by itself
    chunkFileNames: ({ facadeModuleId, name }) => `parts/${facadeModuleId ? nameOf(facadeModuleId) : name}.js`,
  },
  plugins: [
    without('.*'),
    inBrowser(),
    typescript(browserTarget),
    chunks(from('packages/checkout/dist/chunks')),
    declarations('checkout', { entries: ['index', 'order/index', 'react'], external: ['lit', 'react'], formats: ['es'] }),
    manifest(from('packages/checkout/dist/custom-elements.json')),
  ],
}

/** An entry of its own, so that a page with an order loads no checkout. */
const orderPackage = {
  input: from('packages/checkout/src/order/index.ts'),
  external: /^lit(?:-html|-element)?(?:\/|$)|^@lit\//,
  output: { file: from('packages/checkout/dist/order.js'), format: 'es', inlineDynamicImports: true },
  treeshake: { manualPureFunctions: ['css'] },
  plugins: [
    english(orderEnglish),
    without('.*'),
    inBrowser(),
    typescript(browserTarget),
    chunks(from('packages/checkout/dist/chunks')),
  ],
}

/** The wrapper for React, which takes the element from the file beside it. */
const checkoutReact = {
  input: from('packages/checkout/src/react.ts'),
  external: ['react', from('packages/checkout/src/index.ts')],
  output: {
    file: from('packages/checkout/dist/react.js'),
    format: 'es',
    paths: { [from('packages/checkout/src/index.ts')]: './index.js' },
    // frameworks that draw on the server keep what follows for the browser
    banner: "'use client'",
  },
  plugins: [inBrowser(), typescript(browserTarget)],
}

const serverPackage = {
  input: from('packages/server/src/index.ts'),
  external: [/^node:/, ...builtinModules],
  output: [
    { file: from('packages/server/dist/index.js'), format: 'es' },
    { file: from('packages/server/dist/index.cjs'), format: 'cjs', exports: 'named' },
  ],
  plugins: [
    without('.*'),
    resolve({ extensions: ['.ts', '.js'], exportConditions: ['holdfast-source', 'node'] }),
    typescript(serverTarget),
    declarations('server', { entries: ['index'], external: [], formats: ['es', 'cjs'] }),
  ],
}

function demoPages() {
  const folder = from('demo/client')
  const names = existsSync(folder) ? readdirSync(folder).filter(name => /^[^.]+\.ts$/.test(name)) : []
  return names.map(name => ({
    input: join(folder, name),
    output: {
      file: from('demo/public/build', name.replace(/ts$/, 'js')),
      format: 'es',
      inlineDynamicImports: true,
    },
    plugins: [inBrowser(), typescript(browserTarget), small()],
  }))
}

export default function bundles({ configOnly }) {
  const parts = {
    browser: [checkoutScript, orderScript, hostedPage, cardFrame, ...demoPages()],
    packages: [checkoutPackage, orderPackage, checkoutReact, serverPackage],
  }
  const wanted = configOnly ? parts[configOnly] : Object.values(parts).flat()
  if (!wanted) throw new Error(`--configOnly takes ${Object.keys(parts).join(' or ')}, not ${configOnly}`)
  return wanted.filter(({ input }) => existsSync(input))
}
