import type { Browser } from '@holdfast/contract/types'

/** Below, a challenge has the whole screen. */
const phonePx = 480

/** What an issuer may know of the browser, by EMV 3-D Secure, and the largest of its windows that there is room for. */
export function browserOf(roomPx: number): Browser {
  const { width, height, colorDepth } = screen
  const sizes = innerHeight < 700 ? ['600x400', '390x400'] as const : ['500x600', '390x400'] as const
  const window = sizes.find((size) => Number.parseInt(size) <= roomPx) ?? '250x400'
  return {
    language: navigator.language, colorDepth, screenWidth: width, screenHeight: height,
    timeZoneOffset: new Date(performance.timeOrigin + performance.now()).getTimezoneOffset(), javaEnabled: false,
    challengeWindow: innerWidth < phonePx ? 'full_screen' : window,
  }
}
