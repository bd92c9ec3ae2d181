import { devices, type Locator, type Page } from '@playwright/test'
import decodeQR from 'qr/decode.js'

/** Reads a code off the screen as a camera does: from pixels, by a library that drew none of them. */
export class CodeReader {
  readonly #blank: Page

  constructor(blank: Page) {
    this.#blank = blank
  }

  /** @returns what the code says */
  async read(code: Locator): Promise<string> {
    const png = await code.screenshot({ animations: 'disabled' })
    const { width, height, light } = await this.#blank.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const canvas = new OffscreenCanvas(width, height).getContext('2d')!
      canvas.drawImage(await createImageBitmap(new Blob([bytes], { type: 'image/png' })), 0, 0)
      const { data } = canvas.getImageData(0, 0, width, height)
      const light = Array.from({ length: width * height }, (_, at) => (data[at * 4 + 1]! > 127 ? '1' : '0')).join('')
      return { width, height, light }
    }, png.toString('base64'))
    const data = Uint8Array.from({ length: light.length * 3 }, (_, at) => (light[Math.floor(at / 3)] === '1' ? 255 : 0))
    return decodeQR({ width, height, data }, { timeLimit: 5_000 })
  }
}

/** A phone with the wallet on it, in a browser of its own that shares nothing with the computer's. */
export class Phone {
  static readonly device: (typeof devices)[string] = devices['iPhone 14']!
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Opens what a code says, and does no more. */
  async scan(code: string): Promise<void> {
    await this.page.goto(code)
  }

  async approve(): Promise<void> {
    await this.page.getByRole('button', { name: /^Approve/ }).click()
    await this.page.getByText('Paid', { exact: true }).first().waitFor()
  }

  async refuse(): Promise<void> {
    await this.page.getByRole('button', { name: 'Refuse' }).click()
  }
}
