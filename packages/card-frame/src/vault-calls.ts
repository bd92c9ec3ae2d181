import type { FrameSession, SavedTokenCreate, TokenCreate } from '@holdfast/contract'
import type { FrameErrorCode } from '@holdfast/contract/frame'

/* The two calls to the frame's own origin. No message can change where they go. */

/** Why a call came to nothing; `field` with a card that the vault refuses. */
export interface Refused {
  readonly code: FrameErrorCode | 'card_invalid'
  readonly field?: string
}

const TIMEOUT_MS = 20_000

/** Trades a ticket for a frame session. `origin` is the page's, as the browser says it. */
export async function openFrameSession(body: {
  readonly ticket: string
  readonly origin: string
}): Promise<FrameSession | Refused> {
  const answer = await post('/v1/frame-sessions', { body })
  if ('code' in answer) return answer
  return isFrameSession(answer.value) ? answer.value : { code: 'internal' }
}

/** Sends a card and gets a token for it. */
export async function createToken(
  card: TokenCreate | SavedTokenCreate,
  session: string,
): Promise<{ readonly token: string } | Refused> {
  const answer = await post('/v1/tokens', { body: card, bearer: session })
  if ('code' in answer) return answer
  const { token } = answer.value as { token?: unknown }
  return typeof token === 'string' ? { token } : { code: 'internal' }
}

async function post(
  path: string,
  { body, bearer }: { body: object; bearer?: string },
): Promise<{ value: object } | Refused> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const value = (await response.json()) as unknown
    if (typeof value !== 'object' || value === null) return { code: 'internal' }
    return response.ok ? { value } : refusedBy(value)
  } catch {
    return { code: 'network' }
  }
}

const codes: Readonly<Record<string, Refused['code']>> = {
  // a frame session that has run out is had again as one was had at first: by a new ticket
  ticket_refused: 'ticket_refused',
  frame_session_refused: 'ticket_refused',
  origin_refused: 'origin_refused',
  rate_limited: 'rate_limited',
  card_invalid: 'card_invalid',
}

function refusedBy({ code, field }: { code?: unknown; field?: unknown }): Refused {
  const known = typeof code === 'string' && Object.hasOwn(codes, code) ? codes[code] : undefined
  return { code: known ?? 'internal', ...(typeof field === 'string' ? { field } : {}) }
}

function isFrameSession(value: object): value is FrameSession {
  const session = value as Partial<Record<keyof FrameSession, unknown>>
  return (
    typeof session.frameSession === 'string'
    && typeof session.marketplaceName === 'string'
    && typeof session.currency === 'string'
    && Array.isArray(session.brands)
    && [session.revision, session.amount, session.exponent].every(Number.isInteger)
  )
}
