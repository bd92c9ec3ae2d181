import { expect, test } from 'vitest'
import {
  disputeMachine, escrowStatus, milestoneMachine, operationMachine, orderMachine, paymentMachine, payoutMachine,
  refundMachine, sessionMachine, settlementMachine, type Machine,
} from './machines.ts'
import { isRefusal } from './refusal.ts'

/* Written a second time, by state: what isn't here is refused. */
const legal: Record<string, { machine: Machine<string, string>; refusal: string; moves: string }> = {
  order: {
    machine: orderMachine, refusal: 'order_not_cancelable',
    moves: `open pay paid | open cancel canceled | paid complete completed | paid refund refunded | completed refund refunded`,
  },
  session: {
    machine: sessionMachine, refusal: 'session_not_open',
    moves: `open update open | open confirm processing | open expire expired | open cancel canceled
      | processing succeed complete | processing decline open`,
  },
  payment: {
    machine: paymentMachine, refusal: 'payment_transition_refused',
    moves: `processing challenge action_required | processing authorize authorized | processing capture_all captured
      | processing decline declined | processing lose_sight unknown | processing void voided
      | action_required authorize authorized | action_required capture_all captured | action_required decline declined
      | action_required lose_sight unknown | action_required void voided
      | unknown challenge action_required | unknown authorize authorized | unknown capture_all captured
      | unknown decline declined | unknown void voided
      | authorized capture_part partially_captured | authorized capture_all captured | authorized void voided
      | authorized expire expired
      | partially_captured capture_part partially_captured | partially_captured capture_all captured
      | partially_captured void captured | partially_captured expire captured
      | declined surface captured | voided surface captured | expired surface captured`,
  },
  operation: {
    machine: operationMachine, refusal: 'internal',
    moves: `intent_written send sent | intent_written reject rejected | sent confirm confirmed | sent reject rejected
      | sent lose_sight unknown | unknown confirm confirmed | unknown reject rejected | rejected surface confirmed`,
  },
  milestone: {
    machine: milestoneMachine, refusal: 'milestone_transition_refused',
    moves: `unfunded fund funded | unfunded empty closed
      | funded fund funded | funded deliver delivered | funded dispute disputed | funded empty closed
      | delivered fund delivered | delivered accept accepted | delivered lapse auto_accepted
      | delivered dispute disputed | delivered empty closed
      | accepted fund accepted | accepted accept accepted | accepted lapse accepted | accepted dispute disputed | accepted empty closed
      | auto_accepted fund auto_accepted | auto_accepted accept auto_accepted | auto_accepted lapse auto_accepted
      | auto_accepted dispute disputed | auto_accepted empty closed
      | disputed fund disputed | disputed resume_funded funded | disputed resume_delivered delivered
      | disputed resume_accepted accepted | disputed resume_auto_accepted auto_accepted`,
  },
  refund: { machine: refundMachine, refusal: 'internal', moves: 'pending succeed succeeded | pending fail failed' },
  settlement: { machine: settlementMachine, refusal: 'internal', moves: '' },
  payout: {
    machine: payoutMachine, refusal: 'internal',
    moves: `created submit submitted | created process processing | created complete completed | created fail failed
      | created hold on_hold | submitted process processing | submitted complete completed | submitted fail failed
      | processing complete completed | processing fail failed | completed return returned
      | on_hold resume created | on_hold fail failed`,
  },
  dispute: {
    machine: disputeMachine, refusal: 'dispute_not_open',
    moves: `negotiation mature escalatable | negotiation withdraw withdrawn | escalatable review under_review
      | escalatable withdraw withdrawn | under_review withdraw withdrawn`,
  },
}

const cases = Object.entries(legal).flatMap(([name, { machine, refusal, moves }]) => {
  const table = new Map(moves.split('|').map((move) => move.trim().split(/\s+/)).map(([from, event, to]) => [`${from} ${event}`, to]))
  return Object.keys(machine.edges).flatMap((from) => machine.events.map((event) => ({
    name, machine, from, event, ends: table.get(`${from} ${event}`) ?? `refused: ${refusal}`,
  })))
})

test.each(cases)('$name: $from × $event → $ends', ({ machine, from, event, ends }) => {
  const next = machine.step(from, event)
  expect(isRefusal(next) ? `refused: ${next.refused}` : next.state).toBe(ends)
})

test('every move that is written here names a state and an event that exist', () => {
  for (const { machine, moves } of Object.values(legal)) {
    for (const move of moves.split('|').filter((one) => one.trim() !== '')) {
      const [from, event, to] = move.trim().split(/\s+/)
      expect([from! in machine.edges, machine.events.includes(event!), to! in machine.edges], move).toEqual([true, true, true])
    }
  }
})

test('a refusal says what the object is, what was asked and what is possible', () => {
  const next = sessionMachine.step('processing', 'expire')
  expect(next).toEqual({
    refused: 'session_not_open',
    detail: "A checkout session that is 'processing' cannot 'expire'; possible from here: succeed, decline.",
  })
  expect(orderMachine.step('paid', 'cancel')).toMatchObject({ detail: expect.stringMatching(/^An order that is 'paid' /) as string })
})

test.each([
  [['funded'], 'funded'],
  [['delivered', 'unfunded'], 'unfunded'],
  [['closed', 'accepted'], 'accepted'],
  [['unfunded', 'disputed'], 'disputed'],
  [['closed', 'closed'], 'closed'],
] as const)('an escrow whose milestones are %j is %s', (states, status) => {
  expect(escrowStatus(states)).toBe(status)
})
