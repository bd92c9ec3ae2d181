/*
 * What the page and the card frame say to each other. No schema library: both sides load this in a browser.
 *
 * The page posts one `init` to the frame's window with an exact target origin and one MessagePort; everything
 * after that crosses the port, the ticket first. No message can set an endpoint, key, amount, currency or seller: the frame
 * reads those from its own server when it redeems the ticket.
 */

/** The protocol's version: both sides refuse another. */
export const FRAME_PROTOCOL = 1

/** What a page may style, by allow-list. Lengths are px; colours are #rrggbb. */
export interface FrameStyle {
  colorText?: string
  colorPlaceholder?: string
  colorError?: string
  colorBackground?: string
  colorBorder?: string
  colorFocus?: string
  /** 12–32 */
  fontSizePx?: number
  /** 0–16 */
  radiusPx?: number
  fontFamily?: 'system' | 'serif' | 'mono'
  scheme?: 'light' | 'dark'
}

/** The one window message, page → frame. */
export interface FrameInit {
  holdfast: typeof FRAME_PROTOCOL
  type: 'init'
  /** BCP 47; its region writes the amount. The words are in the language of the frame's own address. */
  locale: string
  style: FrameStyle
}

/** Page → frame, on the port. */
export type PageMessage =
  | { type: 'tokenize'; attempt: number }
  | { type: 'focus'; field?: CardField }
  | { type: 'validate' }
  /** One-time: the first opens the frame's session, each later one replaces it. */
  | { type: 'ticket'; ticket: string }
  | { type: 'disable'; disabled: boolean }

export type CardField = 'number' | 'expiry' | 'securityCode' | 'name'
export type CardBrand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay' | 'unknown'

/** Why a field is not valid, in words that tell what to do; already in the frame's language. */
export interface FieldError {
  field: CardField
  code: FieldErrorCode
  message: string
}
export type FieldErrorCode =
  | 'required' | 'incomplete' | 'number_invalid' | 'brand_unsupported' | 'expiry_invalid' | 'expired' | 'name_invalid'

export type FrameErrorCode =
  | 'ticket_refused' | 'origin_refused' | 'version_unsupported' | 'network' | 'rate_limited' | 'session_closed' | 'internal'

/** Frame → page, on the port. Never lengths, keystrokes or digits. */
export type FrameMessage =
  /** The fields take what is typed. Whether the ticket is good, `ready` or `error` tells. */
  | { type: 'open' }
  | { type: 'ready'; revision: number; heightPx: number }
  | { type: 'resize'; heightPx: number }
  | { type: 'focus'; field: CardField }
  | { type: 'blur'; field: CardField }
  | { type: 'brand'; brand: CardBrand }
  | { type: 'validity'; complete: boolean; errors: FieldError[] }
  /** The buyer pressed Enter in a field: as if the page's own pay button had been pressed. */
  | { type: 'submit' }
  | { type: 'token'; attempt: number; token: string }
  | { type: 'error'; attempt: number | null; code: FrameErrorCode; message: string; retryable: boolean }

const fields: readonly string[] = ['number', 'expiry', 'securityCode', 'name'] satisfies CardField[]
const brands: readonly string[] = [
  'visa', 'mastercard', 'amex', 'discover', 'diners', 'jcb', 'unionpay', 'unknown',
] satisfies CardBrand[]

type Bag = Record<string, unknown>
const bag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
const text = (value: unknown, max: number): value is string => typeof value === 'string' && value.length > 0 && value.length <= max
const whole = (value: unknown, max: number): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max
const only = (value: Bag, ...names: string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name))

const colour = /^#[0-9a-f]{6}$/i
const styleRules: Readonly<Record<keyof FrameStyle, (value: unknown) => boolean>> = {
  colorText: isColour, colorPlaceholder: isColour, colorError: isColour, colorBackground: isColour,
  colorBorder: isColour, colorFocus: isColour,
  fontSizePx: (value) => whole(value, 32) && value >= 12,
  radiusPx: (value) => whole(value, 16),
  fontFamily: (value) => value === 'system' || value === 'serif' || value === 'mono',
  scheme: (value) => value === 'light' || value === 'dark',
}
function isColour(value: unknown): boolean {
  return typeof value === 'string' && colour.test(value)
}

/** Whether a value is a style that only names allowed tokens with allowed values. */
export function isFrameStyle(value: unknown): value is FrameStyle {
  return bag(value) && Object.entries(value).every(([name, token]) =>
    Object.hasOwn(styleRules, name) && styleRules[name as keyof FrameStyle](token))
}

/** Whether a window message is an `init` of this protocol, nothing more and nothing less. */
export function isFrameInit(value: unknown): value is FrameInit {
  return bag(value) && only(value, 'holdfast', 'type', 'locale', 'style') &&
    value['holdfast'] === FRAME_PROTOCOL && value['type'] === 'init' &&
    text(value['locale'], 35) && isFrameStyle(value['style'])
}

const pageRules: Readonly<Record<PageMessage['type'], (message: Bag) => boolean>> = {
  tokenize: (message) => only(message, 'type', 'attempt') && whole(message['attempt'], 10_000),
  focus: (message) => only(message, 'type', 'field') &&
    (message['field'] === undefined || fields.includes(message['field'] as string)),
  validate: (message) => only(message, 'type'),
  ticket: (message) => only(message, 'type', 'ticket') && text(message['ticket'], 200),
  disable: (message) => only(message, 'type', 'disabled') && typeof message['disabled'] === 'boolean',
}

/** Whether a port message is one that the frame takes from its page. */
export function isPageMessage(value: unknown): value is PageMessage {
  return bag(value) && typeof value['type'] === 'string' && Object.hasOwn(pageRules, value['type']) &&
    pageRules[value['type'] as PageMessage['type']](value)
}

const isFieldError = (value: unknown): boolean =>
  bag(value) && fields.includes(value['field'] as string) && text(value['code'], 40) && text(value['message'], 300)

const frameRules: Readonly<Record<FrameMessage['type'], (message: Bag) => boolean>> = {
  open: (message) => only(message, 'type'),
  ready: (message) => whole(message['revision'], 1e9) && whole(message['heightPx'], 2000),
  resize: (message) => whole(message['heightPx'], 2000),
  focus: (message) => fields.includes(message['field'] as string),
  blur: (message) => fields.includes(message['field'] as string),
  brand: (message) => brands.includes(message['brand'] as string),
  validity: (message) => typeof message['complete'] === 'boolean' && Array.isArray(message['errors']) &&
    message['errors'].length <= 8 && message['errors'].every(isFieldError),
  submit: (message) => only(message, 'type'),
  token: (message) => whole(message['attempt'], 10_000) && text(message['token'], 200) &&
    /^tok_[0-9A-Za-z_-]+$/.test(message['token']),
  error: (message) => (message['attempt'] === null || whole(message['attempt'], 10_000)) &&
    text(message['code'], 40) && text(message['message'], 300) && typeof message['retryable'] === 'boolean',
}

/** Whether a port message is one that the page takes from its frame. */
export function isFrameMessage(value: unknown): value is FrameMessage {
  return bag(value) && typeof value['type'] === 'string' && Object.hasOwn(frameRules, value['type']) &&
    frameRules[value['type'] as FrameMessage['type']](value)
}
