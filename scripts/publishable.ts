// What goes to the registry: the tree's package.json names TypeScript source and workspace packages, which a
// tarball doesn't hold, so each published package is laid out anew with what it promises and nothing else.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTree, runNode, tools } from './command.ts'

/** The packages that are bundled for others, by their folder. */
export const published = ['checkout', 'server'] as const
export type Published = (typeof published)[number]

interface Manifest {
  readonly files: readonly string[]
  readonly exports: Exports
  readonly devDependencies?: unknown
}

interface Exports {
  readonly [key: string]: string | Exports
}

/** Compiles and bundles the published packages; false when that failed, having said why. */
export async function buildPackages(): Promise<boolean> {
  const compiled = await runNode(tools.tsc, { args: ['-b', ...published.map(name => `packages/${name}`)] })
  if (compiled.code !== 0) return false
  const args = ['--config', inTree('rollup.config.mjs'), '--silent', '--configOnly', 'packages']
  const bundled = await runNode(tools.rollup, { args })
  return bundled.code === 0
}

/** Lays one package out under .holdfast/packages, ready for `npm publish`, and returns its folder. */
export function stage(name: Published): string {
  const from = inTree('packages', name)
  const to = inTree('.holdfast', 'packages', name)
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  for (const file of manifest.files) cpSync(join(from, file), join(to, file), { recursive: true })
  for (const file of ['README.md', 'LICENSE']) {
    const source = [join(from, file), inTree(file)].find(path => existsSync(path))
    if (source) cpSync(source, join(to, file))
  }
  const { devDependencies: _, ...kept } = manifest
  const text = JSON.stringify({ ...kept, exports: withoutSource(manifest.exports) }, null, 2)
  writeFileSync(join(to, 'package.json'), `${text}\n`)
  return to
}

function withoutSource(exports: Exports): Exports {
  const entries = Object.entries(exports).filter(([key]) => key !== 'holdfast-source')
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : withoutSource(value)]),
  )
}
