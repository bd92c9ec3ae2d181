import type { SendRequest, SendResult } from '@holdfast/contract'
import { UnsealError, hashSecret, openRecord } from './crypto.ts'
import { sendOnce } from './outbound.ts'
import type { Sent } from './outbound.ts'
import type { VaultRefusal } from './refusal.ts'
import { filterResponse } from './response-filter.ts'
import { keepProvisionally } from './saved-cards.ts'
import { findCard, finishSend, inTransaction, insertSend, useCard, wasSent } from './store.ts'
import type { CardRow } from './store.ts'
import { fillBody, refuseCallersPart, templates } from './templates.ts'
import type { ClearCard, StoredCard } from './templates.ts'
import type { Vault } from './vault.ts'

/**
 * Fills a card into one request to a rail and sends it once. The sent-log's row is committed before the socket
 * opens: what is found there may have been sent, what isn't there was not. A refusal means that nothing was sent.
 *
 * @refuses validation_failed - the caller's part has card fields or headers that are the vault's
 * @refuses host_refused - no host is configured for the template's rail
 * @refuses token_unknown | token_used | token_expired | token_binding_refused - see the contract
 * @refuses card_data_expired - the security code is gone (a restart); the frame has to tokenize again
 * @refuses already_sent - this operation has sent a card before
 */
export async function send(vault: Vault, request: SendRequest): Promise<VaultRefusal | SendResult> {
  const template = templates[request.template]
  const refusal = refuseCallersPart(template, request)
  if (refusal) return refusal
  const base = vault.hosts[template.rail]
  if (!base)
    return {
      refused: 'host_refused',
      field: 'template',
      detail: `No host is configured for ${template.rail}.`,
    }
  const url = new URL(`${base.replace(/\/$/, '')}${template.path}`)
  if (vault.sending.has(request.operation)) return alreadySent
  vault.sending.add(request.operation)
  try {
    return await claimAndSend(vault, { request, url })
  } finally {
    vault.sending.delete(request.operation)
  }
}

async function claimAndSend(
  vault: Vault,
  { request, url }: { request: SendRequest; url: URL },
): Promise<VaultRefusal | SendResult> {
  const claimed = await claim(vault, { request, host: url.host })
  if ('refused' in claimed || 'outcome' in claimed) return claimed
  const result = await sendFilled(vault, { request, url, card: claimed.card })
  await noteEnd(vault, { request, result })
  return result
}

interface Claim {
  readonly card: ClearCard
}

/** Binds token and operation for good, and takes the card's data into memory, in one transaction. */
async function claim(
  vault: Vault,
  { request, host }: { request: SendRequest; host: string },
): Promise<VaultRefusal | SendResult | Claim> {
  const { marketplace, operation } = request
  const now = vault.now()
  const hash = hashSecret(request.token)
  const opened = await inTransaction(vault.pool, async tx => {
    if (await wasSent(tx, { marketplace, operation })) return alreadySent
    const row = await findCard(tx, { marketplace, hash }, 'lock')
    const usable = judge(vault, { row, request, now })
    if ('refused' in usable) return usable
    const stored = open(vault, usable.row)
    if ('refused' in stored) return stored
    const entry = { marketplace, operation, tokenHash: hash, template: request.template, host, at: now }
    if (!(await insertSend(tx, entry))) return alreadySent
    await useCard(tx, { marketplace, hash }, { operation, at: now })
    const { expMonth, expYear, wallet, needsCode } = usable.row
    const { keepAs: savedCard } = request
    if (savedCard !== undefined) await keepProvisionally(vault, { tx, row: usable.row, clear: stored, savedCard, now })
    return { ...stored, expMonth, expYear, wallet, needsCode }
  })
  if ('refused' in opened) return opened
  if (opened.wallet || !opened.needsCode) return { card: opened }
  const code = vault.codes.take(hash, now)
  if (!code) return { outcome: 'not_sent', reason: 'card_data_expired' }
  const card = { ...opened, securityCode: code.toString('latin1') }
  code.fill(0)
  return { card }
}

