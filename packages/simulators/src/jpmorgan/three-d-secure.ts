import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { fates } from '../acs/cards.ts'
import { Issuer } from '../acs/issuer.ts'
import { cres, decode, encode, rreq, type AReq, type RReq, type RRes, type WindowSize } from '../acs/messages.ts'
import { escape, passOn, registerAcs, sendPage } from '../acs/pages.ts'
import type { Desk } from './desk.ts'
import { completion } from './payments.ts'
import type { Payment } from './records.ts'

// J.P. Morgan's side of orchestrated 3-D Secure: the URL that a pending payment's buyer is sent to, the 3DS server
// behind it, and the authorization that follows by itself.

/** EMV: a browser has ten seconds for the issuer's fingerprint. */
const methodMs = 10_000

const windows: Readonly<Record<string, WindowSize>> = {
  '250_400': '01', '390_400': '02', '500_600': '03', '600_400': '04', FULL_SCREEN: '05',
}

type Form = Readonly<Record<string, string>> | undefined

export interface ThreeDSecureParts {
  readonly desk: Desk
  readonly url: () => string
}

export class ThreeDSecure {
  readonly #parts: ThreeDSecureParts
  readonly #issuer: Issuer

  constructor(parts: ThreeDSecureParts) {
    this.#parts = parts
    this.#issuer = new Issuer({
      acsUrl: () => `${parts.url()}/acs`,
      fate: id => fates.get(this.#payment(id)?.record.authentication?.fate ?? ''),
      eci: (id, transStatus) => eciOf(this.#payment(id)?.record.card.cardType ?? 'VI', transStatus),
      results: message => this.results(message),
    })
  }

  register(app: FastifyInstance): void {
    registerAcs(app, this.#issuer, id => fates.get(this.#payment(id)?.record.authentication?.fate ?? '')?.methodHangs === true)
    app.get<{ Params: { id: string }; Querystring: { signature?: string } }>('/3ds/orchestrations/:id', async (request, reply) => {
      const payment = this.#payment(request.params.id)
      const { signature = '' } = request.query
      if (!payment || !sameText(signature, payment.record.authentication?.signature ?? '')) return nothingHere(reply)
      return payment.pending ? sendPage(reply, this.#orchestration(payment)) : this.#back(reply, payment)
    })
    app.post<{ Params: { id: string }; Body: Form }>('/3ds/orchestrations/:id/authenticate', async (request, reply) => {
      const payment = this.#payment(request.params.id)
      const { threeDSCompInd: completed = 'U', signature = '' } = request.body ?? {}
      if (!payment || !sameText(signature, payment.record.authentication?.signature ?? '')) return nothingHere(reply)
      return this.#authenticate(reply, payment, completed === 'Y' || completed === 'N' ? completed : 'U')
    })
    app.post('/3ds/method', async (_request, reply) =>
      sendPage(reply, { title: 'Done', body: '', script: "parent.postMessage('method', location.origin)" }))
    app.post<{ Params: { id: string }; Body: Form }>('/3ds/challenges/:id', async (request, reply) => {
      const payment = this.#payment(request.params.id)
      if (!payment || !decode(cres, request.body?.['cres'])) return nothingHere(reply)
      // whatever the browser's CRes says: the result came, or comes, by the ACS's RReq
      return this.#back(reply, payment)
    })
  }

  /** The issuer's result, by its own way. A second one, or one that comes too late, changes nothing. */
  results(message: unknown): RRes {
    const { data } = rreq.safeParse(message)
    const payment = data && this.#payment(data.threeDSServerTransID)
    const known = payment?.challenge?.acsTransID === data?.acsTransID
    const refused = { messageType: 'RRes', threeDSServerTransID: data?.threeDSServerTransID ?? '', resultsStatus: '02' } as const
    if (!data || !payment?.pending || !known) return refused
    this.#complete(payment, data)
    return { ...refused, resultsStatus: '01' }
  }

  /** By the id of its authentication, which is the 3DS server's transaction id too. */
  #payment(id: string): Payment | undefined {
    return this.#parts.desk.current(() => this.#parts.desk.records.authentications.get(id))
  }

  #orchestration({ record }: Payment): { title: string; body: string; script: string } {
    const { id, signature } = record.authentication as NonNullable<typeof record.authentication>
    const url = this.#parts.url()
    const data = encode({ threeDSServerTransID: id, threeDSMethodNotificationURL: `${url}/3ds/method` })
    return {
      title: 'One moment',
      body: `<iframe name="method" title="" hidden></iframe>
<form method="post" action="${url}/acs/method" target="method"><input type="hidden" name="threeDSMethodData" value="${escape(data)}"></form>
<form method="post" action="/3ds/orchestrations/${id}/authenticate"><input type="hidden" name="signature" value="${signature}"><input type="hidden" name="threeDSCompInd" value="U"></form>`,
      script: `const [method, authenticate] = document.forms
const go = (completed) => { authenticate.threeDSCompInd.value = completed; authenticate.submit() }
const late = setTimeout(() => go('N'), ${methodMs})
addEventListener('message', ({ data, origin }) => { if (origin === location.origin && data === 'method') { clearTimeout(late); go('Y') } })
method.submit()`,
    }
  }

