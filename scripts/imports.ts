// Who may import whom (ARCHITECTURE.md), and whether each package.json says what its source imports.

import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { inTree } from './command.ts'
import { at, isTest, visit } from './source.ts'
import type { Finding, Source, SyntaxNode } from './source.ts'

/** One import, export-from or import() of a file. */
interface Import {
  readonly specifier: string
  readonly line: number
  /** Only types cross: nothing is loaded. */
  readonly typeOnly: boolean
}

/** A folder with its own package.json. */
interface Unit {
  readonly folder: string
  /** Workspace packages that it may import, by their name after `@holdfast/`. */
  readonly may: readonly string[]
  /** Said when it imports another. */
  readonly instead: string
  /** What it is bundled with at release, so that a devDependency is enough: ours by the name after `@holdfast/`. */
  readonly bundles?: readonly string[]
}

const connector = {
  may: ['contract', 'core', 'connector-shared'],
  instead: 'a connector implements a port that core declares; backend/src/main.ts wires it to the rest',
}

export const units: readonly Unit[] = [
  {
    folder: 'packages/contract',
    may: [],
    instead: 'contract is the wire and imports nothing of ours: move the shape here',
  },
  {
    folder: 'packages/core',
    may: ['contract'],
    instead: 'core is pure: declare a port in core/src/ports.ts and let the other side implement it',
  },
  {
    folder: 'packages/connectors/shared',
    may: ['core'],
    instead: 'what connectors share knows no rail: take what differs as an argument',
  },
  { folder: 'packages/connectors/jpmorgan', ...connector },
  { folder: 'packages/connectors/alipay', ...connector },
  { folder: 'packages/connectors/antom', ...connector },
  { folder: 'packages/connectors/bank', ...connector },
  {
    folder: 'packages/vault',
    may: ['contract', 'core', 'card-frame'],
    instead:
      'the vault is the card-data environment: give it what it needs by its configuration or over its API',
  },
  {
    folder: 'packages/card-frame',
    may: ['contract'],
    bundles: ['contract'],
    instead: 'the card frame speaks to its page by the messages of contract/frame and to the vault over HTTP',
  },
  {
    folder: 'packages/checkout',
    may: ['contract'],
    bundles: ['contract', '@lit/react'],
    instead:
      'the component speaks to the backend over HTTP and to the frame by the messages of contract/frame',
  },
  {
    folder: 'packages/server',
    may: ['contract'],
    bundles: ['contract'],
    instead: 'the SDK speaks to the backend over HTTP, by the types of contract',
  },
  {
    folder: 'packages/simulators',
    may: [],
    instead: 'a simulator stands for a company of its own: what it shares with our code it cannot find wrong',
  },
  {
    folder: 'packages/backend',
    may: ['contract', 'core', 'vault', 'connector-jpmorgan', 'connector-alipay', 'connector-antom', 'connector-bank'],
    instead: "the backend reaches rails and tests through core's ports",
  },
  {
    folder: 'demo',
    may: ['server', 'checkout', 'backend', 'simulators', 'vault'],
    instead: 'the demo is a merchant: use @holdfast/server, as a merchant would',
  },
]

/** Browsers load these: only what weighs nothing may come out of contract. */
const light = ['types', 'frame', 'locale', 'colour', 'amount'].map(name => `@holdfast/contract/${name}`)
const inBrowsers = ['packages/checkout', 'packages/card-frame']

interface Place {
  readonly name: string
  readonly instead: string
  readonly refuses: (file: string, seen: Import & { readonly target: string }) => boolean
}

