// The published declarations of a package: tsc's own, with what they take from contract copied beside them, so
// that the tarball refers to nothing that isn't in it.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const specifiers = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"]+)\2/g
const ours = '@holdfast/contract'

/**
 * Writes packages/<name>/dist/types from the declarations that `tsc -b` left in dist/declarations.
 *
 * @param options.entries - the modules that the package exports, by their names
 * @param options.external - packages whose types the published ones may refer to
 * @param options.formats - `cjs` adds a `.d.cts` beside each `.d.ts`
 */
export function packDeclarations({ root, name, entries, external, formats }) {
  const home = join(root, 'packages', name, 'dist')
  const roots = entries.map(entry => join(home, 'declarations', `${entry}.d.ts`))
  const missing = roots.find(file => !existsSync(file))
  if (missing) throw new Error(`${relative(root, missing)} is missing: run \`npx tsc -b\` first.`)
  const contract = contractEntries(root)
  const files = reachable(roots, { contract, external })
  const target = join(home, 'types')
  rmSync(target, { recursive: true, force: true })
  const placed = new Map([...files.keys()].map(file => [file, place(file, { root, home })]))
  for (const [file, text] of files) {
    for (const format of formats) write({ file, text, format, placed, target, contract })
  }
}

/** Where contract's subpaths have their declarations, by its own package.json. */
function contractEntries(root) {
  const folder = join(root, 'packages', 'contract')
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return new Map(
    Object.entries(exports).map(([path, { types }]) => [ours + path.slice(1), join(folder, types)]),
  )
}

function target(specifier, { file, contract }) {
  if (specifier.startsWith('.')) return resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts'))
  return contract.get(specifier)
}

function reachable(roots, { contract, external }) {
  const files = new Map()
  const waiting = [...roots]
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (files.has(file)) continue
    const text = readFileSync(file, 'utf8')
    files.set(file, text)
    for (const [, , , specifier] of text.matchAll(specifiers)) {
      const next = target(specifier, { file, contract })
      if (next) waiting.push(next)
      else if (!external.includes(specifier.split('/')[0])) {
        throw new Error(`${file}: the public types refer to ${specifier}, which the package doesn't carry.`)
      }
    }
  }
  return files
}

function place(file, { root, home }) {
  const own = join(home, 'declarations')
  if (file.startsWith(own)) return relative(own, file)
  return join('contract', relative(join(root, 'packages', 'contract', 'dist'), file))
}

function write({ file, text, format, placed, target: folder, contract }) {
  const here = placed.get(file)
  const rewritten = text.replace(specifiers, (whole, before, quote, specifier) => {
    const there = placed.get(target(specifier, { file, contract }))
    if (!there) return whole
    const path = relative(dirname(here), there).replace(/\.d\.ts$/, format === 'cjs' ? '.cjs' : '.js')
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
  })
  const output = join(folder, format === 'cjs' ? here.replace(/\.d\.ts$/, '.d.cts') : here)
  mkdirSync(dirname(output), { recursive: true })
  writeFileSync(output, rewritten)
}
