import type { Load } from './commands.ts'
import type { ReleaseRow, ReleasesPart } from './results.ts'
import { systemNames, systems, type System } from './targets.ts'

/*
 * Releases a second as bars: two panels, a group for each number of callers, a bar for each system. It
 * brings its own ground, light or dark, so that it reads the same wherever it is shown.
 */

const WIDTH = 960
const HEIGHT = 520
const plot = { top: 150, bottom: 418, left: 68, panel: 424, gap: 20 } as const
const bar = { width: 30, gap: 3 } as const
const CALLERS = [1, 8, 32, 128] as const

const panels: readonly { readonly load: Load; readonly title: string; readonly what: string }[] = [
  { load: 'hot', title: 'Hot', what: 'every caller at one escrow of one seller' },
  { load: 'spread', title: 'Spread', what: 'over 10,000 sellers' },
]

const style = `
  .paper { fill: #ffffff; stroke: #d5dde3 } .ink { fill: #0e1b26 } .quiet { fill: #5a6b78 } .grid { stroke: #d5dde3 } .base { stroke: #5a6b78 }
  .holdfast { fill: #0b5c78; stroke: #0b5c78 } .bare { fill: #93a4b0; stroke: #5a6b78 } .plain { fill: #ffffff; stroke: #5a6b78 }
  text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; font-size: 14px; font-variant-numeric: tabular-nums }
  .title { font-size: 20px; font-weight: 600 } .head { font-weight: 600 } .small { font-size: 12px } .value { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round } .strong { font-weight: 600 }
  .middle { text-anchor: middle } .end { text-anchor: end }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0e161d; stroke: #2a3944 } .ink { fill: #e8eef2 } .quiet { fill: #93a4b0 } .grid { stroke: #2a3944 } .base { stroke: #93a4b0 }
    .value { stroke: #0e161d }
    .holdfast { fill: #4fb3d1; stroke: #4fb3d1 } .bare { fill: #5a6b78; stroke: #93a4b0 } .plain { fill: #0e161d; stroke: #93a4b0 }
  }`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const text = ({ x, y, is }: { x: number; y: number; is: string }, words: string): string =>
  `<text x="${round(x)}" y="${round(y)}" class="${is}">${escape(words)}</text>`

const round = (value: number): number => Math.round(value * 10) / 10

/** Figures as they are read: 812, 4,630. */
const figure = (value: number): string => Math.round(value).toLocaleString('en-US')

/** A step of 1, 2 or 5 times a power of ten, of which four to nine make up the axis. */
export function axisOf(largest: number): { readonly step: number; readonly top: number } {
  const power = 10 ** Math.floor(Math.log10(largest / 4))
  const step = ([1, 2, 5].find((factor) => largest / (factor * power) <= 6) ?? 10) * power
  return { step, top: Math.ceil(largest / step) * step }
}