const alreadySent: VaultRefusal = {
  refused: 'already_sent',
  field: 'operation',
  detail: 'This operation has sent a card before: ask the rail what became of it.',
}

function judge(
  vault: Vault,
  { row, request, now }: { row: CardRow | undefined; request: SendRequest; now: Date },
): VaultRefusal | { row: CardRow } {
  if (!row) return { refused: 'token_unknown', field: 'token', detail: 'This marketplace has no such token.' }
  if (row.operation === request.operation) return alreadySent
  if (row.operation !== null)
    return { refused: 'token_used', field: 'token', detail: 'The token was used by another operation.' }
  if (row.session !== request.session || row.revision !== request.revision) {
    return {
      refused: 'token_binding_refused',
      field: 'token',
      detail: 'The token was made for another session or revision of it.',
    }
  }
  if (row.expiresAt <= now || !row.record) {
    return {
      refused: 'token_expired',
      field: 'token',
      detail: 'The token has run out: the buyer confirms again.',
    }
  }
  if (request.keepAs !== undefined && (row.wallet || row.savedCard)) {
    return { refused: 'validation_failed', field: 'keepAs', detail: 'Only a card that was typed can be kept.' }
  }
  if (!row.wallet && row.needsCode && !vault.codes.has(row.hash, now)) {
    return {
      refused: 'card_data_expired',
      field: 'token',
      detail: 'The security code is no longer held: the frame tokenizes again.',
    }
  }
  return { row }
}

function open(
  vault: Vault,
  { record, marketplace, hash, recordVersion }: CardRow,
): VaultRefusal | StoredCard {
  if (!record) throw new TypeError('a usable card has its record')
  try {
    const plaintext = openRecord(vault.keyring(), {
      record,
      binding: { marketplace, tokenHash: hash, recordVersion },
    })
    const clear = JSON.parse(plaintext.toString('utf8')) as StoredCard
    plaintext.fill(0)
    return clear
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    vault.log.error({ event: 'record_refused', marketplace }, 'a card record does not open for its row')
    return {
      refused: 'card_data_expired',
      field: 'token',
      detail: "The card's record does not open: the frame tokenizes again.",
    }
  }
}

/** After the claim nothing may throw: whatever goes wrong is an outcome. */
async function sendFilled(
  vault: Vault,
  { request, url, card }: { request: SendRequest; url: URL; card: ClearCard },
): Promise<SendResult> {
  const template = templates[request.template]
  const body = fillBody(template, { body: request.body, card, settings: vault.wallets() })
  const headers = { ...request.headers, 'content-type': 'application/json', accept: 'application/json' }
  const sent = await sendOnce({
    url,
    method: template.method,
    headers,
    body,
    timeoutMs: request.timeoutMs,
  }).catch((error: unknown): Sent => {
    vault.log.error({ event: 'send_failed', operation: request.operation, err: error }, 'sending broke off')
    return { outcome: 'unknown', reason: 'connection_failed' }
  })
  body.fill(0)
  if (sent.outcome !== 'answered') return sent
  const { number, cryptogram } = card
  const value = filterResponse(template.response, { value: parsed(sent.text), number, cryptogram })
  return { outcome: 'answered', httpStatus: sent.httpStatus, body: value ?? null }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** For operators; the answer doesn't wait on whether it could be written. */
async function noteEnd(
  { pool, log, now }: Vault,
  { request, result }: { request: SendRequest; result: SendResult },
): Promise<void> {
  const { body: _, ...end } = { body: null, ...result }
  try {
    await finishSend(pool, request, { ...end, at: now() })
  } catch (error) {
    log.warn(
      { event: 'send_unnoted', operation: request.operation, err: error },
      'the sent-log could not be completed',
    )
  }
}
