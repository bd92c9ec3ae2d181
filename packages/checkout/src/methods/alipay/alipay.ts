import { html, svg, type TemplateResult } from 'lit'
import type { Attempt, CheckoutView, Confirm } from '@holdfast/contract/types'
import type { StringKey } from '../../i18n/index.ts'
import type { Prepare } from '../../session.ts'
import { letters, plate } from '../marks.ts'
import { warnOnce } from '../../warn.ts'
import type * as Step from './alipay-step/index.ts'
import { LaterStep } from '../later.ts'
import type { BuyerStep, MethodHost, PaymentMethod, StepHost } from '../method.ts'

type View = Extract<CheckoutView['methods'][number], { type: 'alipay' }>
type Flow = Extract<Confirm, { method: 'alipay' }>['flow']

interface Way {
  readonly name: StringKey
  readonly payWords: StringKey
}

/** The step is a part: whoever pays by card needs none of it. */
const bringStep = (): Promise<typeof Step> => import('./alipay-step/index.ts')

/** Where the part can't be had, the payment is shown as one that is being confirmed. */
export function alipayStep(host: StepHost, attempt: Attempt): BuyerStep {
  const coming = bringStep().then(({ stepOf }) => stepOf(host, attempt))
  return new LaterStep(host, attempt, { coming, missing: () => warnOnce('it can’t show what to do in Alipay: the part did not come.') })
}

/** In the order in which a desktop offers them. */
const ways: Readonly<Record<Flow, Way>> = {
  qr_code: { name: 'alipayScan', payWords: 'payScan' },
  redirect: { name: 'alipayPage', payWords: 'payPage' },
}

/** Alipay: on a desktop a code to scan or Alipay's page, on a phone the way into the wallet that it carries. */
export class AlipayMethod implements PaymentMethod {
  readonly type = 'alipay'
  readonly name = 'alipay'
  readonly ready = true
  readonly complete = true
  readonly #host: MethodHost
  readonly #flows: readonly Flow[]
  readonly #device: 'desktop' | 'phone'
  #flow: Flow
  #disabled = false

  constructor(host: MethodHost, { flows }: View) {
    this.#host = host
    this.#device = isPhone() ? 'phone' : 'desktop'
    const offered = (Object.keys(ways) as Flow[]).filter((flow) => flows.includes(flow))
    this.#flows = this.#device === 'phone' && flows.includes('redirect') ? ['redirect'] : offered
    this.#flow = this.#flows[0] ?? 'redirect'
  }

  get payWords(): StringKey {
    return ways[this.#flow].payWords
  }

  marks(): TemplateResult {
    return html`${plate(svg`<rect width="32" height="20" fill="#1677ff"/>${letters('Alipay', '#fff', 8)}`)}`
  }

  form(): TemplateResult {
    const { text } = this.#host.language
    if (this.#flows.length < 2) {
      return html`<p class="small quiet-text lone">${text(this.#flow === 'redirect' ? 'alipayGo' : 'alipayScan')}</p>`
    }
    return html`<fieldset class="ways" ?disabled=${this.#disabled}>
      <legend class="sr">${text('alipayWays')}</legend>
      ${this.#flows.map((flow) => html`<label><input type="radio" name="flow" .checked=${flow === this.#flow}
        @change=${() => this.#choose(flow)}>${text(ways[flow].name)}</label>`)}
    </fieldset>`
  }

  #choose(flow: Flow): void {
    this.#flow = flow
    this.#host.changed()
  }

  validate(): Promise<boolean> {
    return Promise.resolve(true)
  }

  /** A code is asked for once it can be shown. */
  readonly prepare: Prepare = async () => {
    const canShow = await bringStep().then(() => true, () => false)
    if (!canShow && this.#flow === 'qr_code') return { fault: this.#host.fault('try_again_later') }
    return { body: { method: this.type, flow: this.#flow, device: this.#device } }
  }

  disable(disabled: boolean): void {
    this.#disabled = disabled
  }
}

/** Nobody can scan the screen that he holds. */
function isPhone(): boolean {
  const { userAgent, userAgentData } = navigator as Navigator & { userAgentData?: { mobile: boolean } }
  return userAgentData?.mobile ?? /Mobi/.test(userAgent)
}
