import { randomBytes } from 'node:crypto'
import { createServer } from 'node:https'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ApplePayMaker } from './apple-pay.ts'

// Apple's side of merchant validation: over TLS, it gives a merchant session to whom it knows by a certificate.

export interface AppleGatewayOptions {
  readonly maker: ApplePayMaker
  /** The merchants that it knows, with the domains that each has registered. */
  readonly merchants: Readonly<Record<string, readonly string[]>>
  readonly port?: number
}

/** What it was asked for, by whom. */
export interface MerchantSessionAsked {
  readonly merchantIdentifier: string
  readonly displayName: string
  readonly initiative: string
  readonly initiativeContext: string
  /** The merchant that the certificate of the connection names. */
  readonly certificateOf: string | undefined
}

export interface AppleGateway {
  /** Where sessions are asked for. */
  readonly url: string
  /** What a caller is to trust in place of the system's authorities, as PEM. */
  readonly authority: string
  readonly asked: readonly MerchantSessionAsked[]
  /** Answers the next calls otherwise: with a status, or by sending the caller elsewhere. */
  meet(next: 'refusal' | 'redirect' | 'garbage' | undefined): void
  close(): Promise<void>
}

export async function startAppleGateway({ maker, merchants, port = 0 }: AppleGatewayOptions): Promise<AppleGateway> {
  const asked: MerchantSessionAsked[] = []
  const mood: { next: Parameters<AppleGateway['meet']>[0] } = { next: undefined }
  const { certificatePem, privateKeyPem } = maker.server('localhost')
  const server = createServer(
    { cert: certificatePem, key: privateKeyPem, ca: maker.rootPem, requestCert: true, rejectUnauthorized: true },
    (request, response) => void answer(request).then(({ status, body, location }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(location !== undefined && { location }) })
      response.end(JSON.stringify(body))
    }, () => response.writeHead(400).end()),
  )
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown; location?: string }> => {
    const wanted = { ...(JSON.parse(await textOf(request)) as Omit<MerchantSessionAsked, 'certificateOf'>), certificateOf: merchantOf(request) }
    asked.push(wanted)
    if (mood.next === 'refusal' || !isKnown(wanted, merchants)) return { status: 417, body: { statusMessage: 'Payment Services Exception', statusCode: '417' } }
    if (mood.next === 'redirect') return { status: 302, body: {}, location: 'https://localhost:1/' }
    return { status: 200, body: mood.next === 'garbage' ? 'no session' : sessionOf(wanted, maker.now()) }
  }
  const at = await listen(server, port)
  return {
    url: `https://localhost:${at}/paymentservices/paymentSession`,
    authority: maker.rootPem,
    asked,
    meet: next => void (mood.next = next),
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Of a name such as `Apple Pay Merchant Identity:merchant.com.example`. */
function merchantOf({ socket }: IncomingMessage): string | undefined {
  const { subject } = (socket as TLSSocket).getPeerCertificate() as { subject?: { CN?: string } }
  return /^Apple Pay Merchant Identity:(.+)$/.exec(subject?.CN ?? '')?.[1]
}

function isKnown({ merchantIdentifier, certificateOf, initiative, initiativeContext }: MerchantSessionAsked, merchants: AppleGatewayOptions['merchants']): boolean {
  const domains = merchants[merchantIdentifier] ?? []
  return certificateOf === merchantIdentifier && initiative === 'web' && domains.includes(initiativeContext)
}

const SESSION_MS = 5 * 60_000

function sessionOf({ merchantIdentifier, displayName, initiativeContext }: MerchantSessionAsked, now: Date): object {
  const epochTimestamp = now.getTime()
  const random = (): string => randomBytes(32).toString('hex').toUpperCase()
  return {
    epochTimestamp,
    expiresAt: epochTimestamp + SESSION_MS,
    merchantSessionIdentifier: `SSH${random()}`,
    nonce: random().slice(0, 8),
    merchantIdentifier,
    domainName: initiativeContext,
    displayName,
    signature: random(),
  }
}
