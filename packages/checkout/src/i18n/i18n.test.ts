import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { en } from './en.ts'
import type * as Chunks from '../chunks.ts'
import type * as Languages from './index.ts'

/* The languages come from a real server, by the very fetch that checks their hashes. */

const digestOf = (text: string): string => createHash('sha384').update(text).digest('base64')
const nameOf = (name: string, digest: string): string => `/${name}.${digest.slice(0, 10).replace(/\W/g, '-')}.json`
const fill = {
  de: { total: 'Gesamtbetrag', disputeClaim: 'Bis {days} nach Empfang' },
  he: { total: 'סך הכול', pay: 'תשלום {amount}' },
}
const textsOf = (of: object) => Object.entries(of).map(([name, strings]) => ({ name, text: JSON.stringify(strings) }))
const listOf = (chunks: ReturnType<typeof textsOf>) => Object.fromEntries(chunks.map(({ name, text }) => [name, digestOf(text)]))
const languages = textsOf(fill)
const ofPart = textsOf({ 'order.de': { paid: '{amount} bezahlt' } })
const texts = [...languages, ...ofPart, ...textsOf({ 'order.index': listOf(ofPart) })]
const list = JSON.stringify(listOf([...languages, ...texts.slice(-1)]))
const textOf = (name: string): string => texts.find((one) => one.name === name)?.text ?? ''

let files: Map<string, string>
let asked: string[]
let server: Server
let warned: string[]

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const text = files.get(url)
    if (text === 'silence') return
    response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  files = new Map(texts.map(({ name, text }) => [nameOf(name, digestOf(text)), text]))
  files.set(nameOf('index', digestOf(list)), list)
  asked = []
  warned = []
  vi.spyOn(console, 'warn').mockImplementation((message: string) => void warned.push(message))
})
afterEach(() => vi.restoreAllMocks())

/** The module as a page has it that has just been opened. */
async function fresh(): Promise<typeof Languages & Pick<typeof Chunks, 'shelf'>> {
  vi.resetModules()
  const [page, { shelf }] = [await import('./index.ts'), await import('../chunks.ts')]
  const { port } = server.address() as AddressInfo
  Object.assign(shelf, { base: `http://127.0.0.1:${port}/`, list: digestOf(list) })
  return { ...page, shelf }
}

describe('the sentences in English', () => {
  test.each(Object.entries(en))('%s tells the buyer no off, and never says escrow', (_key, sentence) => {
    expect(sentence).not.toMatch(/[!]|oops|invalid|escrow/i)
  })

  test('are there at once, and nothing is fetched for them', async () => {
    const { languageOf } = await fresh()
    expect(languageOf('en-GB')).toMatchObject({ locale: 'en-GB', direction: 'ltr' })
    expect(languageOf(null, 'en').text('pay', { amount: '{amount} $& 5' })).toBe('Pay {amount} $& 5')
    expect(languageOf('en').text('disputeClaim', { days: 1 })).toBe('You can also claim up to 1 day after receipt.')
    expect(languageOf('en').text('disputeClaim', { days: 14 })).toBe('You can also claim up to 14 days after receipt.')
    expect(asked).toEqual([])
  })
})

describe('a language', () => {
  const rows = [
    { wanted: ['de'], locale: 'de', total: 'Gesamtbetrag' },
    { wanted: ['de-AT'], locale: 'de-AT', total: 'Gesamtbetrag' },
    { wanted: [null, undefined, 'de-CH'], locale: 'de-CH', total: 'Gesamtbetrag' },
    { wanted: ['xx', 'de'], locale: 'de', total: 'Gesamtbetrag', warning: 'no language close to "xx", and shows "de"' },
    { wanted: ['en_US'], locale: 'en', total: 'Total', warning: 'no language close to "en_US", and shows "en"' },
    { wanted: [null, 'xx', 'tlh'], locale: 'en', total: 'Total' },
    { wanted: [], locale: 'en', total: 'Total' },
  ]
  test.each(rows)('for $wanted is $locale', async ({ wanted, locale, total, warning }) => {
    const { languageOf } = await fresh()
    await languageOf(...wanted).pending
    const language = languageOf(...wanted)
    expect([language.locale, language.text('total'), language.pending]).toEqual([locale, total, undefined])
    expect(warned).toEqual(warning ? [expect.stringContaining(warning)] : [])
  })

  test('is fetched once, and English stands in until it is there', async () => {
    const { languageOf } = await fresh()
    const [first, second] = [languageOf('de'), languageOf('de-AT')]
    expect([first.locale, first.text('total')]).toEqual(['en', 'Total'])
    expect(second.pending).toBe(first.pending)
    await first.pending
    expect(languageOf('de').text('disputeClaim', { days: 1 })).toBe('Bis 1 Tag nach Empfang')
    expect(languageOf('de').text('retry')).toBe(en.retry)
    expect(asked).toEqual([nameOf('index', digestOf(list)), nameOf('de', digestOf(textOf('de')))])
  })

  test('that runs from right to left says so, and sets values apart', async () => {
    const { languageOf } = await fresh()
    await languageOf('he').pending
    const { direction, text } = languageOf('he')
    expect([direction, text('pay', { amount: 'USD 12.00' })]).toEqual(['rtl', 'תשלום \u2068USD 12.00\u2069'])
  })
})

describe('a part’s sentences', () => {
  const own = { paid: '{amount} paid', unread: 'Not read' }

  test('come in the language of the rest, and in English where it has none', async () => {
    const { languageOf } = await fresh()
    await languageOf('de').pending
    const say = await languageOf('de').words('order', own)
    expect([say('paid', { amount: 'USD 12.00' }), say('unread')]).toEqual(['USD 12.00 bezahlt', 'Not read'])
    expect(warned).toEqual([])
  })

  test('are English, with a word to the developer, where they can’t be had', async () => {
    const { languageOf } = await fresh()
    await languageOf('he').pending
    const say = await languageOf('he').words('order', own)
    expect(say('unread')).toBe('Not read')
    expect(warned).toEqual([expect.stringContaining('did not give it "order.he"')])
  })

  test('are not asked for in English', async () => {
    const { languageOf } = await fresh()
    expect((await languageOf('en-GB').words('order', own))('unread')).toBe('Not read')
    expect(asked).toEqual([])
  })
})

describe('English stands, and the console is told once, when', () => {
  const german = (): string => nameOf('de', digestOf(textOf('de')))
  const troubles: Readonly<Record<string, () => void>> = {
    'the language is missing': () => void files.delete(german()),
    'the language has been tampered with': () => void files.set(german(), '{"total":"Send it to me"}'),
    'the list is missing': () => void files.delete(nameOf('index', digestOf(list))),
    'the list has been tampered with': () => void files.set(nameOf('index', digestOf(list)), list.replace('de', 'fr')),
    'the language is late': () => void files.set(german(), 'silence'),
  }
  test.each(Object.entries(troubles))('%s', async (_name, happens) => {
    happens()
    const { languageOf, shelf } = await fresh()
    shelf.patienceMs = 250
    await languageOf('de').pending
    const language = languageOf('de')
    expect([language.locale, language.direction, language.text('total')]).toEqual(['en', 'ltr', 'Total'])
    expect(language.pending).toBeUndefined()
    await languageOf('de-AT').pending
    expect(warned).toEqual([expect.stringContaining('did not give it "de"')])
  })
})
