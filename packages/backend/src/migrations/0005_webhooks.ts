import { sql, type Kysely } from 'kysely'

/**
 * Webhook endpoints with their secrets, what is to be delivered to each, and every attempt.
 *
 * An endpoint has its own place in the outbox (`cursor_…`: the last event that was looked at), so that no endpoint
 * waits for another and staging an event costs the same whoever listens. `from_snapshot` is what had been committed
 * when the endpoint began: that is never sent to it. `replay_…` is a second place, from which events are sent again.
 *
 * Deliveries have no foreign key to events, which are never deleted: it would be checked once a row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table webhook_endpoints (
    marketplace_id text not null references marketplaces,
    id text not null,
    url text not null,
    description text,
    event_types text[] check (cardinality(event_types) > 0),
    state text not null check (state in ('enabled', 'disabled', 'deleted')),
    disabled_reason text check (disabled_reason in ('requested', 'gone')),
    failures integer not null default 0 check (failures >= 0),
    failing_since timestamptz,
    paused_until timestamptz,
    cursor_transaction xid8 not null,
    cursor_event text not null,
    from_snapshot pg_snapshot,
    replay_transaction xid8,
    replay_event text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (marketplace_id, id),
    check ((failures = 0) = (failing_since is null)),
    check ((state = 'disabled') = (disabled_reason is not null)),
    check ((replay_transaction is null) = (replay_event is null))
  )`,
  `create table webhook_secrets (
    marketplace_id text not null,
    endpoint_id text not null,
    number integer not null check (number > 0),
    sealed bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    primary key (marketplace_id, endpoint_id, number),
    foreign key (marketplace_id, endpoint_id) references webhook_endpoints
  )`,
  `create table webhook_deliveries (
    marketplace_id text not null,
    id text not null,
    endpoint_id text not null,
    event_id text not null,
    event_type text not null,
    state text not null check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0 check (attempts >= 0),
    tries integer not null default 0 check (tries between 0 and attempts),
    next_attempt_at timestamptz not null,
    give_up_at timestamptz not null,
    leased_until timestamptz,
    delivered_at timestamptz,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, event_id, endpoint_id),
    foreign key (marketplace_id, endpoint_id) references webhook_endpoints,
    check (state <> 'delivered' or delivered_at is not null)
  )`,
  `create index webhook_deliveries_by_endpoint on webhook_deliveries (marketplace_id, endpoint_id, id)`,
  `create index webhook_deliveries_due on webhook_deliveries (marketplace_id, endpoint_id, next_attempt_at, id)
     where state = 'pending'`,
  `create index webhook_deliveries_waiting on webhook_deliveries (created_at) where state = 'pending'`,
  `create index webhook_deliveries_settled on webhook_deliveries (created_at) where state <> 'pending'`,
  `create table webhook_attempts (
    marketplace_id text not null,
    delivery_id text not null,
    number integer not null check (number > 0),
    at timestamptz not null,
    status_code integer,
    duration_ms integer not null check (duration_ms >= 0),
    error text check (length(error) <= 200),
    primary key (marketplace_id, delivery_id, number),
    foreign key (marketplace_id, delivery_id) references webhook_deliveries on delete cascade
  )`,
]
