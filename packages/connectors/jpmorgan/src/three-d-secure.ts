import type { AuthenticationState } from '@holdfast/contract'
import type { Authentication, BuyerBrowser, CardChargeRequest, ChallengeWindow, Outcome } from '@holdfast/core'
import * as z from 'zod'

/*
 * Orchestrated 3-D Secure (developer.payments.jpmorgan.com, "3-D Secure", read 2026-11-22): the payment is sent once,
 * with what the issuer wants to know of the browser. Where the card takes part, the rail answers PENDING and
 * PERFORM_AUTHENTICATION with a URL for the browser; it fingerprints, asks the issuer, shows the issuer's challenge,
 * and then authorizes by itself. What came of it is read by the payment's own inquiry, and nowhere else.
 */

/** `challengeWindowSize` as the specification lists it. */
const windows: Readonly<Record<ChallengeWindow, string>> = {
  '250x400': '250_400', '390x400': '390_400', '500x600': '500_600', '600x400': '600_400', full_screen: 'FULL_SCREEN',
}

/** EMV 3-D Secure 2.x, browserColorDepth: a depth between two of them is told as the one below. */
const colorDepths = [1, 4, 8, 15, 16, 24, 32, 48]

/** Its own bounds: what is longer is cut, as EMV 3-D Secure says for headers. */
const longest = { header: 2_048, ip: 45, language: 8 }

/** Fields of a payment's body, and of the card in it. */
export interface PartOfPayment {
  readonly body: Readonly<Record<string, unknown>>
  readonly card: Readonly<Record<string, unknown>>
}

export function authenticationRequest(
  { threeDSecure, browser }: Pick<CardChargeRequest, 'threeDSecure' | 'browser'>, now: Date,
): PartOfPayment {
  if (!threeDSecure || !browser) return { body: {}, card: {} }
  const { mode, returnUrl, window } = threeDSecure
  return {
    card: {
      paymentAuthenticationRequest: {
        authenticationReturnUrl: returnUrl,
        threeDSRequestorAuthenticationInfo: {
          authenticationPurpose: 'PAYMENT_TRANSACTION',
          // left out, the issuer decides
          ...(mode === 'challenge' && { threeDSChallengeType: 'CHALLENGE_REQUESTED' }),
        },
        threeDSPurchaseInfo: { purchaseDate: now.toISOString(), threeDomainSecureTransactionType: 'GOODS_SERVICES' },
      },
    },
    body: { browserInfo: browserInfo(browser, window) },
  }
}

function browserInfo(browser: BuyerBrowser, window: ChallengeWindow): Readonly<Record<string, unknown>> {
  return {
    browserAcceptHeader: browser.accept.slice(0, longest.header),
    deviceIPAddress: browser.ip.slice(0, longest.ip),
    browserLanguage: languageOf(browser.language),
    browserColorDepth: String(colorDepths.findLast((depth) => depth <= browser.colorDepth) ?? 1),
    browserScreenHeight: String(browser.screenHeight),
    browserScreenWidth: String(browser.screenWidth),
    deviceLocalTimeZone: browser.timeZoneOffset,
    browserUserAgent: browser.userAgent.slice(0, longest.header),
    challengeWindowSize: windows[window],
    javaEnabled: browser.javaEnabled,
    javaScriptEnabled: true,
  }
}

/**
 * A tag that is too long loses its last parts, never half of one: `zh-Hans-CN` is `zh-Hans`. Browsers say what is no
 * tag too, such as WebKitGTK's "C", which an issuer need not take.
 */
function languageOf(tag: string): string {
  const parts = tag.split('-')
  while (parts.join('-').length > longest.language) parts.pop()
  const [language = ''] = parts
  return language.length > 1 ? parts.join('-') : 'en'
}

const text = z.string().optional()

/** Loose: all that is relied on is read where it is used. */
export const authenticationShape: z.ZodType<AuthenticationResult> = z.looseObject({
  authenticationOrchestrationUrl: text,
  threeDomainSecureChallenge: z.looseObject({ threeDSAcsUrl: text }).optional(),
  threeDomainSecureCompletion: z.looseObject({
    threeDSTransactionStatus: text,
    electronicCommerceIndicator: text,
    threeDSDirectoryServerTransactionId: text,
    threeDSMessageVersion: text,
  }).optional(),
})

interface AuthenticationResult {
  authenticationOrchestrationUrl?: string | undefined
  threeDomainSecureChallenge?: { threeDSAcsUrl?: string | undefined } | undefined
  threeDomainSecureCompletion?: {
    threeDSTransactionStatus?: string | undefined
    electronicCommerceIndicator?: string | undefined
    threeDSDirectoryServerTransactionId?: string | undefined
    threeDSMessageVersion?: string | undefined
  } | undefined
}

interface Answer {
  readonly responseCode: string
  readonly transactionId?: string | undefined
  readonly paymentAuthenticationResult?: AuthenticationResult | undefined
}

/** What the buyer's browser has to be sent to; undefined: the answer asks for nothing that we know of. */
export function readStep({ responseCode, transactionId, paymentAuthenticationResult: result }: Answer): Outcome | undefined {
  const url = result?.authenticationOrchestrationUrl
  if (responseCode !== 'PERFORM_AUTHENTICATION' || url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return undefined
  const step = result?.threeDomainSecureChallenge?.threeDSAcsUrl === undefined ? 'fingerprint' : 'challenge'
  return {
    outcome: 'action_required', action: { type: 'authenticate', url, step },
    ...(transactionId === undefined ? {} : { railReference: transactionId }),
  }
}

const statuses: Readonly<Record<string, AuthenticationState>> = { Y: 'authenticated', A: 'attempted', N: 'failed', R: 'rejected' }

/** The indicators under which issuers bear fraud (the rail's table of ECI values, read 2026-11-22). */
const shifting: Readonly<Record<string, readonly string[]>> = { mastercard: ['02', '01'] }
const shiftingElsewhere = ['05', '06']

/** How it ended; undefined: nobody was asked, or it has not. */
export function readAuthentication(
  { paymentAuthenticationResult: result }: Pick<Answer, 'paymentAuthenticationResult'>, brand: string | undefined,
): Authentication | undefined {
  const completion = result?.threeDomainSecureCompletion
  if (completion?.threeDSTransactionStatus === undefined) return undefined
  const status = statuses[completion.threeDSTransactionStatus] ?? 'unavailable'
  const eci = completion.electronicCommerceIndicator?.padStart(2, '0') ?? null
  const vouched = status === 'authenticated' || status === 'attempted'
  return {
    status, eci, version: completion.threeDSMessageVersion ?? null,
    liabilityShift: vouched && eci !== null && (shifting[brand ?? ''] ?? shiftingElsewhere).includes(eci),
    transactionId: completion.threeDSDirectoryServerTransactionId ?? null,
  }
}