const within = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** Rules that are about places inside the tree, not about whole packages. `target` is a path or a package. */
const places: readonly Place[] = [
  {
    name: 'composed-once',
    instead: 'only backend/src/main.ts wires connectors and the vault: take a port of core as an argument',
    refuses: (file, { target, typeOnly }) =>
      within('packages/backend', file)
      && file !== 'packages/backend/src/main.ts'
      && !isTest(file)
      && !typeOnly
      && /^@holdfast\/(?:connector-|vault)/.test(target),
  },
  {
    name: 'store-below',
    instead: "the store implements core's ports and knows no caller: let the caller pass what is needed",
    refuses: (file, { target }) =>
      within('packages/backend/src/store', file)
      && !isTest(file)
      && /^packages\/backend\/src\/(?:routes|commands|jobs|webhooks|main)/.test(target),
  },
  {
    name: 'light-in-browsers',
    instead: `import from ${light.join(' or ')}, or types only: a schema library costs the buyer 20 KB`,
    refuses: (file, { specifier, typeOnly }) =>
      inBrowsers.some(folder => within(folder, file))
      && !isTest(file)
      && !typeOnly
      && within('@holdfast/contract', specifier)
      && !light.includes(specifier),
  },
  {
    name: 'public-exports',
    instead: 'import the package by its name, through the exports of its package.json',
    refuses: (file, { target }) => {
      if (within('scripts', file)) return false
      const own = units.find(({ folder }) => within(folder, file))
      const other = units.find(({ folder }) => within(folder, target))
      // what stands in a package's testing/ folder is there to be borrowed by tests
      return other !== undefined && other !== own && !(isTest(file) && isTest(target))
    },
  },
  {
    name: 'inside-the-package',
    instead: 'a package reaches nothing outside its folder; only its tests may use test/support',
    refuses: (file, { target }) => {
      const own = units.find(({ folder }) => within(folder, file))
      if (
        !own
        || !target.includes('/')
        || target.startsWith('@')
        || units.some(({ folder }) => within(folder, target))
      )
        return false
      return isTree(target) && !(isTest(file) && within('test/support', target))
    },
  },
  {
    name: 'api-tests-outside',
    instead: "an API test is a merchant's server: call @holdfast/server; test/support starts what it needs",
    refuses: (file, { target }) =>
      within('test/api', file)
      && within('@holdfast', target)
      && !['@holdfast/server', '@holdfast/contract'].some(name => within(name, target)),
  },
  {
    name: 'browser-tests-outside',
    instead: 'a browser test is a buyer: it acts through the page, and asks through @holdfast/server',
    refuses: (file, { target }) =>
      within('test/browser', file)
      && within('@holdfast', target)
      && !['@holdfast/server', '@holdfast/contract'].some(name => within(name, target)),
  },
  {
    name: 'node-prefix',
    instead: "write node: before a module of Node's own",
    refuses: (_file, { specifier }) => builtinModules.includes(specifier),
  },
]

const isTree = (target: string): boolean => /^(?:packages|demo|test|scripts)\//.test(target)

/** Every import of a file, in its order. */
export function importsOf({ program, lineOf }: Source): readonly Import[] {
  const found: Import[] = []
  visit(program, node => {
    const specifier = at(node, 'source', 'value') ?? resolvedBy(node)
    if (typeof specifier !== 'string') return
    found.push({ specifier, line: lineOf(node.start), typeOnly: carriesTypesOnly(node) })
  })
  return found
}

/** What `import.meta.resolve('…')`, `require.resolve('…')` or `createRequire(…).resolve('…')` asks for. */
function resolvedBy(node: SyntaxNode): unknown {
  if (node.type !== 'CallExpression' || at(node, 'callee', 'property', 'name') !== 'resolve') return undefined
  const asked = at(node, 'callee', 'object')
  const resolves =
    at(asked, 'type') === 'MetaProperty'
    || at(asked, 'name') === 'require'
    || at(asked, 'callee', 'name') === 'createRequire'
  return resolves ? at(node, 'arguments', 0, 'value') : undefined
}

function carriesTypesOnly(node: SyntaxNode): boolean {
  if (node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type')
    return true
  const specifiers = at(node, 'specifiers') as readonly SyntaxNode[] | undefined
  return (
    !!specifiers?.length
    && specifiers.every(each => each['importKind'] === 'type' || each['exportKind'] === 'type')
  )
}

/** A relative specifier as a path of the tree; any other as it stands. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Breaches of the directions in one file. */
export function directions(source: Source): readonly Finding[] {
  const { path } = source
  const unit = units.find(({ folder }) => within(folder, path))
  return importsOf(source).flatMap(seen => {
    const target = targetOf(path, seen.specifier)
    const broken = places
      .filter(({ refuses }) => refuses(path, { ...seen, target }))
      .map(({ name, instead }) => ({
        path,
        line: seen.line,
        rule: name,
        instead: `${seen.specifier}: ${instead}`,
      }))
    const foreign =
      unit && !mayImport(unit, path, seen.specifier)
        ? [{ path, line: seen.line, rule: 'direction', instead: `${seen.specifier}: ${unit.instead}` }]
        : []
    return [...foreign, ...broken]
  })
}

function mayImport({ folder, may }: Unit, path: string, specifier: string): boolean {
  const [scope, name = ''] = packageOf(specifier).split('/')
  if (scope !== '@holdfast' || may.includes(name) || manifestOf(folder).name === packageOf(specifier))
    return true
  // a test runs its rail's real counterpart, and holds what stands in for the API against the wire
  return isTest(path) && (name === 'simulators' || name === 'contract')
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(inTree(folder, 'package.json'), 'utf8')) as Manifest
}

