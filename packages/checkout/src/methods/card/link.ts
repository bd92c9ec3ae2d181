import {
  FRAME_PROTOCOL, isFrameMessage, type FrameInit, type FrameMessage, type PageMessage,
} from '@holdfast/contract/frame'

/**
 * The one wire to a card frame: a single window message with the exact origin, and a port for all the rest.
 * Nothing listens to window messages here, so no other frame, opener or extension is ever heard.
 */
export class FrameLink {
  readonly #port: MessagePort
  readonly #waiting = new Set<(message: FrameMessage) => boolean>()
  readonly #heard: (message: FrameMessage) => void

  /**
   * Sends the frame its `init`. A frame that has navigated elsewhere gets nothing: the browser compares origins.
   *
   * @param options.origin - the frame's origin; never `*`
   */
  constructor({ frame, origin, init, heard }: {
    frame: Window
    origin: string
    init: Omit<FrameInit, 'holdfast' | 'type'>
    heard: (message: FrameMessage) => void
  }) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#heard = heard
    port1.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data)
    const message: FrameInit = { holdfast: FRAME_PROTOCOL, type: 'init', ...init }
    frame.postMessage(message, origin, [port2])
  }

  post(message: PageMessage): void {
    this.#port.postMessage(message)
  }

  /** The next message that `pick` turns into something, or undefined when none has come in time. */
  next<T>(timeoutMs: number, pick: (message: FrameMessage) => T | undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (found: T | undefined): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(found)
      }
      const look = (message: FrameMessage): boolean => {
        const found = pick(message)
        if (found !== undefined) end(found)
        return found !== undefined
      }
      const timer = setTimeout(end, timeoutMs, undefined)
      this.#waiting.add(look)
    })
  }

  close(): void {
    this.#port.onmessage = null
    this.#port.close()
  }

  #receive(data: unknown): void {
    if (!isFrameMessage(data)) return
    for (const look of [...this.#waiting]) look(data)
    this.#heard(data)
  }
}
