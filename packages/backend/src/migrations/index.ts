import type { Migration } from 'kysely/migration'
import * as marketplaces from './0001_marketplaces.ts'
import * as money from './0002_money.ts'
import * as eventSource from './0003_event_source.ts'

/** Every migration by name, in order. A migration that has been released is never changed. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001_marketplaces': marketplaces,
  '0002_money': money,
  '0003_event_source': eventSource,
}
