import { createHash } from 'node:crypto'
import { idSuffix, numericCodeOf } from '@holdfast/contract'
import type { WalletToken, WalletTokenCreate } from '@holdfast/contract'
import { hashSecret, newSecret } from '../crypto.ts'
import { isRefusal } from '../refusal.ts'
import type { VaultRefusal } from '../refusal.ts'
import { inTransaction, insertCard, takeWalletMessage } from '../store.ts'
import {
  TOKEN_MS,
  hasNumberWithin,
  refuseNumber,
  refuseTooManyCards,
  refuseUnregisteredOrigin,
  sealedRow,
} from '../tokenize.ts'
import type { Vault } from '../vault.ts'
import { openApplePayment } from './apple.ts'
import { walletNames } from './config.ts'
import { openGooglePayment } from './google.ts'
import { refuse } from './payment.ts'
import type { WalletPayment } from './payment.ts'

/**
 * Makes a card token of what a wallet gave the page, once: it is verified, held against what the backend wants, and
 * kept as a card is, with its cryptogram in the place of a security code.
 *
 * @refuses origin_refused - the marketplace is not known here, or has not registered that origin
 * @refuses wallet_unconfigured - no keys of this wallet are held for this marketplace
 * @refuses wallet_… - see `openGooglePayment` and `openApplePayment`
 * @refuses wallet_currency_refused | wallet_amount_refused - the buyer agreed to something else
 * @refuses card_invalid - expired, or of a brand that isn't taken
 * @refuses rate_limited - this card was tried too often
 * @refuses wallet_replayed - the token was taken before, by whichever marketplace
 */
export async function createWalletToken(
  vault: Vault,
  request: WalletTokenCreate,
): Promise<VaultRefusal | WalletToken> {
  const token = await verifyAndKeep(vault, request)
  if (isRefusal(token)) {
    const { marketplace, wallet } = request
    const { refused, field } = token
    vault.log.warn({ event: 'wallet_refused', marketplace, wallet, refused, field }, 'a wallet token was refused')
  }
  return token
}

async function verifyAndKeep(vault: Vault, request: WalletTokenCreate): Promise<VaultRefusal | WalletToken> {
  const now = vault.now()
  const unregistered = await refuseUnregisteredOrigin(vault, request)
  if (unregistered) return unregistered
  const payment = openPayment(vault, { request, now })
  if ('refused' in payment) return payment
  const { number, cryptogram } = payment
  const refusal =
    refuseOtherTotal(payment, request)
    ?? refuseNumber(payment, { brands: request.brands, now })
    // devices' numbers come from a few narrow ranges, which all their buyers share
    ?? refuseTooManyCards(vault, { marketplace: request.marketplace, number, range: cryptogram === null, now })
  return refusal ?? keep(vault, { request, payment, now })
}

function openPayment(
  { wallets }: Vault,
  { request, now }: { request: WalletTokenCreate; now: Date },
): VaultRefusal | WalletPayment {
  const { wallet, marketplace, token, session, revision } = request
  const google = wallet === 'google_pay' ? wallets().google(marketplace) : undefined
  if (google) return openGooglePayment(token, { keys: google, now })
  const apple = wallet === 'apple_pay' ? wallets().apple(marketplace) : undefined
  if (apple) return openApplePayment(token, { keys: apple, now, session: { session, revision } })
  return refuse(
    'wallet_unconfigured',
    `The vault holds no keys of ${walletNames[wallet]} for this marketplace: set HOLDFAST_VAULT_WALLETS.`,
    'wallet',
  )
}

function refuseOtherTotal({ total }: WalletPayment, { amount, currency }: WalletTokenCreate): VaultRefusal | undefined {
  if (!total) return undefined
  if (total.currencyCode !== numericCodeOf(currency))
    return refuse('wallet_currency_refused', 'The buyer agreed to another currency than the session’s.', 'currency')
  return total.amount === amount
    ? undefined
    : refuse('wallet_amount_refused', 'The buyer agreed to another amount than the session’s: show the total again.', 'amount')
}

async function keep(
  vault: Vault,
  { request, payment, now }: { request: WalletTokenCreate; payment: WalletPayment; now: Date },
): Promise<VaultRefusal | WalletToken> {
  const { wallet, messageId, freshUntil, number, name, cryptogram, eci, expMonth, expYear } = payment
  const token = newSecret('tok', idSuffix(request.marketplace))
  const hash = hashSecret(token)
  const expiresAt = new Date(now.getTime() + TOKEN_MS)
  const messageHash = createHash('sha256').update(messageId).digest()
  const clear = {
    number,
    name: hasNumberWithin(name) ? '' : name,
    ...(cryptogram === null ? {} : { cryptogram }),
    ...(eci === null ? {} : { eci }),
  }
  const row = sealedRow(vault, { bound: request, hash, clear, expMonth, expYear, wallet, createdAt: now, expiresAt })
  return inTransaction(vault.pool, async tx => {
    const { marketplace } = request
    if (!(await takeWalletMessage(tx, { wallet, messageHash, marketplace, hash, at: now, expiresAt: freshUntil })))
      return refuse('wallet_replayed', 'This wallet token was used before: the buyer pays again.')
    await insertCard(tx, row)
    return {
      object: 'card_token' as const,
      token,
      expiresAt: expiresAt.toISOString(),
      cryptogram: cryptogram !== null,
    }
  })
}
