import { fileURLToPath } from 'node:url'
import { newId } from '@holdfast/contract'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { installedBrowser } from '../../../test/support/chromium.ts'
import { waitFor } from '../../../test/support/wait.ts'
import type { FrameAssets } from './frame-page.ts'
import { sendOf, startHarness, ticketFor } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'
import { Checkout, openShop } from './testing/shop.ts'
import type { Introduction, Shop } from './testing/shop.ts'

/* The frame that the vault serves, in a real browser, on an origin of its own, inside of a merchant's page. */

const browser = installedBrowser()
const card = { number: '4112344112344113', expiry: '0531', code: '739', name: 'Ann Buyer' }
const arabic = { title: 'بطاقة', label_number: 'رقم البطاقة' }
const chinese = { title: '银行卡', number_incomplete: '卡号不完整。', number_short: '卡号少了 {count} 位。' }
let at: Harness
let shop: Shop

async function bundle(): Promise<FrameAssets> {
  const folder = fileURLToPath(new URL('../../card-frame/src/', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [`${folder}frame.ts`, `${folder}frame.css`],
    bundle: true,
    write: false,
    outdir: '/',
    format: 'iife',
    target: 'es2022',
    conditions: ['holdfast-source', 'browser'],
    minify: true,
  })
  const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  return { script: text('.js'), style: text('.css'), words: { ar: JSON.stringify(arabic), 'zh-CN': JSON.stringify(chinese) } }
}