/** @returns the drawing as SVG */
export function drawReleases({ releases, rounds, machine, on }: ReleasesPart): string {
  const axis = axisOf(Math.max(...releases.map(({ perSecond }) => perSecond)))
  const yOf = (value: number): number => plot.bottom - ((plot.bottom - plot.top) * value) / axis.top
  const conditions = `over HTTP, embedded PostgreSQL ${machine.postgres['server_version']}, every commit on the disk · ${machine.processors} processors for servers, database and callers · median of ${rounds} interleaved runs`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Releases a second, by concurrent callers</title>
<desc id="desc">${escape(describe(releases))}</desc>
<style>${style}
</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8" class="paper"/>
${text({ x: 24, y: 40, is: 'ink title' }, 'Releases a second, by concurrent callers')}
${text({ x: 24, y: 64, is: 'quiet small' }, conditions)}
${legend()}
${grid(axis, yOf)}
${panels.map((panel, index) => drawPanel({ panel, rows: releases, left: plot.left + index * (plot.panel + plot.gap), yOf })).join('\n')}
${text({ x: WIDTH - 24, y: HEIGHT - 16, is: 'quiet small end' }, `npm run bench · ${on}`)}
${text({ x: 24, y: HEIGHT - 16, is: 'quiet small' }, 'Bare SQL: one prepared statement a transaction, no HTTP. Plain server: fastify + pg, one transaction a request.')}
</svg>
`
}

function describe(rows: readonly ReleaseRow[]): string {
  return panels
    .map(
      ({ title, what, load }) =>
        `${title}, ${what}: ${CALLERS.map(
          (callers) =>
            `${callers} callers: ${systems.map((system) => `${systemNames[system]} ${figure(rateOf(rows, { system, load, callers }))}`).join(', ')}`,
        ).join('; ')}.`,
    )
    .join(' ')
}

function rateOf(
  rows: readonly ReleaseRow[],
  { system, load, callers }: { system: System; load: Load; callers: number },
): number {
  const row = rows.find((one) => one.system === system && one.load === load && one.callers === callers)
  if (!row) throw new Error(`no figure for ${system}, ${load}, ${callers} callers`)
  return row.perSecond
}

function legend(): string {
  const places = [24, 124, 226]
  return systems
    .map((system, index) => {
      const x = places[index] ?? 0
      return `<rect x="${x + 0.5}" y="84.5" width="13" height="13" rx="2" class="${system}"/>${text({ x: x + 20, y: 96, is: 'ink' }, systemNames[system])}`
    })
    .join('\n')
}

function grid({ step, top }: { step: number; top: number }, yOf: (value: number) => number): string {
  const right = plot.left + 2 * plot.panel + plot.gap
  return Array.from({ length: Math.round(top / step) + 1 }, (_, index) => {
    const y = round(yOf(index * step)) + 0.5
    return `<line x1="${plot.left}" x2="${right}" y1="${y}" y2="${y}" class="${index === 0 ? 'base' : 'grid'}"/>${text({ x: plot.left - 10, y: y + 4, is: 'quiet small end' }, figure(index * step))}`
  }).join('\n')
}

interface DrawnPanel {
  readonly panel: (typeof panels)[number]
  readonly rows: readonly ReleaseRow[]
  readonly left: number
  readonly yOf: (value: number) => number
}

function drawPanel({ panel: { load, title, what }, rows, left, yOf }: DrawnPanel): string {
  const width = plot.panel / CALLERS.length
  const heading = `<text x="${left}" y="${plot.top - 22}" class="ink"><tspan class="head">${title}</tspan><tspan class="quiet">  ${escape(what)}</tspan></text>`
  return [
    heading,
    ...CALLERS.map((callers, index) =>
      drawGroup({ load, callers, rows, middle: left + width * (index + 0.5), yOf }),
    ),
  ].join('\n')
}

function drawGroup({
  load,
  callers,
  rows,
  middle,
  yOf,
}: {
  load: Load
  callers: number
  rows: readonly ReleaseRow[]
  middle: number
  yOf: (value: number) => number
}): string {
  const rates = systems.map((system) => rateOf(rows, { system, load, callers }))
  const left = middle - (systems.length * bar.width + (systems.length - 1) * bar.gap) / 2
  const bars = systems.map((system, index) => {
    const [x, y] = [left + index * (bar.width + bar.gap), yOf(rates[index] ?? 0)]
    const label = text(
      {
        x: x + bar.width / 2,
        y: y - 6,
        is: `${system === 'holdfast' ? 'ink strong' : 'quiet'} value middle`,
      },
      figure(rates[index] ?? 0),
    )
    return `<path d="M${round(x) + 0.5} ${plot.bottom} V${round(y + 2)} q0 -2 2 -2 h${bar.width - 5} q2 0 2 2 V${plot.bottom}" class="${system}"/>${label}`
  })
  const [ours, bare, plain] = rates as [number, number, number]
  return [
    ...bars,
    text(
      { x: middle, y: plot.bottom + 20, is: 'ink middle' },
      callers === 1 ? '1 caller' : `${callers} callers`,
    ),
    text({ x: middle, y: plot.bottom + 40, is: 'quiet small middle' }, `${times(ours / bare)} bare SQL`),
    text({ x: middle, y: plot.bottom + 57, is: 'quiet small middle' }, `${times(ours / plain)} plain`),
  ].join('\n')
}

const times = (ratio: number): string => `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}×`
