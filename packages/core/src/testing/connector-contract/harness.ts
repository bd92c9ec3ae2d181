import type { NotificationAnswer, PaymentConnector, RawNotification, WalletFlow } from '../../ports.ts'

/** The requests that a payment connector sends, but for the closing of a wallet's charge. */
export type PaymentKind = 'authorize' | 'sale' | 'capture' | 'void' | 'refund'

/** What can go wrong between us and a rail. The first four leave a record at the rail, the rest leave none. */
export type RailFault =
  | 'timeout_recorded' | 'reset_recorded' | 'malformed_recorded' | 'slow'
  | 'timeout_unrecorded' | 'reset_unrecorded' | 'server_error'

/** What the suite needs to know and move of a rail, beside the connector. */
interface Harness {
  readonly connector: PaymentConnector
  /** The same connector, for a rail at an address where nothing listens; its own set-up is reachable. */
  readonly unreachable: PaymentConnector
  readonly marketplace: string
  readonly currency: string
  /** Arms a fault for the next request of a kind, or for the next inquiry. */
  fault(fault: RailFault, on: PaymentKind | 'close' | 'inquiry'): Promise<void> | void
  disarm(): Promise<void> | void
  /** How many effects the rail keeps under a request id: 0 or 1 where all is well. */
  recordsOf(requestId: string): Promise<number> | number
  /** Moves the rail's clock on. */
  advance(ms: number): Promise<void> | void
  close(): Promise<void>
}

export interface CardHarness extends Harness {
  readonly method: 'card'
  /** A new card token, bound to the session and revision. */
  card(card: 'approved' | 'declined', bound: { readonly session: string; readonly revision: number }): Promise<string>
}

/** What a buyer does at the wallet with a charge. `scan`: opens its page or code, and decides nothing yet. */
export type BuyerDeed = 'scan' | 'approve' | 'refuse'

/** What is changed in a notification that the rail has made. All but `signature` are signed anew, by the rail's key. */
export type Tampering = 'signature' | 'app_id' | 'merchant' | 'amount' | 'currency'

export interface WalletHarness extends Harness {
  readonly method: 'alipay'
  /** The most, in minor units, that the rail takes at once. */
  readonly largestAmount: bigint
  /** The rail's clock. */
  now(): Date
  /** Answers whether the rail let the buyer: not once the charge has ended. To approve again what is paid changes nothing. */
  buyer(requestId: string, deed: BuyerDeed): Promise<boolean> | boolean
  /**
   * What the rail sends about a charge as it stands; the same one each time until it changes. Null: a rail that
   * has nothing to say of it.
   */
  notification(requestId: string, tampering?: Tampering): Promise<RawNotification | null> | RawNotification | null
  /** Whether the rail takes an answer for "had it", and sends the notification no more. */
  acknowledged(answer: NotificationAnswer): boolean
}

export type PaymentHarness = CardHarness | WalletHarness

/** A way that a buyer gets to the wallet. */
export interface Way {
  readonly flow: WalletFlow
  readonly device: 'desktop' | 'phone'
}

export const ways: readonly Way[] = [
  { flow: 'redirect', device: 'desktop' }, { flow: 'redirect', device: 'phone' }, { flow: 'qr_code', device: 'desktop' },
]
