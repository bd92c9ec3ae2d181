import { newId, type EventType, type ResponseOf } from '@holdfast/contract'
import type { Selectable } from 'kysely'
import type { EventsTable, Tx } from './database.ts'

export type Event = ResponseOf<'events.retrieve'>

/** Something that happened to one object, with that object as it stands now. */
export interface StagedEvent {
  readonly type: EventType
  /** The id of the object that it is about. */
  readonly subject: string
  /** The object, as the API would answer it. Never a client secret. */
  readonly data: object
  /** This transaction makes the object: there are no earlier events of it to look for. */
  readonly made?: boolean
}

/**
 * Sends events in the transaction of what they tell, so that none is lost and none is invented.
 *
 * They are numbered per subject, from 1 and without gaps: the subject's row must be locked by this transaction.
 *
 * @returns the events' ids, in order
 */
export function stageEvents(
  tx: Pick<Tx, 'send'>,
  { marketplace, now }: { marketplace: string; now: Date },
  events: readonly StagedEvent[],
): string[] {
  if (events.length === 0) return []
  const ids = events.map(() => newId('event'))
  tx.send({
    name: 'stage_events',
    text: `insert into events (marketplace_id, id, subject, sequence, type, data, created_at)
           select $1, staged.id, staged.subject,
             staged.place + case when staged.made then 0 else
               coalesce((select max(e.sequence) from events e where e.marketplace_id = $1 and e.subject = staged.subject), 0) end,
             staged.type, staged.data::jsonb, $2
           from unnest($3::text[], $4::text[], $5::int[], $6::boolean[], $7::text[], $8::text[]) as staged (id, subject, place, made, type, data)`,
    values: [
      marketplace, now, ids, events.map(({ subject }) => subject), placesOf(events),
      events.map(({ made }) => made ?? false), events.map(({ type }) => type),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  })
  return ids
}

/** Which of its subject's events of this transaction each is, from 1. */
function placesOf(events: readonly StagedEvent[]): number[] {
  const last = new Map<string, number>()
  return events.map(({ subject }) => {
    const place = (last.get(subject) ?? 0) + 1
    last.set(subject, place)
    return place
  })
}

/** An event as the API answers it. */
export function renderEvent(row: Selectable<EventsTable>): Event {
  return {
    id: row.id, object: 'event', type: row.type, subject: row.subject, sequence: row.sequence,
    createdAt: row.created_at.toISOString(), data: row.data,
  } as Event
}
