import { sql, type Kysely } from 'kysely'

/*
 * PostgreSQL reads every CHECK of a table anew for each statement that writes to it: for a milestone's 24 that took
 * longer than all the rest of a release of one call. As one function they are read once a connection.
 *
 * Two foreign keys more hold without being checked at each row: a release's escrow is locked by the transaction that
 * writes it, a release's parts are written by the same statement as the release, and nobody but the owner may take
 * any of them away.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [milestoneStands, balanceStands, ...constraints]) await sql.raw(statement).execute(db)
}

const milestoneStands = `
  create function milestone_stands(
    state text, frozen text, place integer, amount bigint, fee bigint, capturing bigint, capturing_fee bigint, captured bigint,
    captured_fee bigint, settled bigint, held bigint, held_fee bigint, released bigint, released_fee bigint, refunded_held bigint,
    cancelled_fee bigint, refunded_released bigint, refunded_released_fee bigint, refunding bigint
  ) returns boolean language plpgsql immutable parallel safe as $$
  begin
    return state in ('unfunded', 'funded', 'delivered', 'accepted', 'auto_accepted', 'disputed', 'closed')
      and (frozen is null or frozen in ('funded', 'delivered', 'accepted', 'auto_accepted'))
      -- frozen while disputed
      and (frozen is not null) = (state = 'disputed')
      and place >= 0 and amount > 0 and fee between 0 and amount
      and capturing >= 0 and capturing_fee >= 0 and captured >= 0 and captured_fee >= 0
      and held_fee between 0 and held and released_fee between 0 and released and cancelled_fee between 0 and refunded_held
      -- captured is held, released or refunded
      and captured = held + released + refunded_held
      -- a captured fee is carried, released or cancelled
      and captured_fee = held_fee + released_fee + cancelled_fee
      -- captured within the amount, and its fee within the fee
      and captured + capturing <= amount and captured_fee + capturing_fee <= fee
      and settled between 0 and captured
      and refunded_released between 0 and released and refunded_released_fee between 0 and released_fee
      and refunding between 0 and refunded_held + refunded_released;
  end $$`

const balanceStands = `
  create function balance_stands(reserve_bps integer, available bigint, reserve bigint, in_payout bigint, owed bigint)
    returns boolean language plpgsql immutable parallel safe as $$
  begin
    return reserve_bps between 0 and 10000 and available >= 0 and reserve >= 0 and in_payout >= 0 and owed >= 0
      -- nothing is available while owing
      and (owed = 0 or available = 0);
  end $$`

const replaced = {
  milestones: [
    'milestones_position_check', 'milestones_state_check', 'milestones_frozen_check', 'milestones_amount_check', 'milestones_check',
    'milestones_capturing_check', 'milestones_capturing_fee_check', 'milestones_captured_check', 'milestones_captured_fee_check',
    'milestones_check1', 'milestones_held_check', 'milestones_check2', 'milestones_released_check', 'milestones_check3',
    'milestones_refunded_held_check', 'milestones_check4', 'milestones_check5', 'milestones_check6', 'milestones_check7',
    'captured_is_held_released_or_refunded', 'captured_fee_is_carried_released_or_cancelled', 'captured_within_amount',
    'captured_fee_within_fee', 'frozen_while_disputed',
  ],
  seller_balances: [
    'seller_balances_reserve_bps_check', 'seller_balances_available_check', 'seller_balances_reserve_check',
    'seller_balances_in_payout_check', 'seller_balances_owed_check', 'nothing_available_while_owing',
  ],
} as const

/** Not validated: what is there already was written under the constraints that these replace. */
const constraints = [
  `alter table milestones add constraint milestone_stands check (milestone_stands(
    state, frozen, position, amount, fee, capturing, capturing_fee, captured, captured_fee, settled, held, held_fee, released,
    released_fee, refunded_held, cancelled_fee, refunded_released, refunded_released_fee, refunding)) not valid`,
  `alter table seller_balances add constraint balance_stands
    check (balance_stands(reserve_bps, available, reserve, in_payout, owed)) not valid`,
  ...Object.entries(replaced).map(([table, names]) => `alter table ${table} ${names.map((name) => `drop constraint ${name}`).join(', ')}`),
  'alter table releases drop constraint releases_marketplace_id_escrow_id_fkey',
  'alter table release_allotments drop constraint release_allotments_marketplace_id_release_id_fkey',
]
