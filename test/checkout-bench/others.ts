// The checkouts that ours is measured beside: their packages as npm has them, bundled as a merchant's build would.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { npm } from '../../scripts/bootstrap.js'
import { inTree } from '../../scripts/command.ts'

/** One checkout, as a page loads it. */
export interface Contender {
  readonly name: string
  readonly version: string
  readonly script: Buffer
  readonly style: Buffer
  /** Run in the page when its script has: shows the card's fields as far as that goes; answers what came of it. */
  readonly show: string | undefined
}

const home = inTree('.holdfast', 'checkout-bench')
const pinned = inTree('test', 'checkout-bench', 'others')

const adyen = {
  package: '@adyen/adyen-web',
  name: 'Adyen Web, card',
  source: `
    import { AdyenCheckout, Card } from '@adyen/adyen-web'
    import '@adyen/adyen-web/styles/adyen.css'
    globalThis.contender = { AdyenCheckout, Card }`,
  show: `(async () => {
    const { AdyenCheckout, Card } = contender
    const checkout = await AdyenCheckout({
      environment: 'test', clientKey: 'test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', countryCode: 'NL', locale: 'en-US',
      amount: { value: 1000, currency: 'EUR' },
      paymentMethodsResponse: { paymentMethods: [{ type: 'scheme', name: 'Cards', brands: ['visa', 'mc'] }] },
    })
    new Card(checkout).mount('#here')
    const until = performance.now() + 3000
    while (!document.querySelector('#here iframe') && performance.now() < until) await new Promise(requestAnimationFrame)
    const frames = document.querySelectorAll('#here iframe').length
    return frames + ' empty frames: what is in them comes from Adyen'
  })()`,
}

const braintree = {
  package: 'braintree-web-drop-in',
  name: 'Braintree Drop-in',
  source: `
    import dropin from 'braintree-web-drop-in'
    import 'braintree-web-drop-in/dropin.css'
    globalThis.contender = dropin`,
  show: `new Promise((done) => contender.create({ authorization: 'sandbox_f252zhq7_hh4cpc39zq4rgjcg', container: '#here' },
    (error) => done(error ? 'nothing: it asks Braintree first' : 'its form')))`,
}

/** Fetches the packages once, at the pinned versions, and bundles each. Nothing is fetched when they are there. */
export async function readOthers(): Promise<readonly Contender[]> {
  mkdirSync(home, { recursive: true })
  const lock = readFileSync(join(pinned, 'package-lock.json'), 'utf8')
  const present = join(home, 'package-lock.json')
  const fetched = join(home, 'node_modules', '.package-lock.json')
  if (!existsSync(fetched) || !existsSync(present) || readFileSync(present, 'utf8') !== lock) {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(pinned, file), join(home, file))
    await npm('Fetching the packages to measure', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], home)
  }
  return Promise.all([adyen, braintree].map(bundled))
}

async function bundled({ package: id, name, source, show }: typeof adyen): Promise<Contender> {
  const entry = join(home, `${id.replace(/\W/g, '-')}.js`)
  writeFileSync(entry, source)
  const { outputFiles } = await build({
    entryPoints: [entry], outdir: home, bundle: true, minify: true, write: false, format: 'esm', target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' }, legalComments: 'none', logLevel: 'error',
  })
  const file = (end: string): Buffer => Buffer.from(outputFiles.find(({ path }) => path.endsWith(end))?.contents ?? '')
  const { version } = JSON.parse(readFileSync(join(home, 'node_modules', id, 'package.json'), 'utf8')) as { version: string }
  return { name, version, script: file('.js'), style: file('.css'), show }
}

/** Ours: the file of the script tag, its styles within. */
export function readOurs(): Contender {
  const { version } = JSON.parse(readFileSync(inTree('packages/checkout/package.json'), 'utf8')) as { version: string }
  const script = readFileSync(inTree('packages/checkout/dist/holdfast.js'))
  return { name: 'Holdfast', version, script, style: Buffer.alloc(0), show: undefined }
}
