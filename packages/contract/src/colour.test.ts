import { expect, test } from 'vitest'
import { contrast } from './colour.ts'

test.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#ffffff', 1],
  ['#767676', '#ffffff', 4.54],
  ['#999999', '#ffffff', 2.85],
  ['#0b5c78', '#ffffff', 7.46],
])('the contrast of %s on %s is %d', (colour, ground, expected) => {
  expect(contrast(colour, ground)).toBeCloseTo(expected, 1)
})
