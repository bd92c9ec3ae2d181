import { createComponent } from '@lit/react'
import * as React from 'react'
import {
  HoldfastCheckout as HoldfastCheckoutElement, loadHoldfast, type ChangeEvent, type CompleteEvent, type FailedEvent,
  type LoadErrorEvent, type PaymentMethodChangeEvent, type PendingEvent, type ReadyEvent,
} from './index.ts'

export type { HoldfastCheckoutElement }
export type { Appearance, AppearanceVariables } from './appearance.ts'
export type { CheckoutError, ErrorCode, ErrorType } from './errors.ts'
export type { CheckoutState, Outcome, Phase } from './events.ts'

type Properties = Pick<
  HoldfastCheckoutElement,
  'clientSecret' | 'locale' | 'appearance' | 'paymentMethodOrder' | 'apiUrl' | 'vaultUrl' | 'hidePayButton'
>

interface Handlers {
  onReady: (event: ReadyEvent) => void
  onChange: (event: ChangeEvent) => void
  onPaymentMethodChange: (event: PaymentMethodChangeEvent) => void
  onLoadError: (event: LoadErrorEvent) => void
  onComplete: (event: CompleteEvent) => void
  onFailed: (event: FailedEvent) => void
  onPending: (event: PendingEvent) => void
}

type Given = { [Name in keyof (Properties & Handlers)]?: (Properties & Handlers)[Name] | undefined }
type Attributes = Omit<React.HTMLAttributes<HoldfastCheckoutElement>, keyof Given | 'children'>

/** The element's properties and events, an element's attributes, and a ref to the element for its methods. */
export type HoldfastCheckoutProps = Given & Attributes & React.RefAttributes<HoldfastCheckoutElement>

// on a server nothing is registered; that Lit is asked for the attributes makes the properties there too, by which
// the wrapper tells them from attributes: the client secret must not be written into the page
void loadHoldfast()
void HoldfastCheckoutElement.observedAttributes

/**
 * `<holdfast-checkout>` for React 19: set by properties, heard by `on…`, and driven by its ref. A server draws it
 * empty and without the client secret; the browser fills it in.
 */
export const HoldfastCheckout: React.ForwardRefExoticComponent<HoldfastCheckoutProps> = createComponent({
  react: React,
  tagName: 'holdfast-checkout',
  elementClass: HoldfastCheckoutElement,
  displayName: 'HoldfastCheckout',
  events: {
    onReady: 'ready',
    onChange: 'change',
    onPaymentMethodChange: 'paymentmethodchange',
    onLoadError: 'loaderror',
    onComplete: 'complete',
    onFailed: 'failed',
    onPending: 'pending',
  } satisfies Record<keyof Handlers, string>,
}) as React.ForwardRefExoticComponent<HoldfastCheckoutProps>
