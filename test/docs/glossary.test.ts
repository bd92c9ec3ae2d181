import { readFileSync } from 'node:fs'
import { idPrefixes } from '@holdfast/contract'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| ([^|]+) \| (–|`[a-z]+_…?`) \| ([^|]+) \|$/gm)].map(([, term = '', id = '', meaning = '']) => ({ term, id: id.replaceAll('`', ''), meaning }))

it('the glossary has every kind of object that has an id, by its prefix', () => {
  const listed = new Set(rows.map(({ id }) => id))
  expect(Object.values(idPrefixes).filter((prefix) => !listed.has(`${prefix}_`))).toEqual([])
})

it('the glossary gives a word one meaning, and an id one word', () => {
  const ids = rows.map(({ id }) => id).filter((id) => id !== '–')
  expect(rows.length).toBeGreaterThan(50)
  expect(new Set(rows.map(({ term }) => term)).size).toBe(rows.length)
  expect(new Set(ids).size).toBe(ids.length)
})

it('the glossary explains in sentences', () => {
  expect(rows.filter(({ meaning }) => !/^[A-Z].*\.$/.test(meaning)).map(({ term }) => term)).toEqual([])
})
