import type { Migration } from 'kysely/migration'
import * as marketplaces from './0001_marketplaces.ts'
import * as money from './0002_money.ts'
import * as eventSource from './0003_event_source.ts'
import * as wallets from './0004_wallets.ts'
import * as webhooks from './0005_webhooks.ts'
import * as gathered from './0006_gathered.ts'
import * as verifier from './0007_verifier.ts'
import * as keyRotation from './0008_key_rotation.ts'
import * as dueByConnector from './0009_due_by_connector.ts'
import * as threeDSecure from './0010_three_d_secure.ts'
import * as savedCards from './0011_saved_cards.ts'
import * as details from './0012_details.ts'
import * as cardWallet from './0014_card_wallet.ts'
import * as branding from './0015_branding.ts'
import * as paymentLinks from './0016_payment_links.ts'
import * as checks from './0017_checks.ts'

/** An index on a table that is in use: built while writers go on, after the transaction of the migrations. */
export interface ConcurrentIndex {
  readonly name: string
  /** Table, method and columns: `payments using btree (marketplace_id, state)`. */
  readonly on: string
}

export interface SafeMigration extends Migration {
  readonly concurrently?: readonly ConcurrentIndex[]
}

/** Every migration by name, in order. A migration that has been released is never changed. */
export const migrations: Readonly<Record<string, SafeMigration>> = {
  '0001_marketplaces': marketplaces,
  '0002_money': money,
  '0003_event_source': eventSource,
  '0004_wallets': wallets,
  '0005_webhooks': webhooks,
  '0006_gathered': gathered,
  '0007_verifier': verifier,
  '0008_key_rotation': keyRotation,
  '0009_due_by_connector': dueByConnector,
  '0010_three_d_secure': threeDSecure,
  '0011_saved_cards': savedCards,
  '0012_details': details,
  '0014_card_wallet': cardWallet,
  '0015_branding': branding,
  '0016_payment_links': paymentLinks,
  '0017_checks': checks,
}
