// The house style that a program can check (STYLE.md has the rest). Each finding says what to do instead.

import { at, isTest, visit } from './source.ts'
import type { Finding, Source, SyntaxNode } from './source.ts'

interface Rule {
  readonly name: string
  readonly instead: string
  /** Files that the rule is about; all by default. */
  readonly about?: (path: string) => boolean
  /** Offsets of what offends. */
  readonly find: (source: Source) => readonly number[]
}

const longestFunction = 70
const longestFile = 500

/** The spread of sizes that the style asks for, in lines. */
export const spread = { functionMedian: 12, functionNinetieth: 40, fileNinetieth: 300 } as const

/** Exceptions, each with its reason. An exception that nothing needs any more is a finding itself. */
export const allowed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-sleep': {
    'test/support/wait.ts': 'the one place that lets time pass',
    'test/faults/moment.ts': 'faults strike at moments that a seed chooses',
  },
  'no-console': {
    'packages/checkout/src/warn.ts': "the console of the merchant's page is where its developer looks",
    'packages/checkout/src/advice/index.ts': 'tells the page’s developer what to mend',
  },
  'no-float': {
    'packages/checkout/src/appearance.ts': 'reads lengths of CSS, not amounts',
  },
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const testCalls = new Set(['it', 'test', 'describe', 'suite'])

/** The name of what is called: `it` of `it.each(rows)('…')`. */
function called(node: SyntaxNode): string | undefined {
  let callee = at(node, 'callee')
  while (at(callee, 'object') ?? at(callee, 'callee') ?? at(callee, 'tag')) {
    callee = at(callee, 'object') ?? at(callee, 'callee') ?? at(callee, 'tag')
  }
  return at(callee, 'name') as string | undefined
}

function nodes(
  source: Source,
  matches: (node: SyntaxNode, parents: readonly SyntaxNode[]) => boolean,
): readonly number[] {
  const found: number[] = []
  visit(source.program, (node, parents) => {
    if (matches(node, parents)) found.push(node.start)
  })
  return found
}

const linesOf = ({ lineOf }: Source, { start, end }: SyntaxNode): number => lineOf(end) - lineOf(start) + 1

/** A `describe` only holds tests together: it is a table of contents, not a function. */
function isFunction(node: SyntaxNode, parents: readonly SyntaxNode[]): boolean {
  if (!functionTypes.has(node.type) || !node['body']) return false
  const parent = parents.at(-1)
  return !(parent?.type === 'CallExpression' && ['describe', 'suite'].includes(called(parent) ?? ''))
}

const isCall = (node: SyntaxNode, object: string, property: string): boolean =>
  node.type === 'CallExpression'
  && at(node, 'callee', 'object', 'name') === object
  && at(node, 'callee', 'property', 'name') === property

function readsTheClock(node: SyntaxNode): boolean {
  const isDate = at(node, 'callee', 'name') === 'Date'
  const argumentless = (at(node, 'arguments') as readonly unknown[] | undefined)?.length === 0
  return isCall(node, 'Date', 'now') || (isDate && argumentless)
}

function postsToAnyone(node: SyntaxNode): boolean {
  const property = at(node, 'callee', 'property', 'name') ?? at(node, 'callee', 'name')
  if (
    node.type === 'CallExpression'
    && property === 'postMessage'
    && at(node, 'arguments', 1, 'value') === '*'
  )
    return true
  return (
    node.type === 'Property'
    && at(node, 'key', 'name') === 'targetOrigin'
    && at(node, 'value', 'value') === '*'
  )
}

function namesATestBySaying(word: RegExp, node: SyntaxNode): boolean {
  if (node.type !== 'CallExpression' || !testCalls.has(called(node) ?? '')) return false
  const title = at(node, 'arguments', 0, 'value') ?? at(node, 'arguments', 0, 'quasis', 0, 'value', 'raw')
  return typeof title === 'string' && word.test(title)
}

/** `new Promise(resolve => setTimeout(resolve, …))`, `page.waitForTimeout(…)`, and the timers that promise. */
function sleeps(node: SyntaxNode): boolean {
  if (at(node, 'callee', 'property', 'name') === 'waitForTimeout') return true
  if (node.type === 'ImportDeclaration') return at(node, 'source', 'value') === 'node:timers/promises'
  if (node.type !== 'NewExpression' || at(node, 'callee', 'name') !== 'Promise') return false
  const executor = at(node, 'arguments', 0) as SyntaxNode | undefined
  const resolve = at(executor, 'params', 0, 'name')
  const body =
    at(executor, 'body', 'type') === 'BlockStatement'
      ? at(executor, 'body', 'body', 0, 'expression')
      : at(executor, 'body')
  const call = at(body, 'type') === 'UnaryExpression' ? at(body, 'argument') : body
  return (
    at(call, 'callee', 'name') === 'setTimeout'
    && resolve !== undefined
    && at(call, 'arguments', 0, 'name') === resolve
  )
}

