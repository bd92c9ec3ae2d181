import { engineNames } from '../test/support/engine-names.ts'

/** What one call of `npm test` asks for. */
export interface Selection {
  readonly steps: ReadonlySet<string>
  /** Only tests whose name matches; the test runners' own pattern. */
  readonly grep?: string
  /** Only test files whose path contains one of these. */
  readonly files: readonly string[]
  /** The one browser engine that component tests run in, or all; Chromium by default. */
  readonly engine?: string
}

export interface Refused {
  readonly refused: string
}

/** Steps that take `--grep` and file names; alone they are meant when either is given without a step. */
const searchable = ['unit', 'component', 'browser']

const engines: readonly string[] = [...engineNames, 'all']

/** Reads the arguments of `npm test -- [step …] [file …] [--grep pattern] [--engine name]`. Pure. */
export function parseSelection(args: readonly string[], known: readonly string[]): Selection | Refused {
  const named: string[] = []
  const files: string[] = []
  let grep: string | undefined
  let engine: string | undefined
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--grep') grep = args[(at += 1)] ?? ''
    else if (arg.startsWith('--grep=')) grep = arg.slice('--grep='.length)
    else if (arg === '--engine') engine = args[(at += 1)] ?? ''
    else if (arg.startsWith('--engine=')) engine = arg.slice('--engine='.length)
    else if (arg.startsWith('-')) return { refused: `npm test doesn't know the option ${arg}.` }
    else if (known.includes(arg)) named.push(arg)
    else files.push(arg)
  }
  if (grep === '') return { refused: '--grep needs a pattern.' }
  if (engine !== undefined && !engines.includes(engine)) return { refused: `--engine takes ${engines.join(', ')}.` }
  const fallback = engine ? ['component'] : files.length > 0 ? ['unit'] : grep ? searchable : known
  return { steps: new Set(named.length > 0 ? named : fallback), files, ...(grep ? { grep } : {}), ...(engine ? { engine } : {}) }
}

/** What to say when the arguments can't be read. */
export function usage(steps: readonly { readonly name: string; readonly title: string }[]): string {
  return [
    'npm test                            everything',
    'npm test -- unit browser            these steps only',
    'npm test -- packages/core           unit tests in files whose path contains this',
    'npm test -- browser --grep decline  tests whose name matches',
    'npm test -- --engine firefox        component tests in another engine: firefox, webkit, all',
    'npm test -- browser --engine firefox  every journey that runs in Firefox, and there alone; all: in both',
    '',
    'Steps:',
    ...steps.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`),
  ].join('\n')
}
