import { deadlineIn } from '@holdfast/connector-shared'
import type { SendResult } from '@holdfast/contract'
import type {
  CallOptions, CardRefusal, ChargeRequest, CloseRequest, FollowUpRequest, Inquiry, InquiryRequest, Outcome, PaymentConnector, RailRequest, SettlementReport,
} from '@holdfast/core'
import { AmountRefused, Amounts, railCurrencies } from './amounts.ts'
import type { Answer } from './http.ts'
import { AccessTokens } from './oauth.ts'
import { merchantIdSchema, readOptions, type JpmorganOptions, type Settings } from './options.ts'
import { callRail, railHeaders, tokenOrReason } from './rail.ts'
import { Reports } from './reports.ts'
import {
  RequestRefused, checkRequestId, followUp, inquiryPath, paymentBody, readInquiry, readOutcome, unknown, type Asked,
} from './wire.ts'
import { authorizationDays } from './windows.ts'

/** The longest that a call may take, whatever its caller allows: nothing is sent later than this after its start. */
const longestCallMs = 50_000
/** J.P. Morgan gives a request up 70 s after it came in and keeps no record of it (core concepts, read 2026-11). */
const givenUpAfterMs = 70_000
const shortestSendMs = 100

/**
 * Takes card payments by J.P. Morgan Online Payments v2. The card itself is filled in and sent by the vault;
 * everything else the connector calls itself.
 *
 * - Declines (HTTP 200, `DENIED`) become one taxonomy; `raw` is for operators.
 * - A refusal that left no record (400, 403, 404, 412) is `declined` with `rail_refused`, or with
 *   `card_data_invalid` where only the card's own fields were wrong; 401 after a fresh token is `not_sent`.
 * - A time-out, a reset, a 5xx or an unreadable answer is `unknown`; a failed token request or a connection that
 *   never stood is `not_sent`.
 * - An inquiry never says `not_sent`, and `declined` only where the rail shows a denied record.
 *
 * @throws JpmorganOptionsError - names each option that cannot be used
 */
export function createJpmorganConnector(options: JpmorganOptions): PaymentConnector {
  return new JpmorganConnector(readOptions(options))
}

class JpmorganConnector implements PaymentConnector {
  readonly name = 'jpmorgan'
  readonly capabilities: PaymentConnector['capabilities']
  readonly #settings: Settings
  readonly #amounts: Amounts
  readonly #tokens: AccessTokens
  readonly #reports: Reports

  constructor(settings: Settings) {
    this.#settings = settings
    this.#amounts = new Amounts(settings.exponents)
    this.#tokens = new AccessTokens(settings)
    this.#reports = new Reports({ url: settings.reportsUrl, tokens: this.#tokens, amounts: this.#amounts })
    this.capabilities = {
      methods: new Set(['card'] as const),
      authorize: true,
      multiCapture: true,
      notFoundFinalAfterMs: longestCallMs + givenUpAfterMs,
      authorizationDays: authorizationDays(settings.now()),
      currencies: railCurrencies,
    }
  }