  #authenticate(reply: FastifyReply, payment: Payment, completed: AReq['threeDSCompInd']): FastifyReply {
    if (payment.pending && !payment.challenge) {
      const answer = this.#issuer.authenticate(this.#areq(payment, completed))
      if (answer.transStatus === 'C') {
        const { acsTransID, dsTransID, acsURL = '' } = answer
        this.#parts.desk.write([{ type: 'challenge', record: { transactionId: payment.record.transactionId, acsTransID, dsTransID, acsURL } }])
      } else this.#complete(payment, { ...answer, transStatus: answer.transStatus })
    }
    const { challenge, record } = payment
    if (!payment.pending || !challenge) return this.#back(reply, payment)
    const authentication = record.authentication as NonNullable<typeof record.authentication>
    return passOn(reply, {
      action: challenge.acsURL,
      fields: {
        creq: encode({
          messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID: authentication.id, acsTransID: challenge.acsTransID,
          challengeWindowSize: windows[authentication.browser.challengeWindowSize] ?? '05',
        }),
        threeDSSessionData: encode({ id: authentication.id }),
      },
    })
  }

  #areq({ record }: Payment, threeDSCompInd: AReq['threeDSCompInd']): AReq {
    const { id, browser, mode } = record.authentication as NonNullable<typeof record.authentication>
    return {
      messageType: 'AReq', messageVersion: '2.2.0', messageCategory: '01', deviceChannel: '02', threeDSServerTransID: id, threeDSCompInd,
      threeDSRequestorChallengeInd: mode === 'challenge' ? '03' : '01',
      notificationURL: `${this.#parts.url()}/3ds/challenges/${id}`,
      purchaseAmount: String(record.amount), purchaseCurrency: record.currency,
      merchantName: (softName(record.merchant.softMerchant) ?? record.merchant.merchantSoftware.companyName).slice(0, 40),
      browserAcceptHeader: browser.browserAcceptHeader, browserIP: browser.deviceIPAddress, browserJavaEnabled: browser.javaEnabled,
      browserJavascriptEnabled: browser.javaScriptEnabled, browserLanguage: browser.browserLanguage,
      browserColorDepth: browser.browserColorDepth, browserScreenHeight: browser.browserScreenHeight,
      browserScreenWidth: browser.browserScreenWidth, browserTZ: String(browser.deviceLocalTimeZone), browserUserAgent: browser.browserUserAgent,
    }
  }

  #complete(payment: Payment, said: Pick<RReq, 'transStatus' | 'dsTransID'> & { eci?: string | undefined; challengeCancel?: string | undefined }): void {
    const { desk } = this.#parts
    const { transStatus, dsTransID, eci } = said
    desk.write(completion(desk.context(), payment, {
      transStatus, dsTransID, eci: eci ?? eciOf(payment.record.card.cardType, transStatus), canceled: said.challengeCancel === '01',
    }))
  }

  /** The "postback": the browser goes back to the merchant with what became of the payment. */
  #back(reply: FastifyReply, payment: Payment): FastifyReply {
    const { record } = payment
    const responseStatus = payment.pending ? 'ERROR' : record.decline ? 'DENIED' : 'SUCCESS'
    return passOn(reply, {
      action: record.authentication?.returnUrl ?? '', fields: { paymentRequestId: record.transactionId, responseStatus },
    })
  }
}

function nothingHere(reply: FastifyReply): FastifyReply {
  return sendPage(reply.code(404), { title: 'Nothing here', body: '<main><h1>Nothing here</h1><p>Go back to the shop and try again.</p></main>' })
}

function softName(merchant: object | undefined): string | undefined {
  const name = (merchant as { name?: unknown } | undefined)?.name
  return typeof name === 'string' ? name : undefined
}

function sameText(one: string, other: string): boolean {
  return one.length === other.length && one !== '' && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

/** Authenticated, attempted, neither: 02, 01, 00 at Mastercard, 05, 06, 07 elsewhere. */
function eciOf(cardType: string, transStatus: string): string {
  const place = transStatus === 'Y' ? 0 : transStatus === 'A' ? 1 : 2
  return (cardType === 'MC' ? ['02', '01', '00'] : ['05', '06', '07'])[place] as string
}
