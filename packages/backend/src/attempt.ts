import type { Attempt, AttemptError } from '@holdfast/contract/types'
import type { Selectable } from 'kysely'
import type { PaymentTokenSigner } from './deps.ts'
import { cardOf } from './store/render/payments.ts'
import { wire } from './store/render/values.ts'
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
  authenticate: { type: 'card', code: 'authentication_required', retryable: true, message: 'Your bank wants to confirm this payment with you, which is not possible here yet. Use another card.' },
  card_data_expired: lost, token_unknown: lost, token_used: lost, token_expired: lost, token_binding_refused: lost,
  not_sent: { type: 'temporary', code: 'try_again_later', retryable: true, message: 'The payment could not be sent. Nothing was taken; try again.' },
  declined: { type: 'card', code: 'card_declined', retryable: true, message: 'Your bank declined this card. Nothing was taken; try another card.' },
}

export function attemptError(decline: { readonly class: string; readonly code: string }): AttemptError {
  return errors[decline.code] ?? errors[decline.class] ?? errors['declined']!
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
export async function renderAttempt(row: Row, signer: Pick<PaymentTokenSigner, 'sign'>): Promise<Attempt> {
  const status = row.superseded ? 'failed' : statuses[row.state]
  const token = status !== 'complete' ? null : await signer.sign(row.marketplace_id, {
    sub: row.id, session: row.session_id, revision: row.revision, order: row.order_id,
    status: row.state === 'authorized' ? 'authorized' : 'captured', amount: wire(row.amount), currency: row.currency,
  })
  const decline = { class: row.decline_class ?? 'soft', code: row.decline_code ?? 'declined' }
  return {
    object: 'attempt', payment: row.id, method: row.method, status, action: null, card: cardOf(row), paymentToken: token,
    error: status === 'failed' ? attemptError(decline) : null,
  }
}