  async charge(request: ChargeRequest, options: CallOptions): Promise<Outcome> {
    if (request.method !== 'card') return { outcome: 'not_sent', reason: `J.P. Morgan takes cards, not ${request.method}` }
    return this.#prepared(request, async (merchantId) => {
      const body = paymentBody(request, this.#speaker, this.#settings.now())
      const deadline = deadlineIn(bounded(options))
      const token = await tokenOrReason(this.#tokens, deadline)
      if ('reason' in token) return { outcome: 'not_sent', reason: token.reason }
      const timeoutMs = deadline()
      if (timeoutMs < shortestSendMs) return { outcome: 'not_sent', reason: 'no time was left to send it' }
      const { marketplace, operation, session, revision, cardToken, credential } = request
      const headers = railHeaders({ token: token.value, merchantId, requestId: request.requestId })
      const sent = await this.#send({
        marketplace, operation, session, revision, token: cardToken, template: 'jpmorgan.payments.create', headers, body, timeoutMs,
        ...(credential?.use === 'first' && { keepAs: credential.savedCard }),
      })
      // the vault sends once: the next attempt has the new token
      if (sent.outcome === 'answered' && sent.httpStatus === 401) this.#tokens.refused(token.value)
      return this.#sentOutcome(sent, askedOf(request, merchantId))
    })
  }

  async followUp(request: FollowUpRequest, options: CallOptions): Promise<Outcome> {
    return this.#prepared(request, async (merchantId) => {
      const { path, ...call } = followUp(request, this.#speaker)
      const url = `${this.#settings.baseUrl}${path}`
      const answer = await callRail(this.#tokens, { ...call, url, merchantId, requestId: request.requestId }, deadlineIn(bounded(options)))
      if (answer.kind !== 'answered') return { outcome: answer.kind, reason: answer.reason }
      return readOutcome(jsonOf(answer), { asked: askedOf(request, merchantId), amounts: this.#amounts })
    })
  }

  /**
   * Gives up a payment that the issuer still authenticates. It is looked at first: what was approved meanwhile stands.
   * The void leaves nothing authorized, also where the approval came between the two.
   */
  async close(request: CloseRequest, options: CallOptions): Promise<Outcome> {
    const deadline = deadlineIn(bounded(options))
    const { marketplace, chargeRequestId, currency } = request
    const seen = await this.inquire({ kind: 'authorize', requestId: chargeRequestId, marketplace, currency }, { timeoutMs: deadline() })
    if (seen.outcome === 'approved') return { outcome: 'declined', decline: { class: 'hard', code: 'already_paid' } }
    if (seen.outcome === 'declined') return { outcome: 'approved', railReference: seen.railReference ?? request.railReference ?? chargeRequestId, amount: request.amount }
    const railReference = seen.outcome === 'action_required' ? seen.railReference ?? request.railReference : request.railReference
    if (!railReference) return unknown('the rail shows no payment that could be closed')
    return this.followUp({ ...request, railReference }, { timeoutMs: deadline() })
  }

  async inquire(request: InquiryRequest, options: CallOptions): Promise<Inquiry> {
    return this.#prepared(request, async (merchantId) => {
      const { kind, requestId, currency } = request
      const url = `${this.#settings.baseUrl}${inquiryPath(request)}`
      // an inquiry's own request-id is used up by nothing: J.P. Morgan's examples repeat the one asked for
      const call = { method: 'GET', url, merchantId, requestId } as const
      const answer = await callRail(this.#tokens, call, deadlineIn(bounded(options)))
      if (answer.kind !== 'answered') return unknown(`the inquiry failed: ${answer.reason}`)
      return readInquiry(jsonOf(answer), { asked: { kind, requestId, merchantId, ...(currency !== undefined && { currency }) }, amounts: this.#amounts })
    }, 'unknown')
  }

  async settlementReports(
    { marketplace, after }: { readonly marketplace: string; readonly after: string | null }, options: CallOptions,
  ): Promise<readonly SettlementReport[]> {
    return this.#reports.after(after, { merchantId: this.#merchantIdOf(marketplace), deadline: deadlineIn(options.timeoutMs) })
  }

  get #speaker(): Pick<Settings, 'software' | 'storedCredentials' | 'addenda'> & { amounts: Amounts } {
    const { software, storedCredentials, addenda } = this.#settings
    return { software, storedCredentials, addenda, amounts: this.#amounts }
  }

  /** What cannot be said to the rail is not sent; an inquiry that cannot be said leaves its question open. */
  async #prepared<O extends Inquiry>(
    { requestId, marketplace }: Pick<RailRequest, 'requestId' | 'marketplace'>,
    send: (merchantId: string) => Promise<O>, refused: 'not_sent' | 'unknown' = 'not_sent',
  ): Promise<O | Refused> {
    try {
      checkRequestId(requestId)
      return await send(this.#merchantIdOf(marketplace))
    } catch (error) {
      if (error instanceof RequestRefused || error instanceof AmountRefused) return { outcome: refused, reason: error.message }
      throw error
    }
  }

  #merchantIdOf(marketplace: string): string {
    const { merchantId } = this.#settings
    const found = merchantIdSchema.safeParse(typeof merchantId === 'function' ? merchantId(marketplace) : merchantId[marketplace])
    if (found.success) return found.data
    throw new RequestRefused(`the marketplace ${marketplace} has no merchant-id at J.P. Morgan: set one of 8 to 12 letters or digits`)
  }

  async #send(request: Parameters<Settings['cards']['send']>[0]): Promise<SendResult | CardRefusal> {
    try {
      return await this.#settings.cards.send(request)
    } catch {
      return { outcome: 'unknown', reason: 'the vault’s answer was lost' }
    }
  }

  #sentOutcome(sent: SendResult | CardRefusal, asked: Asked): Outcome {
    switch (sent.outcome) {
      case 'answered': return readOutcome({ status: sent.httpStatus, body: sent.body }, { asked, amounts: this.#amounts })
      case 'refused': return refusedByVault(sent.code)
      default: return sent
    }
  }
}

type Refused = Outcome & { readonly outcome: 'not_sent' | 'unknown' }

function askedOf({ kind, requestId, currency }: RailRequest, merchantId: string): Asked {
  return { kind, requestId, merchantId, currency }
}

function bounded({ timeoutMs }: CallOptions): number {
  return Math.min(timeoutMs, longestCallMs)
}

/** The buyer can enter the card again; what is wrong with our own set-up, they cannot mend. */
function refusedByVault(code: CardRefusal['code']): Outcome {
  if (code === 'host_refused' || code === 'template_unknown') return { outcome: 'not_sent', reason: `the vault refused: ${code}` }
  return { outcome: 'declined', decline: { class: 'fix_data', code } }
}

function jsonOf({ status, body }: Answer & { kind: 'answered' }): { status: number; body: unknown } {
  try {
    return { status, body: body === '' ? '' : JSON.parse(body) }
  } catch {
    return { status, body: undefined }
  }
}
