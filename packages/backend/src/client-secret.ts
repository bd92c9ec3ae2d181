import { idPrefixes, idSuffix } from '@holdfast/contract'
import { wasDerived, type Sealer } from './seal.ts'

const shape = /^cs_([0-9a-z]{26})_secret_([0-9a-z]{26})_([0-9A-Za-z_-]{43})$/

/**
 * The secret with which a page speaks for one checkout session. It names both session and marketplace, and is
 * derived from the instance's key: nothing of it is stored.
 */
export function clientSecretOf(sealer: Pick<Sealer, 'derive'>, session: Named): string {
  return secretWith(sealer.derive(contextOf(session)), session)
}

interface Named {
  readonly marketplace: string
  readonly id: string
}

const contextOf = ({ marketplace, id }: Named): string => `client-secret/${marketplace}/${id}`

const secretWith = (proof: Buffer, { marketplace, id }: Named): string =>
  `${id}_secret_${idSuffix(marketplace)}_${proof.toString('base64url')}`

/** The session that a client secret opens, if the secret is right; compared in constant time. */
export function openClientSecret(sealer: Pick<Sealer, 'derivations'>, secret: string): { readonly marketplace: string; readonly session: string } | null {
  const match = shape.exec(secret)
  if (!match) return null
  const session = `${idPrefixes.session}_${match[1]}`
  const marketplace = `${idPrefixes.marketplace}_${match[2]}`
  const named = { marketplace, id: session }
  return wasDerived(sealer, { context: contextOf(named), secret, written: (proof) => secretWith(proof, named) })
    ? { marketplace, session } : null
}
