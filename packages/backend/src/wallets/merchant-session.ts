import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { ApplePage } from './pages.ts'

/*
 * Before its sheet opens on a page, Apple wants to hear from the merchant's server that this page may ask for payments
 * ("Requesting an Apple Pay payment session", developer.apple.com). The address is configuration and never the page's
 * word, the page's host is the origin that the browser said and the marketplace registered, and no redirect is followed.
 */

const TIMEOUT_MS = 10_000
/** Apple's come to some five thousand. */
const MAX_BYTES = 64 * 1024
/** What Apple shows beside the total. */
const MAX_NAME = 64

/** Apple gave no session. The message is for the log, and quotes nothing. */
export class MerchantSessionRefused extends Error {
  override readonly name = 'MerchantSessionRefused'
}

export interface Asking {
  readonly page: ApplePage
  /** The page's own, verified. */
  readonly origin: string
  /** Whom the buyer pays. */
  readonly displayName: string
}

/** @throws MerchantSessionRefused */
export async function requestMerchantSession({ page, origin, displayName }: Asking): Promise<Record<string, unknown>> {
  const body = JSON.stringify({
    merchantIdentifier: page.merchantId, displayName: displayName.slice(0, MAX_NAME).toWellFormed(),
    initiative: 'web', initiativeContext: new URL(origin).hostname,
  })
  const answer = await post(page, body).catch((error: Error & { code?: string }) => {
    throw new MerchantSessionRefused(`Apple could not be reached (${error.code ?? error.name})`)
  })
  return read(answer)
}

interface Answer {
  readonly status: number
  readonly body: string
}

function post({ gatewayUrl, certificate, privateKey, authority }: ApplePage, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(gatewayUrl, {
      method: 'POST', agent: false, cert: certificate, key: privateKey, minVersion: 'TLSv1.2',
      ...(authority !== undefined && { ca: authority }), signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    }, (response) => void collect(response).then(resolve, reject))
    request.on('error', reject)
    request.end(body)
  })
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new MerchantSessionRefused('its answer is too long')
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }
}

function read({ status, body }: Answer): Record<string, unknown> {
  if (status !== 200) throw new MerchantSessionRefused(`Apple answered ${status}: is the domain registered for this merchant, and its certificate valid?`)
  try {
    const session: unknown = JSON.parse(body)
    if (typeof session === 'object' && session !== null && !Array.isArray(session)) return session as Record<string, unknown>
  } catch {
    // said below
  }
  throw new MerchantSessionRefused('Apple’s answer is no merchant session')
}
