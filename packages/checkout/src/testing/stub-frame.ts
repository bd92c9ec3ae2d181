import {
  isFrameInit, isPageMessage, type FrameMessage, type FrameStyle, type PageMessage,
} from '@holdfast/contract/frame'
import type { Command, Heard } from './frame-remote.ts'

/*
 * A card frame without cards: it speaks the protocol, tells the test what it heard, and says whatever the test
 * tells it to. It takes the revision from the ticket, where the real one would ask its server.
 */

let port: MessagePort | undefined
let complete = false
let silent = false
const refusals: string[] = []

/** What the real frame takes; the skeleton keeps as much room. */
const heightPx = 307

const say = (message: FrameMessage): void => port?.postMessage(message)
const tell = (heard: Heard): void => parent.postMessage(heard, '*')
const revisionOf = (ticket: string): number => Number(ticket.split('_')[1])

addEventListener('message', ({ data, ports, source, origin }: MessageEvent<unknown>) => {
  if (isCommand(data)) return obey(data)
  if (source !== parent || !isFrameInit(data) || port) return
  port = ports[0]
  tell({ stub: 'heard', init: data, origin })
  if (!port || new URLSearchParams(location.search).has('silent')) return
  port.onmessage = ({ data }: MessageEvent<unknown>) => isPageMessage(data) && hear(data)
  dress(data.style)
})

function isCommand(data: unknown): data is Command {
  return typeof data === 'object' && data !== null && 'stub' in data && data.stub === 'do'
}

function obey(command: Command): void {
  if ('say' in command) port?.postMessage(command.say)
  if ('shout' in command) parent.postMessage(command.shout, '*')
  if ('fill' in command) fill(command.fill)
  if ('refuse' in command) refusals.push(command.refuse)
  if ('silent' in command) silent = command.silent
  tell({ stub: 'heard', done: command.id })
  if ('go' in command) location.href = command.go
}

function fill(whole: boolean): void {
  complete = whole
  document.querySelectorAll('input').forEach((input, at) => {
    input.value = whole ? ['•••• •••• •••• 4242', '08 / 29', '•••', 'Ada Buyer'][at] ?? '' : ''
  })
  if (whole) say({ type: 'brand', brand: 'visa' })
  say({ type: 'validity', complete, errors: [] })
}

function hear(message: PageMessage): void {
  tell({ stub: 'heard', message, filled: complete })
  if (silent) return
  if (message.type === 'validate') validate()
  if (message.type === 'tokenize') tokenize(message.attempt)
  if (message.type === 'ticket') {
    say({ type: 'ready', revision: revisionOf(message.ticket), heightPx })
  }
}

function validate(): void {
  const errors = complete ? [] : [{ field: 'number', code: 'required', message: 'Enter the card number' } as const]
  say({ type: 'validity', complete, errors })
}

function tokenize(attempt: number): void {
  const code = refusals.shift()
  if (code) say({ type: 'error', attempt, code: code as 'network', message: 'refused', retryable: true })
  else if (complete) say({ type: 'token', attempt, token: `tok_stub_${crypto.randomUUID().replaceAll('-', '')}` })
  else validate()
}

function dress(style: FrameStyle): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`
    :root { --border: ${style.colorBorder}; --radius: ${style.radiusPx}px; color-scheme: ${style.scheme};
      color: ${style.colorText}; background: ${style.colorBackground} }
    ::placeholder { color: ${style.colorPlaceholder} }`)
  document.adoptedStyleSheets = [sheet]
}
