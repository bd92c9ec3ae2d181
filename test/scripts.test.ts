import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { agree } from '../scripts/bootstrap.js'
import { judge } from '../scripts/size.ts'
import { parseSelection } from '../scripts/test-selection.ts'
import { freePorts } from './support/ports.ts'
import { isAlive, startProcess } from './support/processes.ts'
import { waitFor } from './support/wait.ts'

const workshop = mkdtempSync(join(tmpdir(), 'holdfast-scripts-'))
afterAll(() => rmSync(workshop, { recursive: true, force: true }))

function program(name: string, text: string): string {
  const path = join(workshop, name)
  writeFileSync(path, text)
  return path
}

describe('npm ci', () => {
  const lit = { version: '3.3.3', integrity: 'sha512-a' }

  it.each([
    ['nothing is installed', { 'node_modules/lit': lit }, undefined, false],
    ['what is wanted is installed', { '': {}, 'node_modules/lit': lit }, { 'node_modules/lit': lit }, true],
    [
      'a version differs',
      { 'node_modules/lit': lit },
      { 'node_modules/lit': { ...lit, version: '3.3.2' } },
      false,
    ],
    [
      'contents differ',
      { 'node_modules/lit': lit },
      { 'node_modules/lit': { ...lit, integrity: 'sha512-b' } },
      false,
    ],
    ['a package lacks', { 'node_modules/lit': lit }, {}, false],
    ["another platform's package lacks", { 'node_modules/lit': { ...lit, optional: true } }, {}, true],
  ])('when %s', (_, wanted, present, enough) => {
    expect(agree(wanted, present)).toBe(enough)
  })
})

describe('npm test --', () => {
  const known = ['types', 'unit', 'component', 'browser', 'size']

  it.each([
    [[], { steps: known, files: [] }],
    [['unit', 'size'], { steps: ['unit', 'size'], files: [] }],
    [['packages/core'], { steps: ['unit'], files: ['packages/core'] }],
    [['browser', 'journeys'], { steps: ['browser'], files: ['journeys'] }],
    [['--engine', 'firefox'], { steps: ['component'], files: [], engine: 'firefox' }],
    [['component', '--engine=all'], { steps: ['component'], files: [], engine: 'all' }],
    [['--grep', 'decline'], { steps: ['unit', 'component', 'browser'], files: [], grep: 'decline' }],
    [['unit', '--grep=decline'], { steps: ['unit'], files: [], grep: 'decline' }],
  ])('%j', (args, { steps, ...rest }) => {
    expect(parseSelection(args, known)).toEqual({ steps: new Set(steps), ...rest })
  })

  it.each([[['--gerp', 'x']], [['--grep']], [['--engine', 'trident']]])('%j is refused', args => {
    expect(parseSelection(args, known)).toHaveProperty('refused')
  })
})

describe("a bundle's size", () => {
  it.each([
    [10_000, 10_000, undefined],
    [10_200, 10_000, undefined],
    [9_800, 10_000, undefined],
    [10_201, 10_000, /grew by 2\.0 %.*--update/],
    [9_700, 10_000, /shrank by 3\.0 %.*--update/],
    [25_601, 25_600, /1 bytes over its limit of 25600/],
    [25_600, 25_600, undefined],
  ])('of %i, recorded as %i', (size, recorded, verdict) => {
    const said = judge(size, { limit: 25_600, recorded })
    if (verdict) expect(said).toMatch(verdict)
    else expect(said).toBeUndefined()
  })
})

describe('a started program', () => {
  it('is ready when it says so, and ends with what it has started', async () => {
    const child = 'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])'
    const text = `const child = ${child}; process.stdout.write("ready as " + child.pid + "\\n"); setInterval(() => {}, 1000)`
    const started = await startProcess({ script: program('parent.cjs', text), ready: /ready as (\d+)/ })
    const grandchild = Number(started.ready[1])
    expect(isAlive(grandchild)).toBe(true)
    expect(await started.stop()).toBe(143)
    await waitFor(() => !isAlive(grandchild), { what: 'the grandchild to end' })
  })

  it('is refused with what it wrote when it ends before it is ready', async () => {
    const script = program('broken.cjs', 'process.stderr.write("no database\\n"); process.exitCode = 3')
    await expect(startProcess({ script, ready: /ready/ })).rejects.toThrow(
      /ended with 3 before.*\nno database/,
    )
  })

  it('answers 137 when it is killed', async () => {
    const script = program('idle.cjs', 'process.stdout.write("ready"); setInterval(() => {}, 1000)')
    const started = await startProcess({ script, ready: /ready/ })
    started.kill('SIGKILL')
    expect(await started.exited).toBe(137)
  })
})

describe('waitFor', () => {
  it('fails at its bound, with the last error as the cause', async () => {
    const refusing = (): never => {
      throw new Error('refused')
    }
    const waiting = waitFor(refusing, { what: 'an answer', within: 60 })
    await expect(waiting).rejects.toMatchObject({
      message: 'waited 60 ms for an answer',
      cause: { message: 'refused' },
    })
  })
})

describe('freePorts', () => {
  it('gives no port twice', async () => {
    expect(new Set(await freePorts(20)).size).toBe(20)
  })
})
