import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { drawCode } from './action.ts'

/** The modules as a camera would see them: black on white, with a quiet zone. */
function picture({ size, modules }: ReturnType<typeof drawCode>) {
  const [quiet, scale] = [4, 4]
  const side = (size + 2 * quiet) * scale
  const dark = (at: number): boolean => {
    const [x, y] = [Math.floor((at % side) / scale) - quiet, Math.floor(at / side / scale) - quiet]
    return x >= 0 && x < size && y >= 0 && y < size && modules[y * size + x] === '1'
  }
  return { width: side, height: side, data: Uint8Array.from({ length: side * side * 4 }, (_, at) => (at % 4 === 3 || !dark(Math.floor(at / 4)) ? 255 : 0)) }
}

test.each([
  'https://qr.alipay.com/bax03431ljhokirwl38f00a7',
  'http://127.0.0.1:4340/scan/0199-2f6a?x=%E8%8C%B6',
  'a'.repeat(1_000),
])('draws a code that a phone reads as it was meant: %s', (content) => {
  const code = drawCode(content)
  expect(code.modules).toHaveLength(code.size ** 2)
  expect(decodeQR(picture(code))).toBe(content)
})
