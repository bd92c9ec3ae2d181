import { Agent, request as httpRequest } from 'node:http'
import { Agent as SecureAgent, request as httpsRequest } from 'node:https'
import {
  savedCardKeptSchema,
  sendResultSchema,
  ticketSchema,
  tokenSchema,
  tokenViewSchema,
  vaultErrorCodes,
  vaultWalletsSchema,
  walletTokenSchema,
} from '@holdfast/contract'
import type {
  CardToken,
  SavedCardKey,
  SavedCardTokenRequest,
  SendResult,
  Ticket,
  TicketCreate,
  TokenView,
  VaultErrorCode,
  VaultWallets,
  WalletToken,
  WalletTokenCreate,
} from '@holdfast/contract'
import type { CardRefusal, CardSender } from '@holdfast/core'
import { sendOnce } from './outbound.ts'

export interface VaultClientOptions {
  /** Where this server reaches the vault, such as http://127.0.0.1:4310. */
  readonly internalUrl: string
  readonly internalKey: string
  /** For each call but `send`, whose own time counts; 10 s by default. */
  readonly timeoutMs?: number
}

/** The vault as the backend calls it. Every call but `send` throws a VaultClientError when it is refused or fails. */
export interface VaultClient extends CardSender {
  /** Sets which origins may embed the card frame. May be repeated. */
  putMarketplace(
    id: string,
    marketplace: { readonly name: string; readonly origins: readonly string[] },
  ): Promise<void>
  createTicket(ticket: TicketCreate): Promise<Ticket>
  /** The wallets whose tokens the vault opens for a marketplace. */
  readWallets(marketplace: string): Promise<VaultWallets>
  /** Verifies what a wallet gave the page, and keeps it as a card; the same token a second time is refused. */
  createWalletToken(wallet: WalletTokenCreate): Promise<WalletToken>
  /** Makes a token of a saved card that is sent without a security code. */
  createSavedCardToken(request: SavedCardTokenRequest): Promise<CardToken>
  /** Keeps a number for good that a send has kept provisionally. False: the vault has none such. May be repeated. */
  keepSavedCard(key: SavedCardKey): Promise<boolean>
  /** Deletes a saved number, and the tokens made of it. May be repeated. */
  removeSavedCard(key: SavedCardKey): Promise<void>
  /** Null: this marketplace has no such token. */
  readToken(query: { readonly marketplace: string; readonly token: string }): Promise<TokenView | null>
  /** Closes the connections kept. */
  close(): void
}

/** `code` is the vault's own, or `unreachable`. */
export class VaultClientError extends Error {
  override name = 'VaultClientError'
  readonly code: VaultErrorCode | 'unreachable'
  readonly field: string | undefined

  constructor({
    code,
    message,
    field,
  }: {
    code: VaultErrorCode | 'unreachable'
    message: string
    field?: string | undefined
  }) {
    super(message)
    this.code = code
    this.field = field
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export function createVaultClient({
  internalUrl,
  internalKey,
  timeoutMs = 10_000,
}: VaultClientOptions): VaultClient {
  const base = internalUrl.replace(/\/$/, '')
  const secure = base.startsWith('https:')
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const headers = { authorization: `Bearer ${internalKey}`, 'content-type': 'application/json' }
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await exchange({
      secure,
      url: `${base}${path}`,
      method,
      headers,
      agent,
      timeoutMs,
      body: body && JSON.stringify(body),
    })
    if (answer.status < 300) return answer.body
    throw errorOf(answer)
  }
  return {
    async putMarketplace(id, marketplace) {
      await call('PUT', `/internal/marketplaces/${id}`, marketplace)
    },
    createTicket: async ticket => ticketSchema.parse(await call('POST', '/internal/tickets', ticket)),
    readWallets: async marketplace =>
      vaultWalletsSchema.parse(await call('GET', `/internal/marketplaces/${marketplace}/wallets`)),
    createWalletToken: async wallet =>
      walletTokenSchema.parse(await call('POST', '/internal/wallet-tokens', wallet)),
    createSavedCardToken: async request =>
      tokenSchema.parse(await call('POST', '/internal/saved-cards/tokens', request)),
    keepSavedCard: async key => savedCardKeptSchema.parse(await call('POST', '/internal/saved-cards/keep', key)).kept,
    async removeSavedCard(key) {
      await call('POST', '/internal/saved-cards/remove', key)
    },
    async readToken(query) {
      try {
        return tokenViewSchema.parse(await call('POST', '/internal/tokens/read', query))
      } catch (error) {
        if (error instanceof VaultClientError && error.code === 'token_unknown') return null
        throw error
      }
    },
    async send(request) {
      const url = new URL(`${base}/internal/send`)
      const body = Buffer.from(JSON.stringify(request))
      const sent = await sendOnce({
        url,
        method: 'POST',
        headers,
        body,
        timeoutMs: request.timeoutMs + OWN_TIME_MS,
      })
      return sent.outcome === 'answered'
        ? sendResultOf({ status: sent.httpStatus, body: parsed(sent.text) })
        : sent
    },
    close() {
      agent.destroy()
    },
  }
}

/** What the vault itself may need on top of the rail's time. */
const OWN_TIME_MS = 15_000

const refusals: ReadonlySet<string> = new Set([
  'token_unknown',
  'token_used',
  'token_expired',
  'token_binding_refused',
  'card_data_expired',
  'host_refused',
  'template_unknown',
] satisfies CardRefusal['code'][])

/** A problem document of the vault's says that this call sent nothing; anything that isn't one says nothing. */
function sendResultOf({ status, body }: Answer): SendResult | CardRefusal {
  if (status === 200) {
    const result = sendResultSchema.safeParse(body)
    return result.success ? result.data : { outcome: 'unknown', reason: 'vault_answer_unreadable' }
  }
  const code = codeOf({ status, body })
  // the operation's first send may have reached the rail
  if (code === undefined || code === 'already_sent' || code === 'internal')
    return { outcome: 'unknown', reason: code ?? 'vault_answer_unreadable' }
  return refusals.has(code)
    ? { outcome: 'refused', code: code as CardRefusal['code'] }
    : { outcome: 'not_sent', reason: code }
}

function codeOf({ status, body }: Answer): VaultErrorCode | undefined {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
  if (typeof code !== 'string' || !Object.hasOwn(vaultErrorCodes, code)) return undefined
  return vaultErrorCodes[code as VaultErrorCode] === status ? (code as VaultErrorCode) : undefined
}

function errorOf(answer: Answer): VaultClientError {
  const { detail, field } = { ...(answer.body as { detail?: string; field?: string } | undefined) }
  return new VaultClientError({
    code: codeOf(answer) ?? 'internal',
    message: detail ?? `The vault answered ${answer.status}.`,
    field,
  })
}

interface Exchange {
  readonly secure: boolean
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly agent: Agent
  readonly timeoutMs: number
  readonly body: string | undefined
}

function exchange({ secure, url, body, timeoutMs, ...options }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(new VaultClientError({ code: 'unreachable', message: 'The vault could not be reached.' }))
    const open = secure ? httpsRequest : httpRequest
    const request = open(url, { ...options, signal: AbortSignal.timeout(timeoutMs) }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', fail)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) }),
      )
    })
    request.on('error', fail)
    request.end(body)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
