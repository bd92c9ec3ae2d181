import type { ResponseOf } from '@holdfast/contract'
import type { Selectable } from 'kysely'
import type { ApiKeysTable } from './database.ts'

export type ApiKey = ResponseOf<'apiKeys.revoke'>

/** An API key as the API answers it: never the key. */
export function renderApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id, object: 'api_key', kind: row.kind, mode: row.mode, hint: row.hint,
    createdAt: row.created_at.toISOString(), expiresAt: row.expires_at?.toISOString() ?? null, revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}
