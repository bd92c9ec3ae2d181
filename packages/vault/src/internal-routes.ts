import {
  idOf,
  savedCardKeySchema,
  savedCardTokenRequestSchema,
  sendSchema,
  ticketCreateSchema,
  tokenReadSchema,
  vaultMarketplaceSchema,
  walletTokenCreateSchema,
} from '@holdfast/contract'
import type { SendRequest, SendResult } from '@holdfast/contract'
import type { FastifyInstance } from 'fastify'
import { answer, parseBody, refuse, refuseStranger } from './http.ts'
import type { VaultRefusal } from './refusal.ts'
import { createSavedToken, keep, remove } from './saved-cards.ts'
import { send } from './send.ts'
import { createTicket, readToken, registerMarketplace } from './tokenize.ts'
import type { Vault } from './vault.ts'
import { walletsOffered } from './wallets/offered.ts'
import { createWalletToken } from './wallets/tokenize.ts'

const noMarketplaceId: VaultRefusal = {
  refused: 'validation_failed',
  field: 'id',
  detail: 'Expected the id of a marketplace.',
}

/** The face to the backend, behind the internal key. */
export function internalRoutes(app: FastifyInstance, vault: Vault): void {
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refuseStranger(vault, request)
    if (refusal) return refuse(reply, request, refusal)
  })
  app.put<{ Params: { id: string } }>('/internal/marketplaces/:id', async (request, reply) => {
    const body = parseBody(vaultMarketplaceSchema, request.body)
    const id = idOf('marketplace').safeParse(request.params.id)
    if (!id.success) return refuse(reply, request, noMarketplaceId)
    return answer(
      reply,
      request,
      'refused' in body ? body : await registerMarketplace(vault, { id: id.data, ...body.value }),
    )
  })
  app.get<{ Params: { id: string } }>('/internal/marketplaces/:id/wallets', async (request, reply) => {
    const id = idOf('marketplace').safeParse(request.params.id)
    return answer(reply, request, id.success ? walletsOffered(vault.wallets(), id.data) : noMarketplaceId)
  })
  app.post('/internal/tickets', async (request, reply) => {
    const body = parseBody(ticketCreateSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await createTicket(vault, body.value), 201)
  })
  app.post('/internal/tokens/read', async (request, reply) => {
    const body = parseBody(tokenReadSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await readToken(vault, body.value))
  })
  app.post('/internal/wallet-tokens', async (request, reply) => {
    const body = parseBody(walletTokenCreateSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await createWalletToken(vault, body.value), 201)
  })
  app.post('/internal/saved-cards/keep', async (request, reply) => {
    const body = parseBody(savedCardKeySchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await keep(vault, body.value))
  })
  app.post('/internal/saved-cards/remove', async (request, reply) => {
    const body = parseBody(savedCardKeySchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await remove(vault, body.value))
  })
  app.post('/internal/saved-cards/tokens', async (request, reply) => {
    const body = parseBody(savedCardTokenRequestSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await createSavedToken(vault, body.value), 201)
  })
  app.post('/internal/send', async (request, reply) => {
    const body = parseBody(sendSchema, request.body)
    return answer(reply, request, 'refused' in body ? body : await sendOrNot(vault, body.value))
  })
}

/** `send` throws only before its claim is committed, and no socket opens before that: so nothing was sent. */
async function sendOrNot(vault: Vault, request: SendRequest): Promise<VaultRefusal | SendResult> {
  try {
    return await send(vault, request)
  } catch (error) {
    vault.log.error(
      { event: 'send_not_claimed', operation: request.operation, err: error },
      'a send could not be recorded, so it was not sent',
    )
    return { outcome: 'not_sent', reason: 'vault_storage_unavailable' }
  }
}
