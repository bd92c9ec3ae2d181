import { FRAME_PROTOCOL, isFrameInit, isPageMessage } from '@holdfast/contract/frame'
import type { FrameInit, FrameMessage, PageMessage } from '@holdfast/contract/frame'
import type { Words } from './words.ts'

/** The one page that the frame talks with. */
export interface Page {
  readonly init: FrameInit
  /** As the browser says it; the vault says whether it may be so. */
  readonly origin: string
  send(message: FrameMessage): void
  /** Hears what the page says; anything that isn't a message of the protocol is as if unsaid. */
  hear(listen: (message: PageMessage) => void): void
}

interface Waiting {
  readonly window: Window
  readonly words: Words
  readonly accept: (page: Page) => void
}

/**
 * Waits for the parent's `init`: from the parent itself, with one port, in this protocol's exact shape. The first
 * such port is kept; no window message is heard after it.
 */
export function awaitPage({ window, words, accept }: Waiting): void {
  const { parent } = window
  if (parent === window) return
  const listen = (event: MessageEvent<unknown>): void => {
    const { source, origin, ports, data } = event
    const [port, more] = ports
    if (source !== parent || !port || more || !isPlausible(window, origin)) return
    if (!isFrameInit(data)) return refuseOtherVersion(data, { port, words })
    window.removeEventListener('message', listen)
    accept(pageOf({ init: data, origin, port }))
  }
  window.addEventListener('message', listen)
}

/** Sandboxed pages are `null`, which says nothing; where the browser names the ancestors, the nearest is the parent. */
function isPlausible({ location }: Window, origin: string): boolean {
  const ancestor: string | undefined = location.ancestorOrigins?.[0]
  return origin !== 'null' && origin !== '' && (ancestor === undefined || ancestor === origin)
}

function refuseOtherVersion(
  data: unknown,
  { port, words }: { port: MessagePort; words: Waiting['words'] },
): void {
  const { holdfast, type } =
    typeof data === 'object' && data !== null ? (data as { holdfast?: unknown; type?: unknown }) : {}
  if (type !== 'init' || typeof holdfast !== 'number' || holdfast === FRAME_PROTOCOL) return
  const code = 'version_unsupported'
  port.postMessage({
    type: 'error',
    attempt: null,
    code,
    message: words.errors[code],
    retryable: false,
  } satisfies FrameMessage)
}

function pageOf({ init, origin, port }: { init: FrameInit; origin: string; port: MessagePort }): Page {
  return {
    init,
    origin,
    send: message => port.postMessage(message),
    hear(listen) {
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isPageMessage(data)) listen(data)
      })
      port.start()
    },
  }
}
