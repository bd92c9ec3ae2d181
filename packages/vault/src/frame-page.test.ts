import { expect, test } from 'vitest'
import { framePage } from './frame-page.ts'

const words = { ar: JSON.stringify({ title: 'بطاقة' }), 'zh-TW': JSON.stringify({ title: '</script><script>alert(1)</script>' }) }
const request = { origin: 'https://vault.example', marketplace: undefined }
const frame = framePage({ script: 'run()', style: 'a{}', words })
const page = (locale: unknown): string => frame({ ...request, locale }).html

test.each([
  ['ar', '<html lang="ar" dir="rtl">'], ['ar-EG', '<html lang="ar" dir="rtl">'], ['zh-Hant', '<html lang="zh-TW" dir="ltr">'],
  ['de', '<html lang="en" dir="ltr">'], ['xx', '<html lang="en" dir="ltr">'], ['"><script>', '<html lang="en" dir="ltr">'],
  [['ar', 'he'], '<html lang="en" dir="ltr">'], [undefined, '<html lang="en" dir="ltr">'], ['__proto__', '<html lang="en" dir="ltr">'],
])('a frame asked for in %j begins with %s', (locale, root) => {
  expect(page(locale)).toContain(`<!doctype html>\n${root}`)
})

test('the words are a block of data that no word can end, in the body where they are not shown', () => {
  const [, block] = /<script type="application\/json" id="words">(.*?)<\/script>/.exec(page('zh-TW')) ?? []
  expect(JSON.parse(block ?? '')).toEqual({ title: '</script><script>alert(1)</script>' })
  expect(page('zh-TW').match(/<script/g)).toHaveLength(2)
  expect(page('en')).toContain('<body><script>run()</script></body>')
})

test.each(['"</script>"', "'</SCRIPT >'", "'<!--'", "'<script'", "'</style>'", 'one()\r\ntwo()', "'\0'"])(
  'a script that a browser would not read as it stands is no part of a page: %j', script => {
    expect(() => framePage({ script, style: '' })).toThrow('can’t stand in a page')
    expect(() => framePage({ script: '', style: script })).toThrow('can’t stand in a page')
  },
)
