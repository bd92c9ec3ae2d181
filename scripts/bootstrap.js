// What a fresh clone needs before anything else can run: the dependencies, Node 24 and the browser bundles.
// Plain JavaScript for Node 20, because that is what a newcomer may have; everything after it is TypeScript.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const wantedMajor = 24
const say = text => process.stderr.write(`${text}\n`)

/** Ends the process with words for a person, and no stack trace. */
class Stop extends Error {}

function readJson(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * True when node_modules holds what package-lock.json asks for. Contents are compared, not times, so that a
 * checkout of an old branch reinstalls and a touched file doesn't.
 */
function installed() {
  return agree(
    readJson('package-lock.json')?.packages,
    readJson('node_modules', '.package-lock.json')?.packages,
  )
}

/** Whether npm's record of what is installed holds what the lockfile wants; other platforms' packages may lack. */
export function agree(wanted, present) {
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([path, entry]) => path === '' || holds(present[path], entry))
}

function holds(present, wanted) {
  if (!present) return wanted.optional === true || wanted.devOptional === true
  return present.version === wanted.version && present.integrity === wanted.integrity
}

/**
 * npm as the person called it; never through the Node inside node_modules, which `npm ci` deletes.
 *
 * @returns {{ command: string, before: string[], env: Record<string, string> }} `before` precedes npm's own arguments
 */
export function npmProgram() {
  const own = join(root, 'node_modules')
  const path = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.startsWith(own))
  const env = { ...process.env, PATH: path.join(delimiter) }
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  const usable = script && node && /npm-cli\.[cm]?js$/.test(script) && !node.startsWith(own)
  if (usable) return { command: node, before: [script], env }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', before: [], env }
}

/**
 * Runs npm, telling every five seconds that it still works.
 *
 * @param {string} what - what is said that it does
 * @param {string[]} args
 * @param {string} [cwd] - the root by default
 */
export async function npm(what, args, cwd = root) {
  const { command, before, env } = npmProgram()
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  say(`${what} …`)
  const beat = setInterval(() => say(`  … ${seconds()} s`), 5000)
  const { code } = await run(command, [...before, ...args], { env, cwd, stdout: 2 })
  clearInterval(beat)
  if (code !== 0)
    throw new Stop(`\`npm ${args.join(' ')}\` failed (exit ${code}); its own words stand above.`)
  say(`  done in ${seconds()} s`)
}

async function ensureInstalled() {
  if (installed()) return
  if (!existsSync(join(root, 'package-lock.json')))
    throw new Stop('package-lock.json is missing from this copy.')
  await holding('install', async () => {
    if (!installed()) await npm('Installing dependencies (npm ci)', ['ci', '--no-audit', '--no-fund'])
  })
}

