// `npm run bench:checkout`: what the checkout costs a page, beside two others, and whether it keeps its own promises.
// Rounds are interleaved and medians told; exits non-zero when a promise of ours is missed.

import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { launch } from 'puppeteer-core'
import type { Browser } from 'puppeteer-core'
import { findBrowser } from '../../scripts/browser.ts'
import { inTree } from '../../scripts/command.ts'
import { measureBundles } from '../../scripts/size.ts'
import { median, percentile } from '../load/statistics.ts'
import { chromiumArgs } from '../support/chromium.ts'
import { readOthers, readOurs, type Contender } from './others.ts'
import { floorOf, serveFloor } from './floor.ts'
import { missed, published, type Results, type Row } from './report.ts'
import { bytesOf, costOf, serve, show } from './scripts.ts'
import { openShop, visit, type Visit } from './shop.ts'

/** `--quick`: a look, which isn't published. */
const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 9
const slowdown = 4

/** Nothing but this machine can be reached: what a script asks for elsewhere fails as without a network. */
const offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1'

async function measureScripts(browser: Browser, contenders: readonly Contender[]): Promise<readonly Row[]> {
  const { origin, server } = await serve(contenders)
  const costs = contenders.map((): Awaited<ReturnType<typeof costOf>>[] => [])
  for (let round = 0; round < rounds; round += 1) {
    // every other round goes backwards, so that what slows the machine slows all alike
    const places = [...contenders.keys()]
    if (round % 2 === 1) places.reverse()
    for (const place of places) costs[place]?.push(await costOf(browser, { origin, place, slowdown }))
  }
  const rows: Row[] = []
  for (const [place, contender] of contenders.entries()) {
    const shown = contender.show ? await show(browser, { origin, place, script: contender.show }) : undefined
    rows.push({
      name: contender.name, version: contender.version, bytes: bytesOf(contender),
      evaluationMs: median((costs[place] ?? []).map(({ evaluationMs }) => evaluationMs)),
      heapBytes: median((costs[place] ?? []).map(({ heapBytes }) => heapBytes)),
      shows: shown?.outcome ?? 'all of it, in the demo’s shop', refused: shown?.refused ?? 0,
    })
  }
  server.close()
  return rows
}

interface Visits {
  readonly visits: readonly Visit[]
  /** Of the empty frame, once a round. */
  readonly floorsMs: readonly number[]
}

async function measureVisits(browser: Browser): Promise<Visits> {
  const shop = await openShop()
  const floor = await serveFloor()
  try {
    // the first wakes the backend, and isn't counted
    await visit(browser, { shop: shop.url, slowdown: 1 })
    const visits: Visit[] = []
    const floorsMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      floorsMs.push(await floorOf(browser, { url: floor.url, slowdown }))
      visits.push(await visit(browser, { shop: shop.url, slowdown }))
    }
    return { visits, floorsMs }
  } finally {
    floor.server.close()
    await shop.stop()
  }
}

async function main(): Promise<number> {
  const contenders = [readOurs(), ...(await readOthers())]
  const executablePath = await findBrowser()
  const busy = loadavg()[0] ?? 0
  const browser = await launch({ executablePath, args: [...chromiumArgs, offline] })
  try {
    const rows = await measureScripts(browser, contenders)
    const { visits, floorsMs } = await measureVisits(browser)
    const keys = visits.flatMap(({ keysMs }) => keysMs).toSorted((a, b) => a - b)
    const results: Results = {
      browser: await browser.version(), processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
      loadBefore: Math.round(busy * 100) / 100, rounds, slowdown, rows,
      ours: {
        frameBytes: measureBundles().find(({ name }) => name === 'card frame')?.size ?? Infinity,
        focusableMs: median(visits.map(({ focusableMs }) => focusableMs)),
        fromLastByteMs: median(visits.map(({ fromLastByteMs }) => fromLastByteMs)), floorMs: median(floorsMs),
        shift: Math.max(...visits.map(({ shift }) => shift)),
        keyMs: median(keys), keyMs95: percentile(keys, 0.95),
      },
    }
    const text = published(results)
    if (!quick) {
      writeFileSync(inTree('docs/benchmarks/checkout.json'), `${JSON.stringify(results, null, 2)}\n`)
      writeFileSync(inTree('docs/benchmarks/checkout.md'), text)
    }
    process.stdout.write(text)
    return missed(results).length > 0 ? 1 : 0
  } finally {
    await browser.close()
  }
}

process.exitCode = await main()
