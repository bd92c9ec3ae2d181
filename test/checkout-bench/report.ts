// What was measured, in words and a table, and which of our own promises it misses.

export interface Row {
  readonly name: string
  readonly version: string
  readonly bytes: number
  readonly evaluationMs: number
  readonly heapBytes: number
  /** How far it came without its makers' servers. */
  readonly shows: string
  /** Requests to elsewhere that it made meanwhile, all refused. */
  readonly refused: number
}

export interface Results {
  readonly browser: string
  readonly processor: string
  readonly loadBefore: number
  readonly rounds: number
  readonly slowdown: number
  /** Ours first. */
  readonly rows: readonly Row[]
  readonly ours: {
    readonly frameBytes: number
    readonly focusableMs: number
    /** From the script's last byte: with what the browser does for the shop's own page. */
    readonly fromLastByteMs: number
    /** An empty frame of another origin, in an empty page. */
    readonly floorMs: number
    readonly shift: number
    readonly keyMs: number
    readonly keyMs95: number
  }
}

interface Promised {
  readonly what: string
  readonly value: number
  readonly most: number
  readonly unit: string
}

/** A frame of a screen that draws sixty a second. */
const frameMs = 1000 / 60

export function promises({ rows, ours, slowdown }: Results): readonly Promised[] {
  return [
    { what: 'script and styles on the page', value: rows[0]?.bytes ?? Infinity, most: 25_600, unit: 'bytes' },
    { what: 'card frame', value: ours.frameBytes, most: 20_480, unit: 'bytes' },
    { what: `from the script’s start to the focus in the card’s field, slowed ${slowdown} ×`, value: ours.focusableMs, most: 300, unit: 'ms' },
    { what: 'layout shift, page and frame, worst round', value: ours.shift, most: 0, unit: '' },
    { what: 'from a key to its painted frame', value: ours.keyMs, most: frameMs, unit: 'ms' },
  ]
}

/** What is promised and not kept. */
export function missed(results: Results): readonly string[] {
  return promises(results).filter(({ value, most }) => !(value <= most)).map(({ what }) => what)
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })
const ratio = (ours: number, theirs: number): string => `${(theirs / ours).toFixed(1)} ×`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

/** The page of docs/benchmarks. */
export function published(results: Results): string {
  const { rows, ours, rounds, slowdown } = results
  const [own] = rows as [Row, ...Row[]]
  const compared = rows.map((row) => {
    const others = row === own ? ['', '', ''] : [
      ` (${ratio(own.bytes, row.bytes)})`, ` (${ratio(own.evaluationMs, row.evaluationMs)})`, ` (${ratio(own.heapBytes, row.heapBytes)})`,
    ]
    return [
      `${row.name} ${row.version}`, `${number(row.bytes)}${others[0]}`, `${number(row.evaluationMs)}${others[1]}`,
      `${number(row.heapBytes / 1024)}${others[2]}`, row.shows, String(row.refused),
    ]
  })
  const kept = promises(results).map(({ what, value, most, unit }) => [
    what, `${value < 1 && value > 0 ? value.toFixed(4) : number(value)} ${unit}`.trim(), `≤ ${number(most)} ${unit}`.trim(),
    value <= most ? 'met' : '**not met**',
  ])
  return `<!-- Written by npm run bench:checkout: do not edit. -->

# The checkout, measured

${results.browser} on ${results.processor}; the minute before, ${results.loadBefore} programs wanted a processor. Medians of ${rounds}
rounds, interleaved, each in a profile of its own.

## Beside others

Packages from npm at the versions named, bundled and minified for the same browsers; in brackets, theirs to ours.

${table(['', 'brotli bytes of script and styles', `evaluation ms, slowed ${slowdown} ×`, 'heap KiB', 'without its makers’ servers it shows', 'calls refused'], compared)}

Evaluation is compiling and running the script in an empty page; heap is what it leaves there after a collection. The
others draw their card fields, and what surrounds them, from servers of theirs, which this run can't reach: the bytes,
the time and the memory of that are missing from their figures, not from ours below.

## Ours, to the end

In the demo's shop with its backend, its vault and its frame, nothing cached in the browser. The slowest twentieth of
keys took ${number(ours.keyMs95)} ms or more.

A frame of another origin is a process of its own, and a slowed process is slow to start: on this machine, between the
rounds of this run, a script that does nothing but make an empty frame and focus the one field in it took
${number(ours.floorMs)} ms. Ours took ${number(ours.focusableMs - ours.floorMs)} ms more. It reckons from the script's first instruction; from its last byte, with the
shop's own page being drawn in between, it is ${number(ours.fromLastByteMs)} ms. The slowdown holds a processor busy for three quarters of the
time in each of the two processes, so that two processors have nothing to spare for anybody else.

${table(['what is promised', 'measured', 'wanted', ''], kept)}
`
}