/** `new URL('…', import.meta.url).pathname` */
function isPathOfOwnUrl(node: SyntaxNode): boolean {
  return (
    at(node, 'property', 'name') === 'pathname'
    && at(node, 'object', 'callee', 'name') === 'URL'
    && at(node, 'object', 'arguments', 1, 'object', 'type') === 'MetaProperty'
  )
}

const keepsTime = (path: string): boolean =>
  /(?:^|\/)clock\.ts$|^packages\/contract\/src\/ids\.ts$|^scripts\/|^[^/]+$|\/scripts\//.test(path) || isTest(path)

export const rules: readonly Rule[] = [
  {
    name: 'function-length',
    instead: `no function is over ${longestFunction} lines: give a part of it a name of its own`,
    find: source =>
      nodes(source, (node, parents) => isFunction(node, parents) && linesOf(source, node) > longestFunction),
  },
  {
    name: 'file-length',
    instead: `no file is over ${longestFile} lines: split it where the subject changes`,
    find: ({ lines }) => (lines.length > longestFile ? [0] : []),
  },
  {
    name: 'no-any',
    instead: 'name the type, or take `unknown` and narrow it',
    find: source => nodes(source, ({ type }) => type === 'TSAnyKeyword'),
  },
  {
    name: 'no-ts-ignore',
    instead:
      'mend the type; where a test shows that something is refused, use @ts-expect-error with a reason',
    find: ({ comments }) =>
      comments.filter(({ value }) => /^[\s*]*@ts-(?:ignore|nocheck)\b/.test(value)).map(({ start }) => start),
  },
  {
    name: 'no-console',
    instead: 'a server logs through its injected pino logger, a command line writes to process.stdout',
    find: source =>
      nodes(source, node => node.type === 'MemberExpression' && at(node, 'object', 'name') === 'console'),
  },
  {
    name: 'no-clock',
    instead:
      "take the time from the clock that is injected (`now`); only clock.ts, ids, scripts and tests read the machine's",
    about: path => !keepsTime(path),
    find: source => nodes(source, readsTheClock),
  },
  {
    name: 'no-any-origin',
    instead: 'post to one exact origin: "*" tells every page',
    // a test plays the hostile page too
    about: path => !isTest(path),
    find: source => nodes(source, postsToAnyone),
  },
  {
    name: 'no-should',
    instead: 'a test\'s name states the rule: "refuses release when …", not "should refuse …"',
    about: isTest,
    find: source => nodes(source, node => namesATestBySaying(/\bshould\b/i, node)),
  },
  {
    name: 'no-sleep',
    instead: "wait for the thing itself: waitFor() of test/support/wait.ts, or the page's own expectations",
    about: path => isTest(path) && !/\/testing(?:\/|\.ts$)/.test(path),
    find: source => nodes(source, sleeps),
  },
  {
    name: 'no-only',
    instead: 'remove .only: it hides every other test',
    about: isTest,
    find: source =>
      nodes(
        source,
        node => at(node, 'property', 'name') === 'only' && testCalls.has(String(at(node, 'object', 'name'))),
      ),
  },
  {
    name: 'no-url-path',
    instead: 'fileURLToPath(): the path of a URL is encoded, and misses a folder whose name has a space',
    find: source => nodes(source, isPathOfOwnUrl),
  },
  {
    name: 'no-float',
    instead: "money is integers in minor units: parse with the contract's schema, or BigInt()",
    find: source =>
      nodes(
        source,
        node => at(node, 'callee', 'name') === 'parseFloat' || isCall(node, 'Number', 'parseFloat'),
      ),
  },
]

/** Every breach of every rule in one file, exceptions left out. */
export function tidy(source: Source): readonly Finding[] {
  return breaches(source).filter(({ rule, path }) => allowed[rule]?.[path] === undefined)
}

/** Every breach of every rule in one file. */
export function breaches(source: Source): readonly Finding[] {
  const { path, lineOf } = source
  return rules
    .filter(({ about }) => about?.(path) ?? true)
    .flatMap(({ name, instead, find }) =>
      find(source).map(offset => ({ path, line: lineOf(offset), rule: name, instead })),
    )
}

/** Exceptions that no file needs: the reason has gone, so the exception goes too. */
export function unusedExceptions(tree: readonly Source[]): readonly string[] {
  const used = new Set(tree.flatMap(breaches).map(({ rule, path }) => `${rule} ${path}`))
  const granted = Object.entries(allowed).flatMap(([rule, paths]) =>
    Object.keys(paths).map(path => `${rule} ${path}`),
  )
  return granted.filter(exception => !used.has(exception))
}

/** How long functions and files are, tests left out: a test reads from top to bottom. */
export function measure(tree: readonly Source[]): Record<keyof typeof spread, number> {
  const product = tree.filter(({ path }) => !isTest(path))
  const functions = product.flatMap(source => {
    const lengths: number[] = []
    visit(source.program, (node, parents) => {
      if (isFunction(node, parents)) lengths.push(linesOf(source, node))
    })
    return lengths
  })
  return {
    functionMedian: quantile(functions, 0.5),
    functionNinetieth: quantile(functions, 0.9),
    fileNinetieth: quantile(
      product.map(({ lines }) => lines.length),
      0.9,
    ),
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