/** Two first commands at once must not both write node_modules: the second waits for the first. */
async function holding(name, work) {
  const folder = join(root, '.holdfast', `${name}.lock`)
  mkdirSync(dirname(folder), { recursive: true })
  let waiting = false
  while (!take(folder)) {
    if (!waiting) say(`Waiting for another command that does the same (${name}) …`)
    waiting = true
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  try {
    await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function take(folder) {
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (!alive(folder)) rmSync(folder, { recursive: true, force: true })
  return false
}

/** A lock whose owner is gone counts for nothing; one without a pid is being written this instant. */
function alive(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM' || (error.code === 'ENOENT' && existsSync(folder) && young(folder))
  }
}

const young = folder => Date.now() - statSync(folder).mtimeMs < 2000

/** The path of a Node ≥ 24: the running one, or the one that npm installed for this platform. */
function modernNode() {
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(packaged) && spawnSync(packaged, ['--version']).status === 0) return packaged
  throw new Stop(
    `Holdfast runs on Node ${wantedMajor} or newer; this is Node ${process.versions.node} on `
      + `${process.platform}-${process.arch}, for which npm carries no Node ${wantedMajor}.\n`
      + `Install it (https://nodejs.org/en/download, \`nvm install ${wantedMajor}\` or \`brew install `
      + `node@${wantedMajor}\`), see that \`node --version\` says v${wantedMajor}, and run this again.`,
  )
}

const bundleSources = [
  'packages/checkout/src',
  'packages/card-frame/src',
  'packages/contract/src',
  'demo/client',
  'locales',
  'scripts/locales.ts',
  'scripts/parts.ts',
  'scripts/xliff.ts',
  'rollup.config.mjs',
  'package-lock.json',
]
const bundleOutputs = [
  'packages/checkout/dist/holdfast.js',
  'packages/card-frame/dist/frame.js',
  'packages/card-frame/dist/frame.css',
  'packages/card-frame/dist/words',
  'packages/checkout/dist/chunks',
  'packages/checkout/dist/hosted/page.js',
  'demo/public/build',
]
const bundleStamp = join(root, '.holdfast', 'bundles.json')

function filesUnder(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap(name => filesUnder(join(path, name)))
}

function bundleDigest() {
  const digest = createHash('sha256')
  const files = bundleSources.flatMap(path => filesUnder(join(root, path)))
  for (const file of files) {
    if (!/\.(test|wtr)\.ts$/.test(file))
      digest.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  }
  return digest.digest('hex')
}

function bundlesStand(digest) {
  const stamp = readJson('.holdfast', 'bundles.json')
  return stamp?.digest === digest && stamp.outputs.every(path => existsSync(join(root, path)))
}

/** Builds the scripts that browsers load when their sources differ from what was last built. */
async function ensureBundles(node) {
  const digest = bundleDigest()
  if (bundlesStand(digest)) return
  await holding('bundles', async () => {
    if (bundlesStand(digest)) return
    say('Building the browser bundles …')
    const rollup = join(root, 'node_modules', 'rollup', 'dist', 'bin', 'rollup')
    const args = ['--conditions=holdfast-source', rollup, '--config', join(root, 'rollup.config.mjs'), '--silent', '--configOnly', 'browser']
    const { code } = await run(node, args, { env: environment(node), stdout: 2 })
    if (code !== 0) throw new Stop('The browser bundles could not be built; the reason stands above.')
    const outputs = bundleOutputs.filter(path => existsSync(join(root, path)))
    mkdirSync(dirname(bundleStamp), { recursive: true })
    writeFileSync(bundleStamp, JSON.stringify({ digest, outputs }))
  })
}

function environment(node) {
  const first = [join(root, 'node_modules', '.bin'), dirname(node)]
  const rest = (process.env.PATH ?? '').split(delimiter).filter(folder => !first.includes(folder))
  return { ...process.env, PATH: [...first, ...rest].join(delimiter) }
}

/** Runs a program to its end, handing signals on; a program that a signal ended answers 128 + its number. */
function run(command, args, { env, cwd = root, stdout = 'inherit' }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['inherit', stdout, 'inherit'] })
    const forward = signal => {
      // A terminal sends Ctrl-C to the whole group by itself: handing it on would make two of one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const watch = whenNpmIsGone(() => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearInterval(watch)
      for (const name of signals) process.off(name, forward)
      resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0) })
    })
  })
}

/** `kill` of npm ends npm and its shell, and tells nobody else: what they started would run on unseen. */
function whenNpmIsGone(act) {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event) return undefined
  return setInterval(() => process.ppid !== parent && act(), 500).unref()
}

/**
 * Prepares the tree, then runs one TypeScript program of it under Node ≥ 24 with this process's own arguments,
 * and exits as it exits.
 */
export async function runUnderModernNode(program, { bundles = true, args = process.argv.slice(2) } = {}) {
  try {
    await ensureInstalled()
    const node = modernNode()
    if (bundles) await ensureBundles(node)
    const options = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning']
    const { code } = await run(node, [...options, join(root, program), ...args], { env: environment(node) })
    process.exitCode = code
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    say(error.message)
    process.exitCode = 1
  }
}
