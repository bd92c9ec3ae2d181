import type { Attempt, AttemptAction, Browser, CheckoutSession } from '@holdfast/contract/types'
import type { TestBackend } from './backend.ts'
import { TEST_ORIGIN } from './backend.ts'
import { call, type ApiAnswer } from './http.ts'
import type { Shop } from './shop.ts'

/* A buyer's browser in 3-D Secure, form by form: what its pages would post by themselves, and what the buyer does. */

export type ThreeDSecureAction = Extract<AttemptAction, { readonly type: 'three_d_secure' }>

/** Test cards of the simulated issuers. */
export const issuers = {
  frictionless: '4000000000002701', frictionlessMastercard: '5200000000002235', attempted: '4000000000002719',
  unavailable: '4000000000002313', failed: '4000000000002925', rejected: '4000000000002537',
  challenge: '4000000000002503', refusesCodes: '4000000000002370',
} as const

export const browser: Browser = {
  language: 'zh-Hans-CN', colorDepth: 30, screenWidth: 1440, screenHeight: 900, timeZoneOffset: -480, javaEnabled: false,
  challengeWindow: '390x400',
}

/** Types a card and confirms, as a page does that can show an issuer's pages. */
export async function confirmWithBrowser(
  { backend, shop }: { readonly backend: TestBackend; readonly shop: Shop }, session: CheckoutSession,
  { number, key }: { readonly number: string; readonly key?: string },
): Promise<ApiAnswer & { readonly attempt: Attempt }> {
  const token = await shop.token(session, number)
  const answer = await call(backend, 'POST', '/v1/checkout/confirm', {
    key: session.clientSecret, headers: { origin: TEST_ORIGIN, 'user-agent': 'Mozilla/5.0 (test)', accept: 'application/json' },
    body: { method: 'card', token, revision: session.revision, browser },
    ...(key !== undefined && { idempotencyKey: key }),
  })
  return { ...answer, attempt: answer.body as unknown as Attempt }
}

export function actionOf(attempt: Attempt | null): ThreeDSecureAction {
  if (attempt?.action?.type !== 'three_d_secure') throw new Error(`expected 3-D Secure, not ${JSON.stringify(attempt)}`)
  return attempt.action
}

export interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

const unescape = (text: string): string => text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))

/** The last form of a page, with its hidden fields. */
export function formOf(page: string, base: string): Form {
  const form = page.split('<form ').at(-1) ?? ''
  const action = /action="([^"]*)"/.exec(form)?.[1]
  if (action === undefined) throw new Error(`no form in ${page.slice(0, 400)}`)
  const inputs = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return {
    action: new URL(unescape(action), base).href,
    fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescape(value)])),
  }
}

export async function post({ action, fields }: Form, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(action, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** Opens the frame and lets the issuer look at the browser. @returns the form that the browser would post next */
export async function begin({ frameUrl, pageUrl }: ThreeDSecureAction, completed: 'Y' | 'N' | 'U' = 'Y'): Promise<Form> {
  const outer = await (await fetch(frameUrl)).text()
  const src = unescape(/<iframe src="([^"]*)"/.exec(outer)?.[1] ?? '')
  if (src !== pageUrl) throw new Error(`the frame shows ${src}`)
  const form = formOf(await (await fetch(src)).text(), src)
  const answer = await post({ ...form, fields: { ...form.fields, threeDSCompInd: completed } })
  return formOf(answer.text, form.action)
}

/** Enters codes into the issuer's challenge, or cancels it. @returns the form that comes after the last */
export async function answerChallenge(creq: Form, ...codes: readonly (string | null)[]): Promise<Form> {
  let next = formOf((await post(creq)).text, creq.action)
  for (const code of codes) {
    const fields = code === null ? { does: 'cancel' } : { code, does: 'confirm' }
    next = formOf((await post({ ...next, fields })).text, next.action)
  }
  return next
}

/** Posts on what the pages post by themselves, up to the return to us. */
export async function goBack(form: Form): Promise<Form> {
  let next = form
  while (!next.action.endsWith('/return')) next = formOf((await post(next)).text, next.action)
  return next
}
