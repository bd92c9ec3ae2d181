import { themeGrounds } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { contrast, readable, READABLE } from './colour.ts'

test.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#ffffff', 1],
  ['#767676', '#ffffff', 4.54],
  ['#0b5c78', '#ffffff', 7.46],
])('the contrast of %s on %s is %d', (colour, ground, expected) => {
  expect(contrast(colour, ground)).toBeCloseTo(expected, 1)
})

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