describe.skipIf(!browser)(`the card frame in ${browser}`, () => {
  beforeAll(async () => {
    at = await startHarness({ frame: await bundle(), now: () => new Date() })
    shop = await openShop()
    const origins = [shop.origin('shop'), shop.origin('other')]
    await at.client.putMarketplace(at.marketplace, { name: 'Workshop Market', origins })
  })
  afterAll(async () => {
    await shop?.close()
    await at?.close()
  })

  let open: Checkout[] = []
  beforeEach(async () => {
    await Promise.all(open.map(({ page }) => page.close()))
    open = []
  })

  const ticket = (
    more: Parameters<typeof ticketFor>[1] = {},
  ): ReturnType<Harness['client']['createTicket']> =>
    at.client.createTicket(ticketFor(at, { origin: shop.origin('shop'), ...more }))

  async function embedded({ name = 'shop', width = 400, locale = 'en' } = {}): Promise<Checkout> {
    const frameUrl = `${at.vault.url}/frame?marketplace=${at.marketplace}&locale=${locale}`
    const checkout = await Checkout.open(shop, { origin: shop.origin(name), frameUrl, width })
    open.push(checkout)
    return checkout
  }

  async function ready(
    init: Introduction = {},
    options: Parameters<typeof embedded>[0] = {},
  ): Promise<Checkout> {
    const checkout = await embedded(options)
    await checkout.introduce({ ticket: (await ticket()).ticket, ...init })
    await checkout.hear('ready')
    return checkout
  }

  describe('a buyer', () => {
    test('types a card, and the page gets a token that reaches the rail with it', async () => {
      const made = ticketFor(at, { origin: shop.origin('shop') })
      const checkout = await embedded()
      await checkout.introduce({ ticket: (await at.client.createTicket(made)).ticket })
      expect(await checkout.hear('ready')).toMatchObject({ revision: 1 })
      expect(await checkout.frame.$eval('.total', total => total.textContent)).toBe(
        'USD\u00a012,480.00 to Workshop Market',
      )
      await checkout.fill(card)
      await checkout.shoot('filled')
      expect(await checkout.value('number')).toBe('4112 3441 1234 4113')
      expect(await checkout.value('expiry')).toBe('05 / 31')
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      const { token } = await checkout.hear('token')
      expect(await at.client.send(sendOf({ token, ticket: made }))).toMatchObject({ outcome: 'answered' })
      expect(at.rail.heard.at(-1)?.body).toMatchObject({
        paymentMethodType: {
          card: { accountNumber: card.number, expiry: { month: 5, year: 2031 }, cvv: card.code },
        },
      })
      expect(checkout.violations).toEqual([])
    })

    test('who pays with a saved card is asked for its code alone, and told which card it is', async () => {
      const first = ticketFor(at, { origin: shop.origin('shop') })
      const savedCard = newId('savedCard')
      const typed = await embedded()
      await typed.introduce({ ticket: (await at.client.createTicket(first)).ticket })
      await typed.hear('ready')
      await typed.fill(card)
      await typed.tell({ type: 'tokenize', attempt: 1 })
      await at.client.send(sendOf({ token: (await typed.hear('token')).token, ticket: first }, { keepAs: savedCard }))
      const again = ticketFor(at, { origin: shop.origin('shop'), savedCard })
      const checkout = await embedded()
      await checkout.introduce({ ticket: (await at.client.createTicket(again)).ticket })
      await checkout.hear('ready')
      expect(await checkout.frame.$$eval('input', inputs => inputs.filter(input => input.checkVisibility()).map(({ id }) => id))).toEqual(['securityCode'])
      expect(await checkout.frame.$eval('#securityCode-hint', hint => hint.textContent)).toContain('•••• 4113')
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      await checkout.frame.waitForSelector('#securityCode[aria-invalid="true"]')
      await checkout.type('securityCode', card.code)
      await checkout.tell({ type: 'tokenize', attempt: 2 })
      const { token } = await checkout.hear('token')
      expect(await at.client.send(sendOf({ token, ticket: again }))).toMatchObject({ outcome: 'answered' })
      expect(at.rail.heard.at(-1)?.body).toMatchObject({ paymentMethodType: { card: { accountNumber: card.number, cvv: card.code } } })
    })

    test('types before the page has a ticket; none is made without, and with one nothing is typed again', async () => {
      const checkout = await embedded()
      await checkout.introduce({})
      await checkout.hear('open')
      await checkout.fill(card)
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      expect(await checkout.hear('error')).toMatchObject({ attempt: 1, code: 'ticket_refused' })
      await checkout.tell({ type: 'ticket', ticket: (await ticket()).ticket })
      await checkout.hear('ready')
      await checkout.tell({ type: 'tokenize', attempt: 2 })
      expect(await checkout.hear('token')).toMatchObject({ attempt: 2 })
    })

    test('whose card was declined pays again without typing it again', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      const first = await checkout.hear('token')
      await checkout.tell({ type: 'tokenize', attempt: 2 })
      const second = await checkout.hear('token', { after: 1 })
      expect([first.attempt, second.attempt]).toEqual([1, 2])
      expect(second.token).not.toBe(first.token)
    })

    test('whose order changed sees the new total, and what was typed is still there', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      await checkout.tell({ type: 'ticket', ticket: (await ticket({ revision: 2, amount: 999_00 })).ticket })
      expect(await checkout.hear('ready', { after: 1 })).toMatchObject({ revision: 2 })
      expect(await checkout.frame.$eval('.total', total => total.textContent)).toBe(
        'USD\u00a0999.00 to Workshop Market',
      )
      expect(await checkout.value('number')).toBe('4112 3441 1234 4113')
    })

    test('who presses twice gets one token', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      await checkout.page.evaluate(() => {
        for (const attempt of [1, 1, 2]) window.ports['main']?.postMessage({ type: 'tokenize', attempt })
      })
      await checkout.hear('token')
      await checkout.tell({ type: 'tokenize', attempt: 3 })
      await checkout.hear('token', { after: 1 })
      const tokens = (await checkout.heard()).filter(({ type }) => type === 'token')
      expect(tokens).toMatchObject([{ attempt: 1 }, { attempt: 3 }])
    })

    test('who presses Enter in a field asks the page to pay, and not while it is paying', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      await checkout.page.keyboard.press('Enter')
      await checkout.hear('submit')
      await checkout.tell({ type: 'disable', disabled: true })
      await checkout.frame.waitForSelector('form[aria-busy="true"]')
      await checkout.page.keyboard.press('Enter')
      await checkout.page.keyboard.type('x')
      await checkout.tell({ type: 'disable', disabled: false })
      await checkout.frame.waitForSelector('form[aria-busy="false"]')
      expect(await checkout.value('name')).toBe(card.name)
      expect((await checkout.heard()).filter(({ type }) => type === 'submit')).toHaveLength(1)
    })

    test('is answered by every validate, changed or not', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      const told = async (): Promise<number> =>
        (await checkout.heard()).filter(({ type }) => type === 'validity').length
      const before = await told()
      for (const after of [before, before + 1]) {
        await checkout.tell({ type: 'validate' })
        expect(await checkout.hear('validity', { after })).toEqual({
          type: 'validity',
          complete: true,
          errors: [],
        })
      }
    })

    test('who leaves a field hears what to do about it, and not before', async () => {
      const checkout = await ready()
      await checkout.type('number', card.number.slice(0, -1))
      expect(await checkout.error('number')).toBe('')
      await checkout.type('expiry', '0520')
      expect(await checkout.error('number')).toBe('The card number is 1 digit short.')
      await checkout.type('securityCode', '7')
      expect(await checkout.error('expiry')).toBe('This card has expired. Use another card.')
      await checkout.shoot('errors')
      await checkout.frame.focus('#number')
      await checkout.page.keyboard.press('End')
      await checkout.page.keyboard.type('3')
      expect(await checkout.error('number')).toBe('')
      expect(await checkout.frame.$eval('#number', input => input.getAttribute('aria-invalid'))).toBe('false')
    })

    test('who reads from right to left has a frame that does, whose card number still runs as on the card', async () => {
      const checkout = await ready({ locale: 'ar-EG' }, { locale: 'ar-EG' })
      await checkout.type('number', '4112344112344113')
      const seen = await checkout.frame.evaluate(() => {
        const number = document.querySelector('#number') as HTMLInputElement
        const { direction, textAlign } = getComputedStyle(number)
        const [field, mark] = [number, document.querySelector('.mark') as Element].map(each => each.getBoundingClientRect())
        const { lang, dir } = document.documentElement
        return { lang, dir, direction, textAlign, label: number.labels?.[0]?.textContent, value: number.value,
          markLeads: (mark?.left ?? 0) - (field?.left ?? 0) < 40 }
      })
      expect(seen).toEqual({
        lang: 'ar', dir: 'rtl', direction: 'ltr', textAlign: 'end', label: 'رقم البطاقة', value: '4112 3441 1234 4113', markLeads: true,
      })
      await checkout.shoot('ar')
    })

    test('who submits too early is told of every field, led to the first, and loses nothing', async () => {
      const checkout = await ready({ locale: 'zh-CN' }, { locale: 'zh-Hans' })
      await checkout.type('number', '4112')
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      await checkout.frame.waitForSelector('#name[aria-invalid="true"]')
      const validity = (await checkout.heard()).filter(({ type }) => type === 'validity').at(-1)
      const required = { code: 'required' }
      expect(validity).toMatchObject({
        complete: false,
        errors: [{ message: '卡号不完整。' }, required, required, required],
      })
      expect(await checkout.error('number')).toBe('卡号少了 12 位。')
      expect(await checkout.frame.evaluate(() => document.activeElement?.id)).toBe('number')
      expect(await checkout.value('number')).toBe('4112')
      await checkout.shoot('zh')
    })

    test.each([
      [
        'typing in the middle',
        { keys: ['Home', 'ArrowRight', 'ArrowRight'], text: '9' },
        '4191 3441 1234 4113',
        3,
      ],
      [
        'deleting backwards over a gap',
        { keys: ['Home', ...Array.from({ length: 5 }, () => 'ArrowRight'), 'Backspace'], text: '' },
        '4113 4411 2344 113',
        3,
      ],
      [
        'deleting forwards over a gap',
        { keys: ['Home', ...Array.from({ length: 4 }, () => 'ArrowRight'), 'Delete'], text: '' },
        '4112 4411 2344 113',
        4,
      ],
    ] as const)('keeps the caret when %s', async (_case, { keys, text }, value, caret) => {
      const checkout = await ready()
      await checkout.type('number', text === '' ? card.number : card.number.replace('2', ''))
      for (const key of keys) await checkout.page.keyboard.press(key as 'Home')
      if (text) await checkout.page.keyboard.type(text)
      expect([await checkout.value('number'), await checkout.caret('number')]).toEqual([value, caret])
    })

    test.each([320, 400])('sees the whole form on a screen %i px wide', async width => {
      const checkout = await ready({}, { width })
      await checkout.fill({ ...card, number: '371144371144376' })
      await checkout.shoot(`width-${width}`)
      expect(
        await checkout.frame.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0)
      const heights = await checkout.frame.$$eval('input', inputs =>
        inputs.map(input => input.getBoundingClientRect().height),
      )
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(44)
    })

    test("sees dark colours, and never ones that can't be read", async () => {
      const checkout = await ready({
        style: { scheme: 'dark', colorText: '#0e161d', fontSizePx: 18, radiusPx: 12 },
      })
      await checkout.type('number', '5555')
      await checkout.shoot('dark')
      const seen = await checkout.frame.$eval('#number', input => {
        const { color, backgroundColor, borderRadius } = getComputedStyle(input)
        return { color, backgroundColor, borderRadius }
      })
      expect(seen).toEqual({
        color: 'rgb(232, 238, 242)',
        backgroundColor: 'rgb(14, 22, 29)',
        borderRadius: '12px',
      })
    })
  })

  describe('a hostile page', () => {
    test("of an origin that isn't registered can't embed the frame", async () => {
      const checkout = await embedded({ name: 'evil' })
      await waitFor(() => checkout.violations.join().includes('frame-ancestors'), {
        what: 'the browser to refuse',
      })
      await waitFor(() => checkout.frame.url().startsWith('chrome-error:'), {
        what: "an error in the frame's place",
      })
    })

    test("gets nothing with another page's ticket", async () => {
      const checkout = await embedded({ name: 'other' })
      await checkout.introduce({ ticket: (await ticket()).ticket })
      expect(await checkout.hear('error')).toMatchObject({
        attempt: null,
        code: 'origin_refused',
        retryable: false,
      })
    })

    test('gets nothing with a ticket that was used', async () => {
      const used = (await ticket()).ticket
      await ready({ ticket: used })
      const checkout = await embedded()
      await checkout.introduce({ ticket: used })
      expect(await checkout.hear('error')).toMatchObject({ code: 'ticket_refused' })
    })

    test.each([
      ['another version', { holdfast: 2 }],
      ['an endpoint of its own', { endpoint: 'https://evil.example' }],
      ['an amount of its own', { amount: 1, currency: 'USD' }],
      ['a style outside of the list', { style: { colorText: 'url(https://evil.example)' } }],
      ['a font too small to read', { style: { fontSizePx: 1 } }],
      ['a language too long', { locale: 'x'.repeat(1_000_000) }],
      ['a prototype of its own', { style: Object.fromEntries([['__proto__', '#000000']]) }],
      ['no language', { locale: '' }],
    ])('is not heard with %s, and the right introduction still is', async (_case, change) => {
      const checkout = await embedded()
      await checkout.introduce({ ticket: (await ticket()).ticket, ...change }, 'wrong')
      await checkout.introduce({ ticket: (await ticket()).ticket })
      await checkout.hear('ready')
      const told = await checkout.heard('wrong')
      expect(told).toEqual(
        'holdfast' in change ? [expect.objectContaining({ code: 'version_unsupported' })] : [],
      )
    })

    test("can't introduce itself from a frame beside, nor from one inside of that", async () => {
      const checkout = await embedded()
      const init = { holdfast: 1, type: 'init', locale: 'en', style: {} }
      await checkout.page.evaluate(
        async (message, target) => {
          window.heard['forged'] = []
          window.addEventListener('message', ({ data }) => {
            if (data.forged) window.heard['forged']?.push(data.forged)
          })
          const sibling = document.createElement('iframe')
          document.body.append(sibling)
          const inner = sibling.contentDocument?.createElement('script')
          if (!inner) throw new Error('the sibling has a document')
          inner.textContent = `onmessage = ({ data: { message, target } }) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = ({ data }) => parent.postMessage({ forged: data }, '*')
          parent.frames[0].postMessage(message, target, [port2])
          parent.postMessage({ forged: 'sent' }, '*')
        }`
          sibling.contentDocument?.head.append(inner)
          sibling.contentWindow?.postMessage({ message, target }, location.origin)
        },
        init,
        at.vault.url,
      )
      await checkout.page.waitForFunction(() => (window.heard['forged']?.length ?? 0) > 0)
      await checkout.introduce({ ticket: (await ticket()).ticket })
      await checkout.hear('ready')
      expect(await checkout.heard('forged')).toEqual(['sent'])
    })

    test("can't take over with a second port", async () => {
      const checkout = await ready()
      await checkout.introduce({ ticket: (await ticket()).ticket }, 'second')
      await checkout.fill(card)
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      await checkout.hear('token')
      expect(await checkout.heard('second')).toEqual([])
    })

    test('learns no digit from what the frame says', async () => {
      const checkout = await ready()
      await checkout.fill(card)
      await checkout.tell({ type: 'tokenize', attempt: 1 })
      await checkout.hear('token')
      const said = JSON.stringify((await checkout.heard()).filter(({ type }) => type !== 'token'))
      for (const digits of [card.number.slice(0, 4), card.number.slice(-4), card.code])
        expect(said).not.toContain(digits)
    })

    test.each([
      ['too short', '4112 3', '0531', 'incomplete'],
      ['too long', '4112344112344113999', '0531', 'number_invalid'],
    ])('learns no length from a number that is %s, however it is edited', async (_case, typed, expiry, code) => {
      const checkout = await ready()
      await checkout.type('number', typed)
      await checkout.type('expiry', expiry)
      const before = await checkout.hear('validity', { after: 1 })
      expect(before.errors).toMatchObject([{ field: 'number', code }])
      expect(before.errors[0]?.message).not.toMatch(/digits|\d|one|two|three|ten/)
      const told = (await checkout.heard()).length
      await checkout.frame.focus('#number')
      await checkout.page.keyboard.press('End')
      for (const key of ['Backspace', '8', '8', 'Backspace', 'Backspace']) await checkout.page.keyboard.press(key as 'End')
      await checkout.type('expiry', '')
      expect(await checkout.error('number')).toMatch(/digit/)
      const since = (await checkout.heard()).slice(told).map(({ type }) => type)
      expect(since.filter(type => type !== 'focus' && type !== 'blur' && type !== 'resize')).toEqual([])
    })

    test("can't run script in the frame, even where it could write into it", async () => {
      const checkout = await ready()
      const tried = await checkout.frame.evaluate(() => {
        const attempt = (run: () => void): string => {
          try {
            run()
            return 'ran'
          } catch (error) {
            return (error as Error).name
          }
        }
        return {
          html: attempt(() => {
            document.body.innerHTML = '<img src=x onerror=window.pwned=1>'
          }),
          code: attempt(() => {
            document.createElement('script').text = 'window.pwned = 1'
          }),
          handler: attempt(() => {
            document.body.setAttribute('onclick', 'window.pwned = 1')
            document.body.click()
          }),
          pwned: 'pwned' in window,
        }
      })
      expect(tried).toMatchObject({ html: 'TypeError', code: 'TypeError', pwned: false })
      const leaked = await checkout.frame.evaluate(
        async target =>
          fetch(target).then(
            () => 'sent',
            () => 'refused',
          ),
        shop.origin('shop'),
      )
      expect(leaked).toBe('refused')
    })
  })
})
