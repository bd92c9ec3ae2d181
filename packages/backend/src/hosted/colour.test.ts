import { themeGrounds } from '@holdfast/contract'
import { contrast } from '@holdfast/contract/colour'
import { expect, test } from 'vitest'
import { readable, READABLE } from './colour.ts'

test('a colour that can be read stays as it is', () => {
  expect(readable('#0b5c78', '#ffffff')).toBe('#0b5c78')
})

test('any other becomes one that can, on every ground that there is', () => {
  const colours = ['#ffee00', '#000000', '#ffffff', '#808080', '#ff0000', '#0000ff', '#00ff00', '#123456']
  const grounds = Object.values(themeGrounds).flatMap(({ light, dark }) => [light, dark])
  const short = colours.flatMap((colour) => grounds.map((ground) => [colour, ground, contrast(readable(colour, ground), ground)] as const))
    .filter(([, , ratio]) => ratio < READABLE)
  expect(short).toEqual([])
})
