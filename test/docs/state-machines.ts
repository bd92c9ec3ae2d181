import {
  disputeMachine, milestoneMachine, operationMachine, orderMachine, paymentMachine, payoutMachine, refundMachine,
  sessionMachine, settlementMachine, type Machine,
} from '@holdfast/core'

interface Chapter {
  readonly title: string
  readonly words: string
  readonly start: string
  readonly machine: Machine<string, string>
}

const chapters: readonly Chapter[] = [
  {
    title: 'Order', start: 'open', machine: orderMachine,
    words: 'What its milestones make of it: `paid` at the first capture; once nothing is held or open any more, `refunded` when all of it went back and `completed` otherwise.',
  },
  {
    title: 'Checkout session', start: 'open', machine: sessionMachine,
    words: 'One live attempt at a time. A declined attempt opens the session again; while one is under way (or unknown) it neither expires nor changes.',
  },
  {
    title: 'Payment', start: 'processing', machine: paymentMachine,
    words: '`lose_sight`: the rail\'s answer is not known; only an inquiry, a notification or a report leads out of `unknown`. `surface`: an attempt that was closed over took money after all, and is refunded by itself. Voiding or expiring the rest of a payment that was captured in part leaves it `captured`.',
  },
  {
    title: 'Operation', start: 'intent_written', machine: operationMachine,
    words: 'One request to a rail. `sent` commits before the socket opens, so that what is still `intent_written` was provably never sent. A time-out is never a failure: it loses sight.',
  },
  {
    title: 'Milestone', start: 'unfunded', machine: milestoneMachine,
    words: 'Amounts live in the ledger: a part release or a part refund moves no state. It closes when nothing is held any more and nothing on it is open (`empty`). A dispute freezes it, and its end resumes the state that was frozen.',
  },
  {
    title: 'Refund', start: 'pending', machine: refundMachine,
    words: 'The seller\'s side has moved before the rail is asked; a refund that fails gives it back to where it came from.',
  },
  {
    title: 'Dispute', start: 'negotiation', machine: disputeMachine,
    words: 'From day 4 either side may escalate, and on day 7 it is reviewed by itself. Decisions and settlements between the parties are states of the wire that nothing leads to yet.',
  },
  {
    title: 'Payout', start: 'created', machine: payoutMachine,
    words: 'The bank\'s feed may be ahead of the answer to our own request, so that every open state takes its word. A return can follow a completion by days.',
  },
  {
    title: 'Settlement', start: 'recorded', machine: settlementMachine,
    words: 'A rail\'s report is recorded once, whole; nothing moves it.',
  },
]

const head = `# State machines

Made from packages/core/src/machines.ts; \`npx vitest run test/docs -u\` writes this page anew.

Every machine is data, pure and total: each state answers each event with a next state or with a refusal that has a
name, and a test goes through all of them. The database repeats the promise: an update carries \`where state = …\`.
What a table leaves empty is refused.
`

function diagram({ start, machine }: Chapter): string {
  const edges = Object.entries(machine.edges).flatMap(([from, moves]) =>
    Object.entries(moves).map(([event, to]) => `  ${from} --> ${to}: ${event}`))
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${start}`, ...edges, '```'].join('\n')
}

function table({ machine }: Chapter): string {
  const events = machine.events.filter((event) => Object.values(machine.edges).some((moves) => moves[event]))
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rows = Object.entries(machine.edges).map(([state, moves]) => row([`\`${state}\``, ...events.map((event) => moves[event] ?? '')]))
  return [row(['', ...events]), row(['---', ...events.map(() => '---')]), ...rows].join('\n')
}

function refusal({ machine }: Chapter): string {
  const refused = Object.keys(machine.edges).flatMap((state) => machine.events.map((event) => machine.step(state, event))).find((next) => 'refused' in next)
  return refused && 'refused' in refused ? `Refuses with \`${refused.refused}\`${refused.refused === 'internal' ? ': no caller can ask for a move, so that an illegal one is our own bug' : ''}.` : ''
}

/** The text of docs/state-machines.md. */
export function stateMachines(): string {
  const moves = (chapter: Chapter): string => {
    const none = Object.values(chapter.machine.edges).every((edges) => Object.keys(edges).length === 0)
    return none ? '' : `${diagram(chapter)}\n\n${table(chapter)}\n\n${refusal(chapter)}\n`
  }
  const sections = chapters.map((chapter) => `## ${chapter.title}\n\n${chapter.words}\n\n${moves(chapter)}`.trimEnd())
  return `${[head.trimEnd(), ...sections].join('\n\n')}\n`
}
