import { randomBytes } from 'node:crypto'
import { THREE_D_SECURE_PATH, type BodyOf, type OperationKind } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Deps } from '../../deps.ts'
import { returnLink } from '../../hosted/origin.ts'
import { railFor } from '../../rails.ts'
import type { SessionRow } from '../../store/sessions.ts'
import type { ThreeDSecure } from '../../store/three-d-secure.ts'

/* The ways to pay: what an attempt's operation says, and over which rail it goes. */

/** What may be shown of the card behind a token. */
export interface CardView {
  readonly brand: string
  readonly last4: string
  readonly expMonth: number
  readonly expYear: number
  readonly fingerprint: string
  /** The saved card that it stands for; null: typed now, or a wallet's. */
  readonly savedCard: string | null
  /** Null: the buyer typed it. */
  readonly wallet: 'google_pay' | 'apple_pay' | null
  /** A wallet has authenticated the buyer already. */
  readonly cryptogram: boolean
  /** A security code is sent with it. */
  readonly securityCode: boolean
}

type Confirm = BodyOf<'checkout.confirm'>
/** A buyer's wish to pay with a card. */
export type CardConfirm = Extract<Confirm, { readonly method: 'card' }>
/** A buyer's wish to pay with a wallet. */
export type WalletConfirm = Exclude<Confirm, CardConfirm>

/** How one attempt is paid. */
export interface Way {
  readonly method: Confirm['method']
  readonly connector: string
  readonly kind: Extract<OperationKind, 'authorize' | 'sale'>
  readonly card: CardView | null
  /** What the rail is told beyond what it is told of every attempt. */
  readonly request: Readonly<Record<string, unknown>>
}

/** What a way is chosen by, in the transaction that begins the attempt. */
export interface Choosing {
  readonly session: SessionRow
  readonly orderReference: string
  readonly marketplace: { readonly id: string; readonly name: string }
  readonly now: Date
}

const termsOf = ({ currency, capture_mode: captureMode }: SessionRow) => ({ currency, captureMode })

/** A buyer's wish to pay with a card, and from which page. */
export interface CardWish {
  readonly card: CardView
  readonly operation: string
  readonly browser: CardConfirm['browser']
  readonly origin: string | null
}

/** By card: reserved, or taken at once where the session captures by itself. */
export function cardWay({ rails, publicUrl }: Pick<Deps, 'rails' | 'publicUrl'>, wish: CardWish, choosing: Choosing): Way | Refusal {
  const { session } = choosing
  const { card } = wish
  const rail = railFor(rails, 'card', termsOf(session))
  if (!rail) return notOffered
  const asks = wish.browser !== undefined && session.three_d_secure !== 'off' && !card.cryptogram
  return {
    method: 'card', connector: rail.name, kind: session.capture_mode === 'automatic' ? 'sale' : 'authorize', card,
    request: asks ? { threeDSecure: threeDSecure(publicUrl(), wish, choosing) } : {},
  }
}

/** EMV 3-D Secure gives a challenge ten minutes at the issuer; the buyer may need a little to get there. */
const CHALLENGE_MINUTES = 12

function threeDSecure(publicUrl: string, { operation, browser, origin }: CardWish, { session, marketplace, now }: Choosing): ThreeDSecure {
  const key = randomBytes(16).toString('base64url')
  const frameUrl = `${publicUrl}${THREE_D_SECURE_PATH}/${marketplace.id}/${operation}/${key}`
  const until = Math.min(now.getTime() + CHALLENGE_MINUTES * 60_000, session.expires_at.getTime())
  return {
    mode: session.three_d_secure === 'challenge' ? 'challenge' : 'automatic',
    window: browser?.challengeWindow ?? 'full_screen', key, origin, frameUrl, returnUrl: `${frameUrl}/return`,
    expiresAt: new Date(until).toISOString(),
  }
}

/** What a wallet may show of an order. */
const MAX_DESCRIPTION = 256

/** A buyer's wish to pay with a wallet, and from which page. */
export interface WalletWish {
  readonly wanted: WalletConfirm
  readonly origin: string | null
}

/** By wallet: a sale that the buyer approves there, within minutes and before the session ends. */
export function walletWay(
  { rails, config, publicUrl }: Pick<Deps, 'rails' | 'config' | 'publicUrl'>, { wanted, origin }: WalletWish, choosing: Choosing,
): Way | Refusal {
  const { session, orderReference, marketplace, now } = choosing
  const rail = railFor(rails, wanted.method, termsOf(session))
  if (!rail) return notOffered
  const until = Math.min(now.getTime() + config.rails.walletMinutes * 60_000, session.expires_at.getTime())
  return {
    method: wanted.method, connector: rail.name, kind: 'sale', card: null,
    request: {
      flow: wanted.flow, device: wanted.device,
      description: `${marketplace.name}: ${orderReference}`.slice(0, MAX_DESCRIPTION).toWellFormed(),
      returnUrl: returnLink({ publicUrl }, { marketplace: marketplace.id, session: session.id, returnUrl: session.return_url, origin }),
      notifyUrl: `${publicUrl()}/v1/notifications/${rail.name}/${marketplace.id}`,
      expiresAt: new Date(until).toISOString(),
    },
  }
}

const notOffered: Refusal = {
  refused: 'validation_failed', field: 'method',
  detail: 'method: this session can’t be paid that way. Expected one of the methods that GET /v1/checkout lists.',
}
