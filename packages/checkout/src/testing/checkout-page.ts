import type { FrameInit, PageMessage } from '@holdfast/contract/frame'
import { loadHoldfast, type HoldfastCheckout } from '../index.ts'
import { patient, type Timing } from '../timing.ts'
import type { Command, Heard } from './frame-remote.ts'
import { apiUrl, clientSecret, startApi, type StubApi } from './stub-api.ts'
import { until } from './until.ts'

/** Waits that a test can sit through; each test says where it needs others. */
const brisk: Timing = {
  ...patient, retryMs: 5, pollMs: 20, pollMaxMs: 40, lostAfterMs: 300, confirmDeadlineMs: 2000, confirmTimeoutMs: 500,
  readTimeoutMs: 1000, frameReadyMs: 3000, frameAnswerMs: 1500, resumeMs: 2000,
  streamQuietMs: 2000, readsPerStream: 3, graceMs: 300,
}
const outcomes = ['complete', 'failed', 'pending'] as const
const watched = [...outcomes, 'ready', 'change', 'loaderror', 'paymentmethodchange'] as const

type Unsent<C> = C extends Command ? Omit<C, 'stub' | 'id'> : never

interface Fired { readonly type: string, readonly detail: unknown }

export interface OpenOptions {
  readonly arrange?: (api: StubApi) => void
  readonly attributes?: Readonly<Record<string, string>>
  readonly timing?: Partial<Timing>
  /** Where it is put; into the page's body by default. */
  readonly within?: ParentNode
}

/** A page with one checkout on it, as a buyer and a merchant's script see it. */
export class CheckoutPage {
  readonly fired: Fired[] = []
  readonly heard: Heard[] = []
  readonly element: HoldfastCheckout
  readonly api: StubApi
  #commands = 0

  constructor(element: HoldfastCheckout, api: StubApi) {
    this.element = element
    this.api = api
    for (const type of watched) {
      element.addEventListener(type, (event: Event) => this.fired.push({ type, detail: (event as CustomEvent).detail }))
    }
    addEventListener('message', this.#hear)
  }

  static async open({ arrange, attributes = {}, timing = {}, within = document.body }: OpenOptions = {}): Promise<CheckoutPage> {
    const api = await startApi()
    arrange?.(api)
    const Checkout = await loadHoldfast() as typeof HoldfastCheckout
    Checkout.timing = { ...brisk, ...timing }
    const element = document.createElement('holdfast-checkout')
    const given = { 'client-secret': clientSecret, 'api-url': apiUrl, locale: 'en', appearance: 'light', ...attributes }
    Object.entries(given).forEach(([name, value]) => element.setAttribute(name, value))
    const page = new CheckoutPage(element, api)
    within.append(element)
    opened.push(page)
    return page
  }

  static async openReady(options: OpenOptions = {}): Promise<CheckoutPage> {
    const page = await CheckoutPage.open(options)
    await page.until('ready', () => page.fired.some(({ type }) => type === 'ready'))
    return page
  }

  close(): void {
    removeEventListener('message', this.#hear)
    this.element.remove()
  }

  /** @throws Error - when the time is up, with what the page reads then */
  async until<T>(what: string, probe: () => T | undefined | null | false): Promise<T> {
    try {
      return await until(what, probe)
    } catch (error) {
      throw new Error(`${(error as Error).message}; the page reads: ${this.text}`, { cause: error })
    }
  }

  find<E extends Element = HTMLElement>(selector: string): E | null {
    return this.element.renderRoot.querySelector<E>(selector)
  }

  get frame(): HTMLIFrameElement {
    const found = this.find<HTMLIFrameElement>('iframe')
    if (!found) throw new Error('there is no card frame')
    return found
  }

  get payButton(): HTMLButtonElement {
    const found = this.find<HTMLButtonElement>('.pay')
    if (!found) throw new Error('there is no pay button')
    return found
  }

  /** What the buyer reads: all that is drawn, hidden parts left out. */
  get text(): string {
    return (this.find('.base')?.innerText ?? '').replace(/\s+/g, ' ')
  }

  get notice(): string {
    return this.find('[role=alert]')?.innerText.trim() ?? ''
  }

  get outcomes(): readonly Fired[] {
    return this.fired.filter(({ type }) => (outcomes as readonly string[]).includes(type))
  }

  details<T>(type: string): readonly T[] {
    return this.fired.filter((event) => event.type === type).map(({ detail }) => detail as T)
  }

  /** The init that the stub frame was sent, which it tells of by a slower way than it answers. */
  init(): Promise<FrameInit> {
    return this.until('the init', () => this.heard.flatMap((heard) => 'init' in heard ? [heard.init] : [])[0])
  }

  /** The first message of a kind that the stub frame was sent. */
  told<T extends PageMessage['type']>(type: T): Promise<Extract<PageMessage, { type: T }>> {
    return this.until(`a ${type} message`, () => this.heard.flatMap((heard) =>
      'message' in heard && heard.message.type === type ? [heard.message as Extract<PageMessage, { type: T }>] : [])[0])
  }

  /** Tells the stub frame what to do, and waits until it has. */
  async tell(command: Unsent<Command>): Promise<void> {
    const id = ++this.#commands
    this.frame.contentWindow?.postMessage({ stub: 'do', id, ...command }, '*')
    await this.until('the stub frame', () => this.heard.some((heard) => 'done' in heard && heard.done === id))
  }

  async fillCard(): Promise<void> {
    const before = this.fired.length
    await this.tell({ fill: true })
    await this.until('a complete card', () => this.fired.slice(before).some(({ type, detail }) =>
      type === 'change' && (detail as { complete: boolean }).complete))
  }

  async press(): Promise<void> {
    this.payButton.click()
    await this.element.updateComplete
  }

  /** Presses Pay and waits for the one event that answers. */
  async pay(): Promise<Fired> {
    const before = this.outcomes.length
    await this.press()
    return this.until('an outcome', () => this.outcomes[before])
  }

  /** What a frame of the page before said last can still be on its way. */
  readonly #hear = ({ data, source }: MessageEvent<Heard | undefined>): void => {
    const gone = !source || (source as Window).closed
    if (data?.stub === 'heard' && !gone) this.heard.push(data)
  }
}

/** The tickets that the stub frame was given, in their order; it tells of them by a slower way than it answers. */
export const ticketsOf = (page: CheckoutPage): readonly string[] =>
  page.heard.flatMap((heard) => 'message' in heard && heard.message.type === 'ticket' ? [heard.message.ticket] : [])

const opened: CheckoutPage[] = []

export function closePages(): void {
  opened.splice(0).forEach((page) => page.close())
}
