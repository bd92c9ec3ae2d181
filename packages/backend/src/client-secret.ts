import { timingSafeEqual } from 'node:crypto'
import { idPrefixes, idSuffix } from '@holdfast/contract'
import type { Sealer } from './seal.ts'

const shape = /^cs_([0-9a-z]{26})_secret_([0-9a-z]{26})_([0-9A-Za-z_-]{43})$/

/**
 * The secret with which a page speaks for one checkout session. It names both session and marketplace, and is
 * derived from the instance's key: nothing of it is stored.
 */
export function clientSecretOf(sealer: Pick<Sealer, 'derive'>, session: { readonly marketplace: string; readonly id: string }): string {
  const proof = sealer.derive(`client-secret/${session.marketplace}/${session.id}`).toString('base64url')
  return `${session.id}_secret_${idSuffix(session.marketplace)}_${proof}`
}

/** The session that a client secret opens, if the secret is right; compared in constant time. */
export function openClientSecret(sealer: Pick<Sealer, 'derive'>, secret: string): { readonly marketplace: string; readonly session: string } | null {
  const match = shape.exec(secret)
  if (!match) return null
  const session = `${idPrefixes.session}_${match[1]}`
  const marketplace = `${idPrefixes.marketplace}_${match[2]}`
  const right = Buffer.from(clientSecretOf(sealer, { marketplace, id: session }))
  const given = Buffer.from(secret)
  return given.length === right.length && timingSafeEqual(given, right) ? { marketplace, session } : null
}
