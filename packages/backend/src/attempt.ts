import type { Attempt, AttemptAction, AttemptError } from '@holdfast/contract/types'
import type { Selectable } from 'kysely'
import type { PaymentTokenSigner } from './deps.ts'
import { readAction } from './store/render/action.ts'
import { cardOf } from './store/render/payments.ts'
import { wire, type Reader } from './store/render/values.ts'
import type { PaymentsTable } from './store/tables.ts'

type Row = Selectable<PaymentsTable>

/** What a buyer may be told of a decline, by its class and our code: what to do, never why the bank refused. */
const lost: AttemptError = { type: 'temporary', code: 'card_data_lost', retryable: true, message: 'The card’s details were kept for a short time only. Enter them again.' }
const invalid = (field: NonNullable<AttemptError['field']>, message: string): AttemptError =>
  ({ type: 'card', code: 'card_data_invalid', field, retryable: true, message })

const errors: Readonly<Record<string, AttemptError>> = {
  expired_card: { type: 'card', code: 'card_expired', field: 'expiry', retryable: true, message: 'This card has expired. Use another card.' },
  security_code_mismatch: invalid('securityCode', 'The security code does not match the card. Check the digits on the card.'),
  invalid_card_number: invalid('number', 'The card number was not accepted. Check it, or use another card.'),
  fix_data: { type: 'card', code: 'card_data_invalid', retryable: true, message: 'The card’s details were not accepted. Check the number, the expiry date and the security code.' },
  authenticate: { type: 'card', code: 'authentication_required', retryable: true, message: 'Your bank could not confirm this payment with you. Nothing was taken; try again, or use another card.' },
  card_data_expired: lost, token_unknown: lost, token_used: lost, token_expired: lost, token_binding_refused: lost,
  not_sent: { type: 'temporary', code: 'try_again_later', retryable: true, message: 'The payment could not be sent. Nothing was taken; try again.' },
  canceled: { type: 'card', code: 'attempt_canceled', retryable: true, message: 'This attempt was given up and nothing was taken. Pay again, or choose another way to pay.' },
  declined: { type: 'card', code: 'card_declined', retryable: true, message: 'Your bank declined this card. Nothing was taken; try another card.' },
}

/** Why an attempt with a wallet ended; nothing is ever the buyer's bank's reason. */
const walletErrors: Readonly<Record<string, AttemptError>> = {
  refused: { type: 'wallet', code: 'wallet_refused', retryable: true, message: 'The payment was refused in the wallet. Nothing was taken; try again, or choose another way to pay.' },
  expired: { type: 'wallet', code: 'wallet_expired', retryable: true, message: 'The time to pay ran out. Nothing was taken; begin again, or choose another way to pay.' },
  canceled: { type: 'wallet', code: 'attempt_canceled', retryable: true, message: 'This attempt was given up. Should it be paid all the same, the money goes back by itself.' },
  not_sent: errors['not_sent']!,
}

export function attemptError({ class: of, code }: { readonly class: string; readonly code: string }, method: Row['method'] = 'card'): AttemptError {
  return method === 'card' ? errors[code] ?? errors[of] ?? errors['declined']! : walletErrors[code] ?? walletErrors['refused']!
}

type Status = Attempt['status']
const statuses: Readonly<Record<Row['state'], Status>> = {
  processing: 'pending', action_required: 'pending', unknown: 'pending', declined: 'failed', voided: 'failed', expired: 'failed',
  authorized: 'complete', partially_captured: 'complete', captured: 'complete',
}

/**
 * An attempt as the buyer's page sees it: complete with a freshly signed token, failed with what to do, or pending.
 *
 * The token is for the whole session's amount: it proves the attempt, not today's state.
 */
async function renderAttempt(row: Row, signer: Pick<PaymentTokenSigner, 'sign'>, action: AttemptAction | null): Promise<Attempt> {
  const status = row.superseded ? 'failed' : statuses[row.state]
  const token = status !== 'complete' ? null : await signer.sign(row.marketplace_id, {
    sub: row.id, session: row.session_id, revision: row.revision, order: row.order_id,
    status: row.state === 'authorized' ? 'authorized' : 'captured', amount: wire(row.amount), currency: row.currency,
  })
  const decline = { class: row.decline_class ?? 'soft', code: row.decline_code ?? 'declined' }
  return {
    object: 'attempt', payment: row.id, method: row.method, status, action, card: cardOf(row), paymentToken: token,
    error: status === 'failed' ? attemptError(decline, row.method) : null,
  }
}

/** An attempt as it stands, with what its buyer has to do. */
export async function readAttempt(db: Reader, row: Row, signer: Pick<PaymentTokenSigner, 'sign'>): Promise<Attempt> {
  return renderAttempt(row, signer, row.state === 'action_required' ? await readAction(db, row) : null)
}
