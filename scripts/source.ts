// Reads the tree's own source for the tests that look at it: which files there are, and what they parse to.

import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'rolldown/utils'
import { inTree, root } from './command.ts'

/** A node of the ESTree, as far as a rule needs to know it. */
export interface SyntaxNode {
  readonly type: string
  /** Offsets into the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface Comment {
  readonly value: string
  readonly start: number
}

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly program: SyntaxNode
  readonly comments: readonly Comment[]
  /** Counts from 1. */
  readonly lineOf: (offset: number) => number
}

/** What is wrong, where, and what to do instead. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly instead: string
}

export const say = ({ path, line, rule, instead }: Finding): string => `${path}:${line} ${rule}: ${instead}`

const patterns = [
  'packages/*/{src,scripts}/**/*.{ts,js,mjs}',
  'packages/connectors/*/src/**/*.{ts,js,mjs}',
  'demo/{src,client}/**/*.{ts,js,mjs}',
  'scripts/*.{ts,js,mjs}',
  'test/**/*.{ts,js,mjs}',
  '*.{ts,js,mjs}',
]

/** Every file that somebody wrote; what is made by a program says so in its first line and is left out. */
export function readTree(): readonly Source[] {
  const paths = globSync(patterns, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }).sort()
  return paths.map(path => readSource(path)).filter(({ lines }) => !/do not edit/i.test(lines[0] ?? ''))
}

function readSource(path: string): Source {
  return parseSource(path.replaceAll('\\', '/'), readFileSync(inTree(path), 'utf8'))
}

/** @throws Error - when the text doesn't parse */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} doesn't parse: ${errors[0]?.message ?? ''}`)
  const starts = lineStarts(text)
  return {
    path,
    text,
    lines: text.split('\n'),
    program: program as unknown as SyntaxNode,
    comments,
    lineOf: offset => lineAt(starts, offset),
  }
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

/** Visits every node, parents first; `parents` runs from the program to the node's own parent. */
export function visit(
  node: SyntaxNode,
  look: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void,
  parents: readonly SyntaxNode[] = [],
): void {
  look(node, parents)
  const inside = [...parents, node]
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, look, inside)
  }
}

/** Follows keys into a node: `at(call, 'callee', 'object', 'name')`. */
export function at(node: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    node,
  )
}

/** A test or what only tests use: by where it stands or by its name. */
export const isTest = (path: string): boolean =>
  /^test\/|\.(?:test|wtr|spec)\.ts$|\/testing(?:\.ts$|\/)/.test(path)
