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
import type * as z from 'zod'
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
  /** A call whose body is one schema's, and whose answer is one function's. */
  const post = <T extends object>(
    path: string,
    schema: z.ZodType<T>,
    { work, status = 200 }: { work: (vault: Vault, body: T) => object; status?: number },
  ): void => {
    app.post(`/internal/${path}`, async (request, reply) => {
      const body = parseBody(schema, request.body)
      return answer(reply, request, 'refused' in body ? body : await work(vault, body.value), status)
    })
  }
  post('tickets', ticketCreateSchema, { work: createTicket, status: 201 })
  post('tokens/read', tokenReadSchema, { work: readToken })
  post('wallet-tokens', walletTokenCreateSchema, { work: createWalletToken, status: 201 })
  post('saved-cards/keep', savedCardKeySchema, { work: keep })
  post('saved-cards/remove', savedCardKeySchema, { work: remove })
  post('saved-cards/tokens', savedCardTokenRequestSchema, { work: createSavedToken, status: 201 })
  post('send', sendSchema, { work: sendOrNot })
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
