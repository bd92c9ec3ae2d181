import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { VaultWallets } from '@holdfast/contract'
import type { Wallets } from './config.ts'
import type { GoogleKeys } from './google.ts'

/** The wallets whose tokens are opened for a marketplace, and what its pages have to ask of them for that. */
export function walletsOffered(wallets: Wallets, marketplace: string): VaultWallets {
  const google = wallets.google(marketplace)
  const apple = wallets.apple(marketplace)
  return {
    googlePay: google ? { tokenization: tokenizationOf(google), authMethods: [...google.authMethods] } : null,
    applePay: apple
      ? { merchantIdHashes: apple.merchantKeys.map(({ merchantIdHash }) => merchantIdHash.toString('hex')) }
      : null,
  }
}

type Tokenization = NonNullable<VaultWallets['googlePay']>['tokenization']

function tokenizationOf({ recipientId, gatewayMerchantId, privateKeys }: GoogleKeys): Tokenization {
  if (gatewayMerchantId !== undefined) {
    const gateway = recipientId.slice('gateway:'.length)
    return { type: 'PAYMENT_GATEWAY', parameters: { gateway, gatewayMerchantId } }
  }
  // of several keys the first is the one that pages name; the others still open what was made for them
  return { type: 'DIRECT', parameters: { protocolVersion: 'ECv2', publicKey: pointOf(privateKeys[0] as KeyObject) } }
}

const POINT_BYTES = 65

/** The public key as Google takes it: the uncompressed point, in base64. */
function pointOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES).toString('base64')
}