/** Where source and package.json disagree: imported and not declared, or declared and imported nowhere. */
export function undeclared(
  tree: readonly Source[],
  manifest: (folder: string) => Manifest = manifestOf,
): readonly Finding[] {
  const shared = manifestOf('.').devDependencies ?? {}
  return units.flatMap(unit => {
    const own = manifest(unit.folder)
    const files = tree.filter(({ path }) => within(unit.folder, path))
    const missing = files.flatMap(source => missingIn(source, { unit, own, shared }))
    return files.length === 0 ? [] : [...missing, ...idle({ unit, own, files })]
  })
}

interface Declared {
  readonly unit: Unit
  readonly own: Manifest
  readonly shared: Readonly<Record<string, string>>
}

function missingIn(source: Source, { unit, own, shared }: Declared): readonly Finding[] {
  const { path } = source
  const product = within(`${unit.folder}/src`, path) && !isTest(path)
  return importsOf(source).flatMap(({ specifier, line, typeOnly }) => {
    const name = packageOf(specifier)
    if (/^(?:\.|node:)/.test(specifier) || builtinModules.includes(specifier) || name === own.name) return []
    const bundled = unit.bundles?.some(each => name === each || name === `@holdfast/${each}`) === true
    const lenient = !product || typeOnly || bundled || path.startsWith('demo/client/')
    const declared =
      own.dependencies?.[name]
      ?? own.peerDependencies?.[name]
      ?? (lenient ? (own.devDependencies?.[name] ?? shared[name]) : undefined)
      ?? (typeOnly ? shared[`@types/${name}`] : undefined)
    if (declared || (!product && name.startsWith('@holdfast/'))) return []
    return [{ path, line, rule: 'declared', instead: `${name}: add it to ${unit.folder}/package.json` }]
  })
}

function idle({
  unit,
  own,
  files,
}: {
  readonly unit: Unit
  readonly own: Manifest
  readonly files: readonly Source[]
}): readonly Finding[] {
  const used = new Set(files.flatMap(importsOf).map(({ specifier }) => packageOf(specifier)))
  const declared = Object.keys({ ...own.dependencies, ...own.devDependencies })
  return declared
    .filter(name => !used.has(name.replace(/^@types\//, '')))
    .map(name => ({
      path: `${unit.folder}/package.json`,
      line: 1,
      rule: 'idle',
      instead: `${name}: nothing imports it; remove it`,
    }))
}

/** A literal that could be a real card's number, where no card number may be: architecture.md, rule 4. */
export function cardNumbers(source: Source): readonly Finding[] {
  const { path, program, lineOf } = source
  const home = ['packages/vault', 'packages/card-frame', 'packages/simulators', 'demo'].some(folder =>
    within(folder, path),
  )
  if (home || isTest(path) || !within('packages', path)) return []
  const found: Finding[] = []
  visit(program, node => {
    const value = String(at(node, 'value', 'raw') ?? at(node, 'value') ?? '')
    if (!/^(?:Literal|TemplateElement)$/.test(node.type) || !/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/.test(value))
      return
    const digits = (/\d(?:[ -]?\d){12,18}/.exec(value)?.[0] ?? '').replace(/\D/g, '')
    if (passesLuhn(digits)) {
      found.push({
        path,
        line: lineOf(node.start),
        rule: 'card-number',
        instead: 'only the vault and the card frame may hold a card number',
      })
    }
  })
  return found
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0 && /[1-9]/.test(digits)
}
