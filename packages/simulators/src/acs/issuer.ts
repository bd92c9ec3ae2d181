import { randomBytes, randomUUID } from 'node:crypto'
import { code, type Fate } from './cards.ts'
import { areq, ares, type AReq, type ARes, type CReq, type CRes, type RReq, type RRes } from './messages.ts'

const mostCodes = 3

/** One authentication, as the bank's own server knows it. Kept in memory: a restart forgets it, and refuses its CReq. */
export interface Challenge {
  readonly acsTransID: string
  readonly dsTransID: string
  readonly areq: AReq
  readonly fate: Fate
  creq: CReq | undefined
  sessionData: string
  interactions: number
  /** What the buyer is told about the code before. */
  wrong: boolean
  result: RReq['transStatus'] | undefined
}

export interface IssuerParts {
  /** The indicator for a status, by the card's scheme. */
  readonly eci: (transID: string, transStatus: string) => string
  readonly fate: (transID: string) => Fate | undefined
  readonly acsUrl: () => string
  /** The 3DS server: the only one who is told what came of a challenge. */
  readonly results: (message: RReq) => RRes
}

/** An issuer's access control server. It decides; nothing that it gives the browser says how. */
export class Issuer {
  readonly #parts: IssuerParts
  readonly #challenges = new Map<string, Challenge>()

  constructor(parts: IssuerParts) {
    this.#parts = parts
  }

  /** @throws ZodError - the message isn't an AReq */
  authenticate(message: unknown): ARes {
    const request = areq.parse(message)
    const { threeDSServerTransID } = request
    const fate = this.#parts.fate(threeDSServerTransID) ?? { transStatus: 'U' }
    const asked = request.threeDSRequestorChallengeInd === '03' && fate.transStatus === 'Y'
    const transStatus = asked ? 'C' : fate.transStatus
    const acsTransID = randomUUID()
    const dsTransID = randomUUID()
    const answer = { threeDSServerTransID, messageVersion: '2.2.0', messageType: 'ARes', acsTransID, dsTransID, transStatus } as const
    if (transStatus !== 'C') return ares.parse({ ...answer, ...this.#vouch(threeDSServerTransID, transStatus) })
    this.#challenges.set(acsTransID, {
      acsTransID, dsTransID, areq: request, fate, creq: undefined, sessionData: '', interactions: 0, wrong: false, result: undefined,
    })
    return ares.parse({ ...answer, acsURL: `${this.#parts.acsUrl()}/challenge`, acsChallengeMandated: 'N' })
  }

  /** A browser comes with its CReq; once, or again after a reload. */
  open(message: CReq, sessionData: string): Challenge | undefined {
    const challenge = this.#challenges.get(message.acsTransID)
    if (challenge?.areq.threeDSServerTransID !== message.threeDSServerTransID) return undefined
    challenge.creq = message
    challenge.sessionData = sessionData
    return challenge
  }

  find(acsTransID: string): Challenge | undefined {
    return this.#challenges.get(acsTransID)
  }

  /** What the buyer entered, or that he gave up. The result goes to the 3DS server before the browser moves on. */
  enter(challenge: Challenge, { text, cancel }: { text: string; cancel: boolean }): void {
    if (challenge.result !== undefined) return
    if (cancel) return this.#end(challenge, { transStatus: 'N', transStatusReason: '01', challengeCancel: '01' })
    challenge.interactions += 1
    const right = text.replaceAll(/\s/g, '') === code && challenge.fate.refusesCodes !== true
    if (right) return this.#end(challenge, { transStatus: 'Y' })
    challenge.wrong = true
    if (challenge.interactions >= mostCodes) this.#end(challenge, { transStatus: 'N', transStatusReason: '19' })
  }

  /** What the browser carries to the notification URL. It proves nothing. */
  cres({ acsTransID, areq: { threeDSServerTransID }, result }: Challenge): CRes {
    return { threeDSServerTransID, acsTransID, messageVersion: '2.2.0', messageType: 'CRes', transStatus: result === 'Y' ? 'Y' : 'N' }
  }

  #end(challenge: Challenge, said: Pick<RReq, 'transStatus' | 'transStatusReason' | 'challengeCancel'>): void {
    const { acsTransID, dsTransID, areq: { threeDSServerTransID }, interactions } = challenge
    challenge.result = said.transStatus
    this.#parts.results({
      messageType: 'RReq', messageVersion: '2.2.0', messageCategory: '01', threeDSServerTransID, acsTransID, dsTransID,
      interactionCounter: String(interactions).padStart(2, '0'), ...said, ...this.#vouch(threeDSServerTransID, said.transStatus),
    })
  }

  #vouch(transID: string, transStatus: string): { eci: string; authenticationValue?: string } {
    const eci = this.#parts.eci(transID, transStatus)
    const vouched = transStatus === 'Y' || transStatus === 'A'
    return { eci, ...(vouched ? { authenticationValue: randomBytes(20).toString('base64') } : {}) }
  }
}
